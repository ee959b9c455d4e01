import DANE
import GRDB
package import Records

/// How recipients were ruled over some time, in parts of equal length: what a plot shows.
package struct ImpactHistory: Sendable {
    /// A part of the time.
    package struct Part: Sendable, Equatable {
        /// When it begins, in milliseconds since 1970.
        package let begin: Int64
        /// The recipients by `accept`, `tempfail` and `reject`.
        package fileprivate(set) var rulings: [String: Int64] = [:]
        /// Those that were refused, or would have been, by outcome.
        package fileprivate(set) var refused: [String: Int64] = [:]
    }

    /// The parts, the oldest first.
    package private(set) var parts: [Part]

    /// Reads it from the trace.
    ///
    /// - Parameters:
    ///   - hours: The hours of a part.
    ///   - count: How many parts. The last one is under way.
    ///   - now: The time, in milliseconds since 1970.
    package init(
        _ reader: TraceReader, hours: Int64, count: Int64, now: Int64 = TraceTime.now()
    ) throws(TraceReaderError) {
        let last = now / TraceTime.hour / hours
        let first = max(0, last - count + 1)
        parts = (first...last).map { Part(begin: $0 * hours * TraceTime.hour) }
        var found = parts
        try reader.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT hour / ? AS part, outcome, ruling, would, sum(recipients) AS recipients FROM count
                    WHERE hour BETWEEN ? AND ? AND outcome NOT IN ('passed', 'exempt')
                    GROUP BY 1, 2, 3, 4
                    """, arguments: [hours, first * hours, last * hours + hours - 1])
            while let row = try rows.next() {
                guard let part = row.number("part").flatMap({ Int(exactly: $0 - first) }), found.indices.contains(part),
                    let outcome = row.text("outcome"), let ruling = row.text("ruling"),
                    let would = row.text("would"), let count = row.number("recipients"), count > 0,
                    count < 1 << 40
                else { continue }
                found[part].rulings[ruling, default: 0] += count
                if ruling != "accept" || !would.isEmpty { found[part].refused[outcome, default: 0] += count }
            }
        }
        parts = found
    }
}
