import GRDB
package import Records
import Support

/// The open state file: SQLite in write-ahead mode, locked as long as it is open. It is not Sendable: only one thread
/// uses it.
package final class StateFile: StoredFile {
    /// The name of the file in the state directory.
    package static let name = "state.sqlite"
    /// Its tables. It is marked "DGAT".
    private static let schema = DatabaseSchema(
        application: 0x4447_4154,
        steps: [
            """
            CREATE TABLE run (world INTEGER, boot TEXT, ahead INTEGER, written INTEGER);
            \(VerdictTable.schema)
            \(FaultTable.schema)
            \(ReportTable.schema)
            """
        ])

    package let database: DatabaseFile
    /// The number to add to the time since the boot to get the file's time, in milliseconds.
    private(set) var offset: Int64 = 0
    /// Whether the contents were deleted because they were found with other settings.
    private(set) var wasForgotten = false
    /// Whether the file's faults may differ from the book's, as those of a file that was just opened do. Then the next
    /// batch writes all of them anew.
    var faultsAreStale = true
    private let clock: StateClock
    /// The verdict bodies that were written recently.
    var bodies = StoredBodies()

    /// Opens the file. It is made if it does not exist.
    ///
    /// - Parameters:
    ///   - path: Its path.
    ///   - world: A number for the settings that decide what is true. A file with another number is emptied.
    ///   - clock: The clocks.
    init(_ path: String, world: Int64, clock: StateClock) throws(DatabaseFileError) {
        self.clock = clock
        database = try DatabaseFile(path, Self.configuration, Self.schema)
        try database.transaction { try begin($0, world) }
    }

    private static var configuration: Configuration {
        // The lock is on the file itself. With the exclusive lock, the index of the write-ahead log is not in shared
        // memory. There, somebody who truncates the file could cause a SIGBUS.
        .stateFile(
            "state", patience: 1,
            pragmas: """
                PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432;
                """)
    }

    /// Takes over the file from the previous run.
    private func begin(_ db: Database, _ world: Int64) throws {
        let row = try Row.fetchOne(db, sql: "SELECT world, boot, ahead, written FROM run")
        let before: StateClock.Mark? = row.flatMap { row in
            guard let boot = row.text("boot"), let offset = row.number("ahead"), let written = row.number("written")
            else { return nil }
            return StateClock.Mark(boot: boot, offset: offset, written: written)
        }
        offset = clock.offset(after: before)
        if let row, row.number("world") != world {
            wasForgotten = true
            for table in ["verdict", "body", "fault", "report"] { try db.execute(sql: "DELETE FROM \(table)") }
        }
        try db.execute(sql: "DELETE FROM run")
        try db.execute(
            sql: "INSERT INTO run VALUES (?, ?, ?, ?)", arguments: [world, clock.boot, offset, clock.sinceBoot()])
    }

    /// The present in the file's time, in milliseconds, as for faults.
    var now: Int64 { clock.sinceBoot() + offset }
    /// The same in whole seconds, as for verdicts and reports.
    var nowInSeconds: Int64 { now / 1000 }

    /// Runs `work` in one transaction: afterwards the file has all of it, or nothing.
    func transaction(_ work: (Database) throws -> Void) throws(DatabaseFileError) {
        do throws(DatabaseFileError) {
            try database.transaction { db in
                try work(db)
                try db.cachedStatement(sql: "UPDATE run SET written = ?").execute(arguments: [clock.sinceBoot()])
            }
        } catch {
            // The bodies that were numbered are not in the file.
            bodies = StoredBodies()
            throw error
        }
    }
}
