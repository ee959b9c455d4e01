package import GRDB
import Support

/// The tables of one kind of SQLite file, as steps from version to version.
///
/// The file's user version tells which steps it has had, and every version of danegate goes by that number. GRDB's
/// migrator runs the steps, each in a transaction of its own, and keeps a table of them beside ours. No earlier version
/// minds that table, and a file that is of this version already is not written to, whoever made it.
package struct DatabaseSchema: Sendable {
    /// The SQLite application id that marks such a file.
    package let application: Int
    /// The SQL that makes each version out of the one before.
    private let steps: [String]
    /// Whether the tables of a later version's file hold all that this version reads and writes.
    private let canUseLater: @Sendable (Database) throws -> Bool

    /// The version of the tables.
    package var version: Int { steps.count }

    /// A schema with these steps.
    package init(
        application: Int, steps: [String],
        canUseLater: @escaping @Sendable (Database) throws -> Bool = { _ in false }
    ) {
        self.application = application
        self.steps = steps
        self.canUseLater = canUseLater
    }

    package var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for (number, step) in zip(1..., steps) {
            migrator.registerMigration("\(number)") { db in
                // Files of 0.1.0 may have had the step without a migrator, or another process may have been faster.
                guard try FileSignature(db).version < number else { return }
                try db.execute(sql: "\(step); PRAGMA user_version = \(number)")
            }
        }
        return migrator
    }

    /// Makes the tables, or brings them to this version.
    ///
    /// - Parameter isReadOnly: Whether nothing may be written. Then the file must have tables.
    /// - Throws: If the file is not one of these, or of a version that cannot be used.
    func prepare(_ queue: DatabaseQueue, isReadOnly: Bool) throws {
        var found = try queue.read(FileSignature.init)
        if found.isBlank, !isReadOnly {
            // The mark comes first. Another process may open the file now, and must see that it is one of ours.
            try queue.inTransaction(.immediate) { db in
                if try FileSignature(db).isBlank { try db.execute(sql: "PRAGMA application_id = \(application)") }
                return .commit
            }
            found = try queue.read(FileSignature.init)
        }
        guard found.application == application else {
            throw DatabaseFileError(.corrupt, "it is a file of something else")
        }
        let isKnown = (isReadOnly ? 1...version : 0...version).contains(found.version)
        guard try isKnown || found.version > version && queue.read(canUseLater) else {
            throw DatabaseFileError(
                .foreign(version: found.version), "it is of version \(found.version), and this is \(version)")
        }
        if !isReadOnly, found.version < version { try migrate(queue, from: found.version) }
    }

    /// Runs the steps that the file lacks. Where another process runs them at the same moment, one of the two fails,
    /// because the step is noted as done already, and looks again.
    private func migrate(_ queue: DatabaseQueue, from version: Int) throws {
        do { try migrator.migrate(queue) } catch {
            let found = try queue.read(FileSignature.init)
            guard found.version > version else { throw error }
            try migrate(queue, from: found.version)
        }
    }
}
