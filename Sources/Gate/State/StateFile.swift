import Foundation
import GRDB
import Glibc

/// The state file, open: SQLite in its write-ahead mode, and locked for as long as it is open. Not Sendable: one thread uses it.
///
/// A process that is killed loses what it had not handed over; what is in the file is whole (https://www.sqlite.org/wal.html).
final class StateFile {
    /// Why there is no file to work with.
    struct Unusable: Error, Equatable {
        enum Kind: Equatable {
            /// What stands there is corrupt, or no state file: a new one may take its place.
            case corrupt
            /// What stands there was written by another version.
            case foreign(version: Int)
            /// It cannot be had, or not be written to, whatever is in it.
            case unavailable
            /// There is no room.
            case full
        }

        let kind: Kind
        /// Why, as a clause.
        let cause: String

        init(_ kind: Kind, _ cause: String) {
            self.kind = kind
            self.cause = cause
        }

        /// What an error of SQLite comes to.
        init(_ error: any Error) {
            if let unusable = error as? Unusable {
                self = unusable
                return
            }
            guard let error = error as? DatabaseError else {
                self.init(.unavailable, "\(error)")
                return
            }
            let message = error.message ?? "\(error.resultCode)"
            switch error.resultCode {
            // A table or column that is not there is one that was overwritten.
            case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_SCHEMA:
                self.init(.corrupt, message)
            case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.unavailable, "another process has it")
            case .SQLITE_FULL: self.init(.full, message)
            default: self.init(.unavailable, message)
            }
        }
    }

    /// The name of the file in the state directory.
    static let name = "state.sqlite"
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
    private let identity: Identity?
    /// The verdict bodies that were written lately.
    var bodies = StoredBodies()

    private struct Identity: Equatable {
        let device: UInt
        let node: UInt

        init?(_ path: String) {
            var info = stat()
            guard stat(path, &info) == 0 else { return nil }
            device = UInt(info.st_dev)
            node = UInt(info.st_ino)
        }
    }

    /// Opens the file, and makes it if it is not there.
    ///
    /// - Parameters:
    ///   - path: Its path.
    ///   - world: What stands for the settings that decide what is true; a file of others is emptied.
    ///   - clock: The clocks.
    init(_ path: String, world: Int64, clock: StateClock) throws(Unusable) {
        var info = stat()
        if stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFREG { throw Unusable(.corrupt, "it is no file") }
        self.path = path
        self.clock = clock
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            identity = Identity(path)
            try queue.writeWithoutTransaction { try Self.makeTables($0) }
            try queue.inTransaction { db in
                try begin(db, world)
                return .commit
            }
        } catch { throw Unusable(error) }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "state"
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(1)
        // Where a rollback fails too, the file is closed: no reason to end the process.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            // The lock is the file's own. Locked, the index of the write-ahead log is not in shared memory, which a file that
            // is cut short by somebody would turn into a SIGBUS.
            try db.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                    PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432;
                    PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;
                    """)
        }
        return configuration
    }

    private static func makeTables(_ db: Database) throws {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if application == 0, version == 0, tables == 0 {
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
        guard application == Self.application else { throw Unusable(.corrupt, "it is a file of something else") }
        guard version == Self.version else {
            throw Unusable(.foreign(version: version), "it is of version \(version), and this is \(Self.version)")
        }
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
    var isInPlace: Bool { identity != nil && Identity(path) == identity }

    /// Does work in one transaction: all of it is in the file afterwards, or nothing.
    func transaction(_ work: (Database) throws -> Void) throws(Unusable) {
        do {
            try queue.inTransaction(.immediate) { db in
                try work(db)
                try db.cachedStatement(sql: "UPDATE run SET written = ?").execute(arguments: [clock.sinceBoot()])
                return .commit
            }
        } catch {
            // Bodies that were numbered are not there.
            bodies = StoredBodies()
            throw Unusable(error)
        }
    }

    /// Reads.
    func read(_ work: (Database) throws -> Void) throws(Unusable) {
        do { try queue.writeWithoutTransaction(work) } catch { throw Unusable(error) }
    }

    /// Closes the file, and puts what is in its log into its place. Also done when the value goes.
    func close() { try? queue.close() }
}

extension StateFile {
    /// Renames what stands in the file's place, its log with it; an older one that was set aside is replaced.
    ///
    /// - Returns: The new path; nil if it cannot be renamed.
    static func setAside(_ path: String, as suffix: String) -> String? {
        // A directory that is in the way is not removed.
        for number in 0..<10 {
            let aside = "\(path).\(suffix)\(number == 0 ? "" : "-\(number)")"
            guard rename(path, aside) == 0 else { continue }
            for part in ["-wal", "-journal"] where rename(path + part, aside + part) != 0 { unlink(aside + part) }
            unlink(path + "-shm")
            return aside
        }
        return nil
    }
}
