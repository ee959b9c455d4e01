import GRDB
import Glibc
import Support

/// The trace file, open for writing. SQLite keeps a write-ahead log, so `danegate trace` can read the file from another
/// process meanwhile. It is not Sendable: one thread uses it.
///
/// If the process is killed, only what was not yet written is lost. The file stays consistent
/// (https://www.sqlite.org/wal.html).
package final class TraceFile {
    /// The name of the file in the state directory.
    package static let name = "trace.sqlite"

    let queue: DatabaseQueue
    private let path: String
    private let identity: FileIdentity?

    /// Opens the file, and makes it if it does not exist.
    ///
    /// - Throws: Why the file cannot be used.
    init(_ path: String) throws(DatabaseFault) {
        try DatabaseFault.refuseWhatIsNoFile(path)
        // SQLite gives its other files beside it the same mode and owner.
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
        // Deleted rows must not stay readable in free pages. auto_vacuum works only if it is set in a new file, before
        // the journal mode is.
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
        // The migration that follows brings an older file to this version.
        try signature.require(TraceSchema.application, versions: 0...TraceSchema.version)
    }

    /// Whether the file is still at the path at which it was opened.
    var isInPlace: Bool { identity != nil && FileIdentity(path) == identity }

    /// Does work in one transaction: either all of it is stored, or none.
    func transaction(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do {
            try queue.inTransaction(.immediate) { db in
                try work(db)
                return .commit
            }
        } catch { throw DatabaseFault(error, at: path) }
    }

    /// Returns the number of recipients in the file.
    func count() throws(DatabaseFault) -> Int {
        do { return try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") ?? 0 } } catch {
            throw DatabaseFault(error)
        }
    }

    /// Does work outside a transaction.
    func perform(_ work: (Database) throws -> Void) throws(DatabaseFault) {
        do { try queue.writeWithoutTransaction(work) } catch { throw DatabaseFault(error, at: path) }
    }

    /// Closes the file. SQLite then moves what is in its log into the file. The same happens at deinitialisation.
    func close() { try? queue.close() }
}
