public import DANE

/// What a lookup found: records, or the denial that there are any.
public struct Found<Record: Sendable>: Sendable {
    /// Whether there is something under a name (RFC 2308 §2).
    public enum Existence: Hashable, Sendable {
        /// Records of the type asked for.
        case records
        /// The name exists, or may exist, but has no record of that type (NODATA).
        case noData
        /// The name does not exist (NXDOMAIN).
        case noSuchName
    }

    /// The records in the order of the answer, at most `recordLimit`; empty if existence is denied.
    public let records: [Record]
    /// Whether there are records, and if not, what is denied.
    public let existence: Existence
    /// The last target of the aliases if the name was one (CNAME), in denials too; nil if it was none.
    public let canonicalName: DomainName?
    /// How long the answer may be kept: the smallest TTL on the way, after the resolver's own limits.
    public let ttl: Duration
    /// The signatures of the answer, where they were asked for.
    var signatures: [SignatureRecord] = []

    /// A finding of these parts.
    ///
    /// - Parameters:
    ///   - records: The records.
    ///   - existence: Whether there are any; by default told from `records`, and then a denial is NODATA.
    ///   - canonicalName: The last CNAME target, nil if the name was no alias.
    ///   - ttl: How long the answer may be kept.
    public init(
        records: [Record], existence: Existence? = nil, canonicalName: DomainName? = nil, ttl: Duration = .seconds(300)
    ) {
        self.records = records
        self.existence = existence ?? (records.isEmpty ? .noData : .records)
        self.canonicalName = canonicalName
        self.ttl = ttl
    }

    /// The most records that are kept of one answer: about what a message of 64 KiB can hold. To cut an answer before it is
    /// sorted would be to judge by chance.
    public static var recordLimit: Int { 4096 }

    func map<Parsed>(_ parse: (Record) throws(Malformed) -> Parsed) throws(Malformed) -> Found<Parsed> {
        var parsed: [Parsed] = []
        for record in records { parsed.append(try parse(record)) }
        let existence: Found<Parsed>.Existence =
            switch existence {
            case .records: .records
            case .noData: .noData
            case .noSuchName: .noSuchName
            }
        var result = Found<Parsed>(records: parsed, existence: existence, canonicalName: canonicalName, ttl: ttl)
        result.signatures = signatures
        return result
    }
}
