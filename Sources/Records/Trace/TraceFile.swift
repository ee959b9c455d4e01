import GRDB
import Glibc
import Support

/// The trace file, open for writing: SQLite in its write-ahead mode, so that `danegate trace` reads it from another process
/// meanwhile. Not Sendable: one thread uses it.
///
/// A process that is killed loses what it had not handed over; what is in the file is whole (https://www.sqlite.org/wal.html).
package final class TraceFile {
    /// The name of the file in the state directory.
    package static let name = "trace.sqlite"

    let queue: DatabaseQueue
    private let path: String
    private let identity: FileIdentity?

    /// Opens the file, and makes it if it is not there.
    init(_ path: String) throws(DatabaseFault) {
        try DatabaseFault.refuseWhatIsNoFile(path)
        // What SQLite puts beside it takes its mode and owner.
        try StateDirectory.makeFile(path)
        self.path = path
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            identity = FileIdentity(path)
            try queue.writeWithoutTransaction { try Self.check($0) }
            try TraceSchema.migrator.migrate(queue)
        } catch { throw DatabaseFault(error, at: path) }
    }

    private static var configuration: Configuration {
        // What has been taken out is not to be found in free pages. auto_vacuum counts in a new file alone, and before the journal is
        // chosen.
        .stateFile(
            "trace", patience: 1,
            pragmas: """
                PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 8388608;
                PRAGMA secure_delete = ON;
                """)
    }

    private static func check(_ db: Database) throws {
        let signature = try FileSignature(db)
        if signature.isBlank {
            try db.execute(sql: "PRAGMA application_id = \(TraceSchema.application)")
            return
        }
        // An older one is brought up to this version by what comes next.
        try signature.require(TraceSchema.application, versions: 0...TraceSchema.version)
    }

    /// Whether the file is still where it was opened.
    var isInPlace: Bool { identity != nil && FileIdentity(path) == identity }

    /// Does work in one transaction: all of it is in the file afterwards, or nothing.
    func transaction(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do {
            try queue.inTransaction(.immediate) { db in
                try work(db)
                return .commit
            }
        } catch { throw DatabaseFault(error, at: path) }
    }

    /// How many recipients are in it.
    func count() throws(DatabaseFault) -> Int {
        do { return try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") ?? 0 } } catch {
            throw DatabaseFault(error)
        }
    }

    /// Does work outside a transaction.
    func perform(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do { try queue.writeWithoutTransaction(work) } catch { throw DatabaseFault(error, at: path) }
    }

    /// Closes the file, and puts what is in its log into its place. Also done when the value goes.
    func close() { try? queue.close() }
}
