import DANE
import GRDB

/// Takes out of the trace what is too old and what is too much, in small steps: no transaction is long.
struct TraceSweeper {
    /// So many rows are taken out in one step.
    private static let step = 2_000
    /// More inspections, of up to 64 KB each, are not kept.
    static let inspections = 10_000
    /// So many free pages are given back to the disk in one step.
    private static let pages = 500

    private let retention: Int64
    private let rows: Int

    init(retention: Duration, rows: Int) {
        self.retention = retention.milliseconds
        self.rows = rows
    }

    /// Takes some rows out.
    ///
    /// - Returns: Whether there was no more to do.
    func step(_ file: TraceFile, now: Int64) throws(DatabaseFault) -> Bool {
        var isThrough = false
        try file.transaction { db in
            let gone = try removeEntries(db, before: now - retention) + removeInspections(db, before: now - retention)
            let hour = (now - retention) / TraceTime.hour
            try db.cachedStatement(sql: "DELETE FROM count WHERE hour < ?").execute(arguments: [hour])
            try db.cachedStatement(sql: "DELETE FROM destination WHERE hour < ?").execute(arguments: [hour])
            isThrough = gone < Self.step
        }
        guard isThrough else { return false }
        var shrinks = false
        try file.perform { db in
            let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            let all = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            // Some room is left for what comes.
            guard free > 64, free > all / 8 else { return }
            try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.pages))")
            shrinks = true
        }
        return !shrinks
    }

    private func removeEntries(_ db: Database, before cutoff: Int64) throws -> Int {
        try db.cachedStatement(
            sql: "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE time < ? ORDER BY time LIMIT \(Self.step))"
        ).execute(arguments: [cutoff])
        let old = db.changesCount
        guard old < Self.step else { return old }
        // Numbers are given in order, and mostly go in order: only where they say that there are too many is there a need to count.
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
                    (SELECT id FROM inspection WHERE lastSeen < ? ORDER BY lastSeen LIMIT \(Self.step / 10))
                """
        ).execute(arguments: [cutoff])
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM inspection") ?? 0
        guard count > Self.inspections else { return 0 }
        try db.execute(
            sql: "DELETE FROM inspection WHERE id IN (SELECT id FROM inspection ORDER BY lastSeen LIMIT ?)",
            arguments: [min(count - Self.inspections, Self.step / 10)])
        return 0
    }
}
