public import DANE

/// What a lookup found: records, or a denial.
public struct Found<Record: Sendable>: Sendable {
    /// What exists at a name (RFC 2308 §2).
    public enum Existence: Hashable, Sendable {
        /// Records of the type that was looked up.
        case records
        /// The name exists, or may exist, but has no record of that type (NODATA).
        case noData
        /// The name does not exist (NXDOMAIN).
        case noSuchName
    }

    /// The records in the order of the answer, at most `recordLimit`. Empty in a denial.
    public let records: [Record]
    /// Whether there are records, and if not, what is denied.
    public let existence: Existence
    /// The target of the last alias if the name is an alias (CNAME), also in a denial. nil if it is not an alias.
    public let canonicalName: DomainName?
    /// How long the answer may be kept: the smallest TTL in it, within the resolver's own limits.
    public let ttl: Duration
    /// The signatures of the answer, if they were asked for.
    var signatures: [SignatureRecord] = []

    /// A result with these values.
    ///
    /// - Parameters:
    ///   - records: The records.
    ///   - existence: What exists. By default derived from `records`: no records means NODATA.
    ///   - canonicalName: The target of the last alias; nil if the name is not an alias.
    ///   - ttl: How long the answer may be kept.
    public init(
        records: [Record], existence: Existence? = nil, canonicalName: DomainName? = nil, ttl: Duration = .seconds(300)
    ) {
        self.records = records
        self.existence = existence ?? (records.isEmpty ? .noData : .records)
        self.canonicalName = canonicalName
        self.ttl = ttl
    }

    /// The most records that are kept of an answer, which is about what a message of 64 KiB can hold. If records were
    /// dropped before they are sorted, chance would decide the verdict.
    public static var recordLimit: Int { 4096 }

    /// The same result about other values.
    func carrying<Other>(_ values: [Other]) -> Found<Other> {
        let existence: Found<Other>.Existence =
            switch existence {
            case .records: .records
            case .noData: .noData
            case .noSuchName: .noSuchName
            }
        var result = Found<Other>(records: values, existence: existence, canonicalName: canonicalName, ttl: ttl)
        result.signatures = signatures
        return result
    }

    func map<Parsed>(_ parse: (Record) throws(MalformedRecordError) -> Parsed) throws(MalformedRecordError) -> Found<
        Parsed
    > {
        var parsed: [Parsed] = []
        for record in records { parsed.append(try parse(record)) }
        return carrying(parsed)
    }
}
