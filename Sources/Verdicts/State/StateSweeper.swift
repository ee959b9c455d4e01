import GRDB
import Support

/// Deletes expired and excess rows from the state file in small steps, so that no transaction is long, and none moves
/// the whole file through the write-ahead log.
struct StateSweeper {
    /// How many rows one step looks at.
    private static let step = 5_000
    /// How many bytes of the file each verdict may have on average. Strangers determine names and causes (F-131).
    static let bytesEach = 400
    /// The size of the sample from which the age limit is estimated.
    private static let sampleSize = 1_000

    private let limit: Int
    private let faultMemory: Int64
    /// The last row that was looked at in this round.
    private var place: (name: String, kind: Int64) = ("", -1)
    private var live = 0
    private var sample: [Int64] = []
    /// Verdicts made before this time are too old, by the count of the last round.
    private var cutoff = Int64.min

    init(limit: Int, faultMemory: Duration) {
        self.limit = limit
        self.faultMemory = faultMemory.milliseconds
    }

    /// Looks at some rows.
    ///
    /// - Returns: Whether all rows have been looked at. The next step then begins a new round.
    mutating func step(_ file: StateFile) throws(DatabaseFileError) -> Bool {
        var next = self
        var isThrough = false
        let now = file.now
        try file.transaction { db in
            isThrough = try next.sweep(db, now / 1000)
            if isThrough { try next.finish(db, now) }
        }
        // A deleted body may be one that was written recently.
        if isThrough { file.bodies = StoredBodies() }
        self = next
        return isThrough
    }

    private mutating func sweep(_ db: Database, _ now: Int64) throws -> Bool {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT name, kind, made, made + fresh + stale FROM verdict WHERE (name, kind) > (?, ?)
                    ORDER BY name, kind LIMIT \(Self.step)
                    """), arguments: [place.name, place.kind])
        var looked = 0
        var gone: [(String, Int64)] = []
        while let row = try rows.next() {
            looked += 1
            place = (row[0] as String? ?? "", row[1] as Int64? ?? 0)
            let made = row[2] as Int64? ?? 0
            if made < cutoff || made > now || (row[3] as Int64? ?? 0) <= now {
                gone.append(place)
            } else {
                live += 1
                if sample.count < Self.sampleSize {
                    sample.append(made)
                } else if case let index = Int.random(in: 0..<live), index < Self.sampleSize {
                    sample[index] = made
                }
            }
        }
        let remove = try db.cachedStatement(sql: "DELETE FROM verdict WHERE name = ? AND kind = ?")
        for (name, kind) in gone { try remove.execute(arguments: [name, kind]) }
        return looked < Self.step
    }

    /// How many verdicts of the present average size fit into the bytes of the file.
    private func roomy(_ db: Database) throws -> Int {
        let size = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
        let used =
            try (Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0)
            - (Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0)
        let reports = try Int.fetchOne(db, sql: "SELECT sum(coalesce(length(chain), 0) + 512) FROM report") ?? 0
        let bytes = max(1, size * used - reports)
        let most = limit * Self.bytesEach
        return bytes <= most ? live : Int(Double(live) * Double(most) / Double(bytes))
    }

    private mutating func finish(_ db: Database, _ now: Int64) throws {
        try FaultTable.prune(db, notSince: now - faultMemory)
        try ReportTable.prune(db, at: now / 1000)
        try db.execute(sql: "DELETE FROM body WHERE id NOT IN (SELECT body FROM verdict)")
        sample.sort()
        let excess = live - min(limit, try roomy(db))
        cutoff = excess > 0 ? sample[min(sample.count - 1, sample.count * excess / live)] + 1 : .min
        place = ("", -1)
        live = 0
        sample = []
    }
}
