public import DANE
import GRDB

/// How much mail to a domain was refused for a proven fault, according to the trace.
public struct TraceRefusals: Sendable, Hashable {
    /// The number of recipients that were refused, in enforce mode.
    public let recipients: Int64
    /// The number of these recipients whose refusal was temporary.
    public let deferred: Int64
    /// When the first of them was refused, in seconds since 1970.
    public let since: Int64

    /// Counts the recipients of a domain. It may be the recipient's domain or the next hop.
    ///
    /// - Parameter firstSeen: When the fault was first seen, in seconds since 1970; nil if that is not known. Earlier
    ///   refusals were for another fault.
    /// - Returns: The count; nil if there are none, or if the trace cannot be read.
    public static func count(_ reader: TraceReader, of name: DomainName, since firstSeen: Int64?) -> TraceRefusals? {
        let faults = Outcome.allCases.filter { $0.defaultRuling == .deferThenReject }.map(\.rawValue)
        let marks = faults.map { _ in "?" }.joined(separator: ", ")
        let key = TraceSchema.key(name.text)
        // The daemon gives the age of a fault in whole seconds, so the beginning may be a little off.
        let first = firstSeen.map { ($0 - 5) * 1000 } ?? .min
        let found = try? reader.read { db -> TraceRefusals? in
            let sql = """
                SELECT count(*) AS recipients, coalesce(sum(ruling = 'tempfail'), 0) AS deferred,
                    min(time) AS since FROM entry
                WHERE (domainKey = ? OR hopKey = ?) AND ruling != 'accept' AND time >= ?
                    AND (outcome IN (\(marks)) OR hazard IS NOT NULL)
                """
            let values = StatementArguments([key, key]) + [first] + StatementArguments(faults)
            guard let row = try Row.fetchOne(db, sql: sql, arguments: values),
                let time = row.number("since", atMost: Row.latest * 1000),
                let recipients = row.number("recipients"), let deferred = row.number("deferred")
            else { return nil }
            return TraceRefusals(recipients: recipients, deferred: deferred, since: time / 1000)
        }
        return found ?? nil
    }
}
