import DANE
import World

/// Drawn cases brought to life: each a domain of one signed zone, with a host that shows its chain.
struct DrawnWorld {
    /// The cases.
    let cases: [DrawnCase]
    /// The world that they live in: the one domain `draw.example`.
    let world: MailWorld

    /// Makes the keys, the certificates, the hosts, and the zone.
    init(_ cases: [DrawnCase]) async throws {
        self.cases = cases
        let keys = try await Self.keys()
        let stranger = try await CertificateAuthority.root("Stranger").certificates[0]
        let chains = try await withThrowingTaskGroup(of: (Int, IssuedChain).self) { group in
            for (index, drawn) in cases.enumerated() {
                group.addTask { (index, try drawn.signed(keys, stranger: stranger)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
        }
        world = try await MailWorld([
            MailDomain("draw", "random", .opportunistic) { draft in
                for (drawn, chain) in zip(cases, chains) {
                    let label = String(drawn.domain.dropLast(".draw.example".count))
                    draft.record("\(label) MX 10 mx.\(label)")
                    try await draft.address("mx.\(label)", .normal(chain, sending: drawn.sent))
                    // A set holds nothing twice.
                    var records: [String] = []
                    for record in drawn.records.map({ $0.presentation(chain) }) where !records.contains(record) {
                        records.append(record)
                    }
                    draft.publish(records, at: "mx.\(label)")
                }
            }
        ])
    }

    private static func keys() async throws -> [CertificateKey.Algorithm: [CertificateKey]] {
        try await withThrowingTaskGroup(of: (CertificateKey.Algorithm, [CertificateKey]).self) { group in
            for (algorithm, count) in DrawnCase.keys {
                group.addTask { (algorithm, try await CertificateKey.make(algorithm, count: count)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}

extension DrawnCase {
    /// The chain, and behind it the company that it has.
    fileprivate func signed(
        _ keys: [CertificateKey.Algorithm: [CertificateKey]], stranger: IssuedCertificate
    ) throws -> IssuedChain {
        let drafts = drafts(keys)
        let chain = try IssuedCertificate.sign(drafts)
        switch company {
        case nil: return chain
        case .stranger: return chain.followed(by: [stranger])
        case .impostor(let depth):
            return chain.followed(
                by: try IssuedCertificate.sign([(drafts[depth].draft, stranger.key)]).certificates)
        case .twin(let depth):
            return chain.followed(by: try IssuedCertificate.sign([drafts[depth]]).certificates)
        }
    }

    private func drafts(
        _ keys: [CertificateKey.Algorithm: [CertificateKey]]
    ) -> [(draft: IssuedCertificate.Draft, key: CertificateKey)] {
        chain.enumerated().map { depth, certificate in
            var draft = IssuedCertificate.Draft(
                commonName: depth == 0 ? names.common : "CA \(depth) of case \(number)",
                validity: certificate.time.validity)
            if depth == 0 { draft.names = names.alternative }
            draft.authority = (certificate.isCA, certificate.pathLength)
            draft.constraints = (certificate.permitted, certificate.excluded)
            draft.keyUsage = certificate.keyUsage
            draft.purpose = certificate.purpose
            draft.isForged = certificate.isForged
            return (draft, keys[certificate.algorithm, default: []][certificate.key])
        }
    }
}

extension DrawnCase.Time {
    fileprivate var validity: Validity {
        switch self {
        case .current: .current
        case .expired: .expired
        case .notYet: .notYet
        }
    }
}

extension DrawnCase.Record {
    /// The record in presentation form; where a zone file has no such form, that of RFC 3597.
    fileprivate func presentation(_ chain: IssuedChain) -> String {
        var digits: String
        switch content {
        case .certificate(let depth):
            let text = chain.tlsa(usage: usage, selector: selector, matching: matching, depth: depth)
            digits = String(text.split(separator: " ")[3])
        case .junk(let bytes): digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        switch damage {
        case .none: break
        case .shorter(let count): digits.removeLast(2 * min(count, digits.count / 2 - 1))
        case .longer(let count): digits += String(repeating: "5a", count: count)
        case .lastBit:
            let last = UInt8(digits.suffix(1), radix: 16) ?? 0
            digits.removeLast()
            digits += String(last ^ 1, radix: 16)
        case .empty:
            let fields = [usage, selector, matching].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            return "\\# 3 \(fields.joined())"
        }
        return "\(usage) \(selector) \(matching) \(digits)"
    }
}
