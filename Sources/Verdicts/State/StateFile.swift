import GRDB
import Records
import Support

/// The open state file: SQLite in write-ahead mode, locked as long as it is open. It is not Sendable: only one thread
/// uses it.
///
/// A process that is killed loses what it had not handed over. The file itself stays intact
/// (https://www.sqlite.org/wal.html).
package final class StateFile {
    /// The name of the file in the state directory.
    package static let name = "state.sqlite"
    /// The version of its tables.
    static let version = 1
    /// The application id that distinguishes it from other SQLite files: "DGAT".
    private static let application = 0x4447_4154

    let queue: DatabaseQueue
    /// The number to add to the time since the boot to get the file's time, in milliseconds.
    private(set) var offset: Int64 = 0
    /// Whether the contents were deleted because they were found with other settings.
    private(set) var wasForgotten = false
    private let path: String
    private let clock: StateClock
    private let identity: FileIdentity?
    /// The verdict bodies that were written recently.
    var bodies = StoredBodies()

    /// Opens the file. It is made if it does not exist.
    ///
    /// - Parameters:
    ///   - path: Its path.
    ///   - world: A number for the settings that decide what is true. A file with another number is emptied.
    ///   - clock: The clocks.
    init(_ path: String, world: Int64, clock: StateClock) throws(DatabaseFault) {
        try DatabaseFault.refuseWhatIsNoFile(path)
        // The files that SQLite makes beside it get its mode and owner.
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
        // The lock is on the file itself. With the exclusive lock, the index of the write-ahead log is not in shared
        // memory. There, somebody who truncates the file could cause a SIGBUS.
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

    /// Takes over the file from the previous run.
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

    /// The present in the file's time, in milliseconds, as for faults.
    var now: Int64 { clock.sinceBoot() + offset }
    /// The same in whole seconds, as for verdicts and reports.
    var nowInSeconds: Int64 { now / 1000 }

    /// Whether the path still leads to the opened file.
    var isInPlace: Bool { identity != nil && FileIdentity(path) == identity }

    /// Runs `work` in one transaction: afterwards the file has all of it, or nothing.
    func transaction(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do {
            try queue.inTransaction(.immediate) { db in
                try work(db)
                try db.cachedStatement(sql: "UPDATE run SET written = ?").execute(arguments: [clock.sinceBoot()])
                return .commit
            }
        } catch {
            // The bodies that were numbered are not in the file.
            bodies = StoredBodies()
            throw DatabaseFault(error, at: path)
        }
    }

    /// Reads from the file.
    func read(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do { try queue.writeWithoutTransaction(work) } catch { throw DatabaseFault(error, at: path) }
    }

    /// Closes the file and moves the contents of its log into place. Releasing the object does the same.
    func close() { try? queue.close() }
}
