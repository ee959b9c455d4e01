import GRDB
import Support

/// Deletes rows that are too old or too many, in small steps, so that no transaction is long.
///
/// Old rows go at most `pace` times as fast as they age, by a clock that nobody can set. Otherwise a wall clock set a
/// year ahead would empty the trace at once. The present is taken to be the time of the newest row in the file.
struct TraceSweeper {
    /// A clock that is wrong for an hour costs at most so many hours of the trace, the oldest ones. A daemon that was
    /// stopped for a month needs a month divided by this to delete what became too old meanwhile.
    static let pace: Int64 = 24

    /// At most so many rows are deleted per step.
    static let step = 2_000
    /// At most so many inspections are deleted per step: as many as can come in per second.
    static let inspectionStep = TraceBatch.inspectionLimit
    /// At most so many free pages are given back to the file system per step.
    private static let pages = 500

    /// The number of recipients that the last step deleted.
    private(set) var removed = 0
    private var retention: Int64
    private var rows: Int
    private let inspections: Int
    /// Rows before `cutoff` have been deleted. `uptime` is how long the machine had been up then, in milliseconds.
    private var swept: (cutoff: Int64, uptime: Int64)?

    init(retention: Duration, rows: Int, inspections: Int) {
        self.retention = retention.milliseconds
        self.rows = rows
        self.inspections = inspections
    }

    /// Adopts these bounds.
    mutating func adopt(_ bounds: (retention: Duration, rows: Int)) {
        retention = bounds.retention.milliseconds
        rows = bounds.rows
    }

    /// Deletes some rows.
    ///
    /// - Parameters:
    ///   - now: The wall clock, in milliseconds since 1970; nil while it is known to be wrong. Then no row is too old.
    ///   - uptime: A clock that nobody can set, in milliseconds.
    /// - Returns: Whether nothing more is to be done.
    mutating func step(_ file: TraceFile, now: Int64?, uptime: Int64) throws(DatabaseFileError) -> Bool {
        var isThrough = false
        var next = swept
        removed = 0
        var entries = 0
        try file.database.transaction { db in
            let cutoff = try now.map { try self.cutoff(db, now: $0, uptime: uptime) } ?? swept?.cutoff ?? .min
            if now != nil || swept != nil { next = (cutoff, uptime) }
            entries = try removeEntries(db, before: cutoff)
            let inspections = try removeInspections(db, before: cutoff)
            let hour = cutoff / TraceTime.hour
            try db.cachedStatement(sql: "DELETE FROM count WHERE hour < ?").execute(arguments: [hour])
            try db.cachedStatement(sql: "DELETE FROM destination WHERE hour < ?").execute(arguments: [hour])
            isThrough = entries < Self.step && inspections < Self.inspectionStep
        }
        swept = next
        removed = entries
        guard isThrough else { return false }
        var shrinks = false
        try file.database.perform { db in
            let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            let all = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            // Some free pages are left for rows still to come.
            guard free > 64, free > all / 8 else { return }
            try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.pages))")
            shrinks = true
        }
        return !shrinks
    }

    /// Returns the moment before which all rows must go.
    private func cutoff(_ db: Database, now: Int64, uptime: Int64) throws -> Int64 {
        let wanted = now - retention
        if let swept { return min(wanted, swept.cutoff + max(0, uptime - swept.uptime) * Self.pace) }
        let newest = try Int64.fetchOne(
            db,
            sql: """
                SELECT max(t) FROM (SELECT max(time) AS t FROM entry WHERE time \(TraceSchema.isTime)
                    UNION ALL SELECT max(lastSeen) FROM inspection WHERE lastSeen \(TraceSchema.isTime)
                    UNION ALL SELECT max(hour) * \(TraceTime.hour) FROM count WHERE hour \(TraceSchema.isHour))
                """)
        return min(wanted, newest.map { $0 - retention } ?? wanted)
    }

    private func removeEntries(_ db: Database, before cutoff: Int64) throws -> Int {
        try db.cachedStatement(
            sql: "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE time < ? ORDER BY time LIMIT \(Self.step))"
        ).execute(arguments: [cutoff])
        let old = db.changesCount
        guard old < Self.step else { return old }
        // Row numbers grow, and mostly without gaps. Only if they say that there are too many rows must these be
        // counted.
        let first = try Int.fetchOne(db, sql: "SELECT min(id) FROM entry") ?? 0
        let last = try Int.fetchOne(db, sql: "SELECT max(id) FROM entry") ?? -1
        guard last - first >= rows else { return old }
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM entry") ?? 0
        guard count > rows else { return old }
        try db.execute(
            sql: "DELETE FROM entry WHERE id IN (SELECT id FROM entry ORDER BY id LIMIT ?)",
            arguments: [min(count - rows, Self.step)])
        return old + db.changesCount
    }

    private func removeInspections(_ db: Database, before cutoff: Int64) throws -> Int {
        try db.cachedStatement(
            sql: """
                DELETE FROM inspection WHERE id IN
                    (SELECT id FROM inspection WHERE lastSeen < ? ORDER BY lastSeen LIMIT \(Self.inspectionStep))
                """
        ).execute(arguments: [cutoff])
        let old = db.changesCount
        guard old < Self.inspectionStep else { return old }
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM inspection") ?? 0
        guard count > inspections else { return old }
        try db.execute(
            sql: "DELETE FROM inspection WHERE id IN (SELECT id FROM inspection ORDER BY lastSeen LIMIT ?)",
            arguments: [min(count - inspections, Self.inspectionStep)])
        return old + db.changesCount
    }
}
