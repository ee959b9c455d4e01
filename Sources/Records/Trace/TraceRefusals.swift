public import DANE
import GRDB

/// How much mail to a domain was refused for a proven fault, as the trace has it.
public struct TraceRefusals: Sendable, Hashable {
    /// The recipients that were refused, in earnest.
    public let recipients: Int64
    /// Those of them that were refused for now only.
    public let deferred: Int64
    /// When the first of them was, in seconds since 1970.
    public let since: Int64

    /// Counts those of a domain, be it the recipient's or the next hop.
    ///
    /// - Parameter firstSeen: When the fault was seen first, in seconds since 1970: what was before is of another
    ///   one. Nil where nobody knows.
    /// - Returns: nil if there are none, or nothing can be read.
    public static func count(_ reader: TraceReader, of name: DomainName, since firstSeen: Int64?) -> TraceRefusals? {
        let faults = Outcome.allCases.filter { $0.defaultRuling == .deferThenReject }.map(\.rawValue)
        let marks = faults.map { _ in "?" }.joined(separator: ", ")
        let key = TraceSchema.key(name.text)
        // The daemon tells its age in whole seconds.
        let first = firstSeen.map { ($0 - 5) * 1000 } ?? .min
        let found = try? reader.read { db -> TraceRefusals? in
            let sql = """
                SELECT count(*), coalesce(sum(ruling = 'tempfail'), 0), min(time) FROM entry
                WHERE (domainKey = ? OR hopKey = ?) AND ruling != 'accept' AND time >= ?
                    AND (outcome IN (\(marks)) OR hazard IS NOT NULL)
                """
            let values = StatementArguments([key, key]) + [first] + StatementArguments(faults)
            guard let row = try Row.fetchOne(db, sql: sql, arguments: values), let time = row[2] as Int64? else {
                return nil
            }
            return TraceRefusals(recipients: row[0], deferred: row[1], since: time / 1000)
        }
        return found ?? nil
    }
}
