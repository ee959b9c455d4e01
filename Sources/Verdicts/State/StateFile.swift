import GRDB
import Records
import Support

/// The state file, open: SQLite in its write-ahead mode, and locked for as long as it is open. Not Sendable: one thread uses it.
///
/// A process that is killed loses what it had not handed over; what is in the file is whole (https://www.sqlite.org/wal.html).
package final class StateFile {
    /// The name of the file in the state directory.
    package static let name = "state.sqlite"
    /// The version of its tables.
    static let version = 1
    /// What tells it from other SQLite files: "DGAT".
    private static let application = 0x4447_4154

    let queue: DatabaseQueue
    /// What is added to the time since the boot for the times in the file, in milliseconds.
    private(set) var offset: Int64 = 0
    /// Whether what had been in the file was forgotten, because it was found out with other settings.
    private(set) var wasForgotten = false
    private let path: String
    private let clock: StateClock
    private let identity: FileIdentity?
    /// The verdict bodies that were written lately.
    var bodies = StoredBodies()

    /// Opens the file, and makes it if it is not there.
    ///
    /// - Parameters:
    ///   - path: Its path.
    ///   - world: What stands for the settings that decide what is true; a file of others is emptied.
    ///   - clock: The clocks.
    init(_ path: String, world: Int64, clock: StateClock) throws(DatabaseFault) {
        try DatabaseFault.refuseWhatIsNoFile(path)
        // What SQLite puts beside it takes its mode and owner.
        try StateDirectory.makeFile(path)
        self.path = path
        self.clock = clock
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            identity = FileIdentity(path)
            try queue.writeWithoutTransaction { try Self.makeTables($0) }
            try queue.inTransaction { db in
                try begin(db, world)
                return .commit
            }
        } catch { throw DatabaseFault(error, at: path) }
    }

    private static var configuration: Configuration {
        // The lock is the file's own. Locked, the index of the write-ahead log is not in shared memory, which a file that is cut
        // short by somebody would turn into a SIGBUS.
        .stateFile(
            "state", patience: 1,
            pragmas: """
                PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432;
                """)
    }

    private static func makeTables(_ db: Database) throws {
        let signature = try FileSignature(db)
        if signature.isBlank {
            try db.inTransaction {
                try db.execute(
                    sql: """
                        CREATE TABLE run (world INTEGER, boot TEXT, ahead INTEGER, written INTEGER);
                        \(VerdictTable.schema)
                        \(FaultTable.schema)
                        \(ReportTable.schema)
                        PRAGMA application_id = \(Self.application);
                        PRAGMA user_version = \(Self.version);
                        """)
                return .commit
            }
            return
        }
        try signature.require(application, versions: version...version)
    }

    /// Takes over the file from the run before.
    private func begin(_ db: Database, _ world: Int64) throws {
        let row = try Row.fetchOne(db, sql: "SELECT world, boot, ahead, written FROM run")
        let before: StateClock.Mark? = row.flatMap { row in
            guard let boot = row[1] as String?, let offset = row[2] as Int64?, let written = row[3] as Int64? else {
                return nil
            }
            return StateClock.Mark(boot: boot, offset: offset, written: written)
        }
        offset = clock.offset(after: before)
        if let row, row[0] as Int64? != world {
            wasForgotten = true
            for table in ["verdict", "body", "fault", "report"] { try db.execute(sql: "DELETE FROM \(table)") }
        }
        try db.execute(sql: "DELETE FROM run")
        try db.execute(
            sql: "INSERT INTO run VALUES (?, ?, ?, ?)", arguments: [world, clock.boot, offset, clock.sinceBoot()])
    }

    /// The time that the file counts in, in milliseconds as for faults.
    var now: Int64 { clock.sinceBoot() + offset }
    /// The same in whole seconds, as for verdicts and reports.
    var nowInSeconds: Int64 { now / 1000 }

    /// Whether the file is still where it was opened.
    var isInPlace: Bool { identity != nil && FileIdentity(path) == identity }

    /// Does work in one transaction: all of it is in the file afterwards, or nothing.
    func transaction(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do {
            try queue.inTransaction(.immediate) { db in
                try work(db)
                try db.cachedStatement(sql: "UPDATE run SET written = ?").execute(arguments: [clock.sinceBoot()])
                return .commit
            }
        } catch {
            // Bodies that were numbered are not there.
            bodies = StoredBodies()
            throw DatabaseFault(error, at: path)
        }
    }

    /// Reads.
    func read(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do { try queue.writeWithoutTransaction(work) } catch { throw DatabaseFault(error, at: path) }
    }

    /// Closes the file, and puts what is in its log into its place. Also done when the value goes.
    func close() { try? queue.close() }
}
