import GRDB
import Support

/// The trace file, open for writing. SQLite keeps a write-ahead log, so `danegate trace` can read the file from another
/// process meanwhile. It is not Sendable: one thread uses it.
package final class TraceFile: StoredFile {
    /// The name of the file in the state directory.
    package static let name = "trace.sqlite"

    package let database: DatabaseFile
    /// The number of recipients in the file.
    var rows: Int

    /// Opens the file, and makes it if it does not exist.
    ///
    /// - Throws: Why the file cannot be used.
    init(_ path: String) throws(DatabaseFileError) {
        database = try DatabaseFile(path, Self.configuration, TraceSchema.schema)
        rows = try database.perform { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") ?? 0 }
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
}
