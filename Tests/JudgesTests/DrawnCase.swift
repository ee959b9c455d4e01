import World

/// A random chain with a random TLSA set: a plan, the same in every run with the same seed, whatever keys a run has.
struct DrawnCase: Sendable {
    /// When a certificate is valid.
    enum Time: String, Sendable { case current, expired, notYet = "not yet" }

    /// What the server's certificate says of the host.
    enum Naming: String, Sendable, CaseIterable {
        case host, nextHop, wildcard, several, upperCase, commonName, wildcardCommonName, other, otherBesideCommonName
        case wildcardTooHigh, wildcardTooLow, partialWildcard, trailingDot, unicode, none
    }

    /// One certificate of the chain.
    struct Certificate: Sendable {
        var algorithm: CertificateKey.Algorithm
        /// Which of the run's keys of that algorithm.
        var key: Int
        var time = Time.current
        var isCA: Bool
        var pathLength: Int?
        var keyUsage = IssuedCertificate.Draft.KeyUsage.fitting
        var purpose = IssuedCertificate.Draft.Purpose.fitting
        var permitted: [String] = []
        var excluded: [String] = []
        var isForged = false
    }

    /// What a record's data is taken from.
    enum Content: Sendable {
        case certificate(depth: Int)
        case junk([UInt8])
    }

    /// What is done to a record's data.
    enum Damage: Sendable {
        case none, shorter(Int), longer(Int), lastBit, empty
    }

    /// A certificate that is sent beside the chain.
    enum Company: Sendable {
        /// It has nothing to do with the chain.
        case stranger
        /// It has the name of a CA of the chain, and another key.
        case impostor(depth: Int)
        /// It has the name and the key of a CA of the chain, and has signed itself.
        case twin(depth: Int)
    }

    /// One record.
    struct Record: Sendable {
        var usage: UInt8
        var selector: UInt8
        var matching: UInt8
        var content: Content
        var damage = Damage.none
    }

    /// Its number in the run.
    let number: Int
    /// The mail domain, whose one MX host is `mx` below it.
    let domain: String
    let naming: Naming
    /// The chain, the server's certificate first, the root last.
    let chain: [Certificate]
    /// Which certificates are sent, by depth, in this order; the number behind the last depth is the company's.
    let sent: [Int]
    let company: Company?
    let records: [Record]

    /// The host's name.
    var host: String { "mx.\(domain)" }

    /// The names of the server's certificate: its DNS names, and its common name.
    var names: (alternative: [String], common: String?) {
        let parent = String(domain.drop { $0 != "." }.dropFirst())
        return switch naming {
        case .host: ([host], "server \(number)")
        case .nextHop: ([domain], nil)
        case .wildcard: (["*.\(domain)"], "server \(number)")
        case .several: (["www.\(domain)", host, "other.example"], nil)
        case .upperCase: ([host.uppercased()], nil)
        case .commonName: ([], host)
        case .wildcardCommonName: ([], "*.\(domain)")
        case .other: (["mx.other.example"], "mx.other.example")
        case .otherBesideCommonName: (["mx.other.example"], host)
        case .wildcardTooHigh: (["*.\(parent)"], nil)
        case .wildcardTooLow: (["*.\(host)"], nil)
        case .partialWildcard: (["m*.\(domain)"], nil)
        case .trailingDot: (["\(host)."], nil)
        case .unicode: (["mx.b\u{FC}cher.\(parent)"], nil)
        case .none: ([], nil)
        }
    }
}

extension DrawnCase: CustomStringConvertible {
    var description: String {
        let links = chain.map { certificate in
            var words = ["\(certificate.algorithm)"]
            if certificate.time != .current { words.append(certificate.time.rawValue) }
            if certificate.isForged { words.append("forged") }
            if certificate.isCA { words.append("CA") }
            if let length = certificate.pathLength { words.append("pathlen \(length)") }
            if certificate.keyUsage != .fitting { words.append("KU \(certificate.keyUsage)") }
            if certificate.purpose != .fitting { words.append("EKU \(certificate.purpose)") }
            if !certificate.permitted.isEmpty { words.append("permitted \(certificate.permitted)") }
            if !certificate.excluded.isEmpty { words.append("excluded \(certificate.excluded)") }
            return words.joined(separator: " ")
        }
        return "case \(number), \(host), named \(naming.rawValue), chain [\(links.joined(separator: " < "))],"
            + " sent \(sent)\(company.map { ", \(chain.count) a \($0)" } ?? ""),"
            + " TLSA [\(records.map(\.description).joined(separator: ", "))]"
    }
}

extension DrawnCase.Record: CustomStringConvertible {
    var description: String {
        let source =
            switch content {
            case .certificate(let depth): "depth \(depth)"
            case .junk(let bytes): "\(bytes.count) bytes"
            }
        return "\(usage) \(selector) \(matching) \(source)" + (damage.isNone ? "" : " \(damage)")
    }
}

extension DrawnCase.Damage {
    /// Whether the data stays as it is.
    var isNone: Bool { if case .none = self { true } else { false } }
}
