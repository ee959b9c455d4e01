package import GRDB
package import Support

/// An open SQLite file of the state directory. It is not Sendable: only one thread uses it.
///
/// A process that is killed loses what was not yet written. The file itself stays intact
/// (https://www.sqlite.org/atomiccommit.html, https://www.sqlite.org/wal.html).
package final class DatabaseFile {
    /// The connection, for tests and for what is not covered by the methods.
    package let queue: DatabaseQueue
    private let path: String
    private let identity: FileIdentity?

    /// Opens the file. It is made if it does not exist, unless it is only read.
    ///
    /// - Parameters:
    ///   - path: Its path.
    ///   - configuration: How to open it (`Configuration.stateFile`).
    ///   - schema: What is in it.
    /// - Throws: Why the file cannot be used.
    package init(
        _ path: String, _ configuration: Configuration, _ schema: DatabaseSchema
    ) throws(DatabaseFileError) {
        try DatabaseFileError.refuseWhatIsNoFile(path)
        // The files that SQLite makes beside it get its mode and owner.
        if !configuration.readonly { try StateDirectory.makeFile(path) }
        self.path = path
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            identity = FileIdentity(path)
            try schema.prepare(queue, isReadOnly: configuration.readonly)
        } catch { throw DatabaseFileError(error, at: path) }
    }

    /// Whether the path still leads to the opened file.
    package var isInPlace: Bool { identity != nil && FileIdentity(path) == identity }

    /// Does work in one transaction: afterwards the file has all of it, or nothing.
    package func transaction(_ work: (Database) throws -> Void) throws(DatabaseFileError) {
        do {
            try queue.inTransaction(.immediate) { db in
                try work(db)
                return .commit
            }
        } catch { throw DatabaseFileError(error, at: path) }
    }

    /// Does work outside a transaction.
    package func perform<Result>(_ work: (Database) throws -> Result) throws(DatabaseFileError) -> Result {
        do { return try queue.writeWithoutTransaction(work) } catch { throw DatabaseFileError(error, at: path) }
    }

    /// Closes the file. SQLite then moves what is in its log into the file. Releasing the object does the same.
    package func close() { try? queue.close() }
}
