import DANE
import Foundation
import GRDB
import Inspection

/// The verdicts in the state file: a small row a destination, and what is said of it in a table of its own, which the
/// destinations of one provider share.
enum VerdictTable {
    static let schema = """
        CREATE TABLE body (id INTEGER PRIMARY KEY, sum INTEGER NOT NULL, outcome TEXT NOT NULL, host TEXT,
            cause TEXT NOT NULL, degraded INTEGER NOT NULL, hazards BLOB);
        CREATE INDEX bodySum ON body (sum);
        CREATE TABLE verdict (name TEXT NOT NULL, kind INTEGER NOT NULL, body INTEGER NOT NULL, made INTEGER NOT NULL,
            fresh INTEGER NOT NULL, stale INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (name, kind)) WITHOUT \
        ROWID;
        """

    /// Whether DANE is demanded takes one bit of the column `kind`, beside the destination.
    private static let bits: Int64 = 1

    private static func sum(_ name: UnsafeRawBufferPointer, _ numbers: Int64..., body: Int64) -> Int64 {
        var sum = RowSum()
        sum.add(name)
        for number in numbers { sum.add(number) }
        sum.add(body)
        return sum.stored
    }

    /// Writes verdicts, in place of older ones on the same destinations.
    ///
    /// - Parameter verdicts: Verdicts, made in the time of the file.
    static func write(_ verdicts: [KeptVerdict], _ db: Database, _ bodies: inout StoredBodies) throws {
        let statement = try db.cachedStatement(sql: "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?)")
        for verdict in verdicts {
            let body = try bodies.body(verdict.verdict, db)
            let kind = verdict.destination.number(with: verdict.demandsDANE ? 1 : 0, bits: Self.bits)
            let fresh = verdict.fresh.components.seconds
            let stale = verdict.stale.components.seconds
            var name = verdict.destination.name.text
            let sum = name.withUTF8 {
                Self.sum(UnsafeRawBufferPointer($0), kind, verdict.made, fresh, stale, body: body.sum)
            }
            try statement.execute(arguments: [name, kind, body.id, verdict.made, fresh, stale, sum])
        }
    }

    /// How many verdicts there are, those that have run out among them.
    static func count(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM verdict") ?? 0
    }

    /// Reads all verdicts that may still serve.
    ///
    /// - Parameters:
    ///   - now: The time of the file.
    ///   - ahead: What is added to that for the wall clock, which the verdicts are handed over in.
    ///   - limit: How many are read at most.
    ///   - sharing: The body that is to be used for one that was read.
    ///   - take: What is done with some of them; false ends the reading.
    /// - Returns: How many were read, and how many rows were no good.
    static func read(
        _ db: Database, at now: Int64, ahead: Int64, limit: Int, sharing: (VerdictBody) -> VerdictBody = { $0 },
        take: ([KeptVerdict]) -> Bool
    ) throws -> (read: Int, bad: Int) {
        let bodies = try StoredBodies.all(db, sharing: sharing)
        var batch: [KeptVerdict] = []
        batch.reserveCapacity(batchSize)
        var count = (read: 0, bad: 0)
        let rows = try Row.fetchCursor(db, sql: "SELECT name, kind, body, made, fresh, stale, sum FROM verdict")
        while count.read < limit, let row = try rows.next() {
            let number = row[2] as Int64? ?? 0
            let made = row[3] as Int64? ?? 0
            let fresh = row[4] as Int64? ?? 0
            let stale = row[5] as Int64? ?? 0
            guard let body = bodies[number] else {
                count.bad += 1
                continue
            }
            let kind = row[1] as Int64? ?? -1
            let stored = row[6] as Int64?
            let name = try row.withUnsafeData(atIndex: 0) { data -> DomainName? in
                guard let data else { return nil }
                return data.withUnsafeBytes { bytes in
                    guard sum(bytes, kind, made, fresh, stale, body: body.sum) == stored else { return nil }
                    return DomainName(canonical: bytes)
                }
            }
            guard let name, let parts = Destination.parts(of: kind, name: name, bits: Self.bits),
                (0...longest).contains(fresh), (0...longest).contains(stale)
            else {
                count.bad += 1
                continue
            }
            // Made in the future: the clock was set, and there is no saying for how long it would hold.
            guard made <= now, now - made < fresh + stale else { continue }
            batch.append(
                KeptVerdict(
                    destination: parts.destination, demandsDANE: parts.other == 1, body: body.body, made: made + ahead,
                    fresh: .seconds(fresh), stale: .seconds(stale)))
            count.read += 1
            if batch.count == batchSize {
                guard take(batch) else { return count }
                batch.removeAll(keepingCapacity: true)
            }
        }
        if !batch.isEmpty { _ = take(batch) }
        return count
    }

    /// So many verdicts are handed over at once.
    private static let batchSize = 8192
    /// No verdict is kept for longer: a year.
    private static let longest: Int64 = 366 * 86400
}
