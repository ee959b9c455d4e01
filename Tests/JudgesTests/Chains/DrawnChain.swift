import DANE
import World
import WorldHosts

/// A random chain with random extensions of RFC 5280 §6.1, and the TLSA records of its host: the same with the same
/// seed, but for the keys, which each run has of its own.
struct DrawnChain: Sendable {
    /// The moment that everything is judged for.
    static let date: Int64 = 1_780_000_000

    /// What is in a chain that the judges are known to see in different ways.
    enum Mark: Hashable, Sendable {
        /// The path from the server's certificate to the anchor has more CA certificates than a client follows.
        case isLong
        /// A URI has a user, or an IP address in the place of a host, or a query right behind the host.
        case hasOddURI
        /// An extension of the server's certificate is malformed or doubled.
        case hasMalformedLeaf
        /// A certificate below the anchor says in key usage alone that it is a CA's.
        case isCAByUsageAlone
        /// A signature is by SHA-1.
        case isBySHA1
        /// A mailbox has a name in another script.
        case hasInternationalMailbox
        /// Two CA certificates have one name, and no key identifiers tell them apart.
        case hasAmbiguousIssuer
    }

    /// A record about a certificate of the chain.
    struct Record: Sendable {
        var usage: UInt8
        var selector: UInt8
        var matching: UInt8
        var depth: Int
        var isWrong = false
    }

    /// Its number in the run.
    let number: Int
    /// The certificates, the server's first, the root last.
    var certificates: [FreeCertificate]
    /// The key of each, by its offset in the run's.
    var keys: [Int]
    /// Which are sent, by depth, in this order.
    var sent: [Int]
    var records: [Record]
    var marks: Set<Mark> = []
    /// What was done to the chain, for who reads a disagreement.
    var words: [String] = []

    /// The mail host.
    var host: String { "mx.c\(number).draw.example" }
    /// The reference identifiers.
    var names: [String] { [host, "c\(number).draw.example"] }

    /// Whether a bare key is an anchor ("2 1 0").
    var hasBareKey: Bool { records.contains { $0.usage == 2 && $0.selector == 1 && $0.matching == 0 && !$0.isWrong } }

    /// Each certificate in DER, from the leaf to the root, sent or not.
    func signed(_ keys: ChainKeys) throws -> [[UInt8]] {
        try certificates.indices.map { depth in
            let above = min(depth + 1, certificates.count - 1)
            return try certificates[depth].signed(
                keys.all[self.keys[depth]], issuer: certificates[above].subject, signer: keys.all[self.keys[above]])
        }
    }

    /// The records, about these certificates.
    func tlsa(_ chain: [[UInt8]], _ keys: ChainKeys) -> [TLSARecord] {
        records.map { record in
            let certificate = chain[record.depth]
            let key = certificates[record.depth].publicKey ?? keys.all[self.keys[record.depth]].publicKey
            var data = SHA2.data(record.selector == 0 ? certificate : key, matching: record.matching)
            if record.isWrong { data[data.count - 1] ^= 1 }
            return TLSARecord(
                usage: record.usage, selector: record.selector, matchingType: record.matching, data: data)
        }
    }
}

extension DrawnChain: CustomStringConvertible {
    var description: String {
        let records = records.map {
            "\($0.usage) \($0.selector) \($0.matching) depth \($0.depth)\($0.isWrong ? " wrong" : "")"
        }
        return "chain \(number) of \(certificates.count), sent \(sent), TLSA [\(records.joined(separator: ", "))]: "
            + words.joined(separator: "; ")
    }
}
