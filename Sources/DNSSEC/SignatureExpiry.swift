/// When the signature of a set of records ends.
public struct SignatureExpiry: Sendable, Hashable {
    /// The name of the records, in lower case without a trailing dot.
    public let name: String
    /// The type as in a zone file. `NSEC` and `NSEC3` are denials.
    public let type: String
    /// The zone that signed them, in the same form. Empty for the root.
    public let zone: String
    /// The last second in which the signature is valid, since 1970.
    public let time: Int64

    /// An expiry with these values.
    public init(name: String, type: String, zone: String, time: Int64) {
        self.name = name
        self.type = type
        self.zone = zone
        self.time = time
    }

    /// What is signed, such as `the MX records of example.org`.
    public var subject: String { BogusReason.Subject(name, type).records }

    /// For each set of records the signature that lasts longest. One valid signature is enough.
    static func longest(of signatures: [SignatureRecord], now: Int64) -> [SignatureExpiry] {
        struct Records: Hashable {
            let owner: String
            let type: UInt16
        }
        var found: [Records: SignatureExpiry] = [:]
        for signature in signatures.prefix(200) {
            let key = Records(owner: signature.owner, type: signature.type)
            let time = SignatureRecord.moment(signature.expiration, near: now)
            if let known = found[key], known.time >= time { continue }
            found[key] = SignatureExpiry(
                name: signature.owner, type: name(ofType: signature.type), zone: signature.signer ?? "", time: time)
        }
        return found.values.sorted { ($0.time, $0.name, $0.type) < ($1.time, $1.name, $1.type) }
    }

    /// The types that occur in answers to questions about mail (IANA, DNS Parameters).
    private static func name(ofType type: UInt16) -> String {
        switch type {
        case 1: "A"
        case 2: "NS"
        case 5: "CNAME"
        case 6: "SOA"
        case 15: "MX"
        case 28: "AAAA"
        case 39: "DNAME"
        case 43: "DS"
        case 47: "NSEC"
        case 48: "DNSKEY"
        case 50: "NSEC3"
        case 52: "TLSA"
        default: "TYPE\(type)"
        }
    }
}

/// The types whose signatures can be looked up.
public enum SignedType: Sendable, Hashable {
    case mx, a, aaaa, tlsa

    /// The type as in a zone file.
    public var text: String {
        switch self {
        case .mx: "MX"
        case .a: "A"
        case .aaaa: "AAAA"
        case .tlsa: "TLSA"
        }
    }

    var record: RecordType {
        switch self {
        case .mx: .mx
        case .a: .a
        case .aaaa: .aaaa
        case .tlsa: .tlsa
        }
    }
}
