package import GRDB
package import Support

/// Distinguishes our files from other SQLite files, and tells the version of their tables
/// (https://www.sqlite.org/pragma.html#pragma_application_id).
package struct FileSignature {
    package let application: Int
    package let version: Int
    /// Whether nothing has been written into the file yet.
    package let isBlank: Bool

    /// The signature of an open file.
    package init(_ db: Database) throws {
        application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        isBlank =
            try application == 0 && version == 0
            && Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
    }

    /// Throws unless the file is ours and has one of the versions.
    package func require(_ application: Int, versions: ClosedRange<Int>) throws(DatabaseFault) {
        guard self.application == application else { throw DatabaseFault(.corrupt, "it is a file of something else") }
        guard versions.contains(version) else {
            throw DatabaseFault(
                .foreign(version: version), "it is of version \(version), and this is \(versions.upperBound)")
        }
    }
}
