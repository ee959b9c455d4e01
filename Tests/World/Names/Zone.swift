/// A DNS zone of the test world: a value, signed and served by `NameServers`.
///
///     Zone("good.example", "@ MX 10 mx", "mx A 127.0.0.1", "_25._tcp.mx TLSA 3 1 1 \(digest)")
///
/// The SOA record, a name server, the delegation and the DS record at the parent come by themselves.
public struct Zone: Sendable {
    /// How a zone is signed, and what its parent says about it.
    public enum Signing: Sendable, Hashable {
        /// Not signed, no DS: outside DNSSEC.
        case unsigned
        /// Signed, denials by NSEC.
        case nsec
        /// Signed, denials by NSEC3.
        case nsec3
        /// Signed, denials by NSEC3 with opt-out: a denial there is insecure.
        case nsec3OptOut
        /// Signed; the signatures ended ten days ago, more than any validator lets pass.
        case expired
        /// Signed; the signatures end in so many days, an hour before that if it is not today.
        case ending(days: Int)
        /// Signed; the signatures begin in ten days.
        case notYetValid
        /// A DS at the parent, but no keys and no signatures here.
        case dsWithoutKeys
        /// Signed, but the DS at the parent is of another key.
        case dsMismatch
        /// Signed, but no DS at the parent: outside DNSSEC.
        case islandOfTrust
        /// Signed, denials by NSEC3 with so many iterations.
        case nsec3Iterations(Int)
        /// Signed, but the DS at the parent is of an algorithm that nobody knows: outside DNSSEC (RFC 4035 §5.2).
        case unknownAlgorithm
        /// Signed, but the DS at the parent is of a digest type that nobody knows: outside DNSSEC (RFC 4509 §3).
        case unknownDigest
    }

    /// The name in lower case without a trailing dot; empty for the root.
    public var name: String
    /// How it is signed.
    public var signing: Signing
    /// What is broken after signing, in order.
    public var faults: [ZoneFault]
    /// Lines of a zone file (RFC 1035 §5), with names relative to the zone. Unknown forms (`TYPE52 \# 2 0301`) are
    /// accepted, also for TLSA RDATA that is too short for a record.
    public var records: [String]
    /// The TTL of the records in seconds; denials are kept for at most 60.
    public var ttl: Int

    /// A zone of these parts.
    public init(
        _ name: String, signing: Signing = .nsec, faults: [ZoneFault] = [], ttl: Int = 300, _ records: String...
    ) {
        self.init(name, signing: signing, faults: faults, ttl: ttl, records: records)
    }

    /// A zone of these parts.
    public init(
        _ name: String, signing: Signing = .nsec, faults: [ZoneFault] = [], ttl: Int = 300, records: [String]
    ) {
        self.name = name.lowercased()
        if self.name.hasSuffix(".") { self.name.removeLast() }
        self.signing = signing
        self.faults = faults
        self.ttl = ttl
        self.records = records
    }
}

/// Damage done to a zone once it has been signed.
///
/// Names are relative to the zone, `@` for the zone itself; types are written as in a zone file.
public enum ZoneFault: Sendable, Hashable {
    /// The signatures over a record set are wrong in one bit.
    case corruptSignature(name: String, type: String)
    /// The signatures over a record set are not there.
    case missingSignature(name: String, type: String)
    /// The signatures over a record set ended ten days ago.
    case expiredSignature(name: String, type: String)
    /// All NSEC or NSEC3 records are not there: nothing can be denied.
    case missingDenial
    /// A record set is not there, though the NSEC record of its name says it is: its denial is a lie.
    case wrongDenial(name: String, type: String)
    /// The signatures over all NSEC or NSEC3 records are wrong in one bit.
    case corruptDenial
    /// A line added after signing, without a signature.
    case unsignedRecord(String)
}

extension Zone {
    /// The name with the dot at the end.
    var origin: String { name.isEmpty ? "." : "\(name)." }

    /// Whether the served file has signatures.
    var isSigned: Bool { signing != .unsigned && signing != .dsWithoutKeys }

    /// Whether the parent has a DS.
    var hasDS: Bool { signing != .unsigned && signing != .islandOfTrust }

    /// Whether another zone lies below this one.
    func encloses(_ other: Zone) -> Bool { name.isEmpty ? !other.name.isEmpty : other.name.hasSuffix(".\(name)") }
}
