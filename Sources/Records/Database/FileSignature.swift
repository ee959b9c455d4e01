import GRDB

/// Distinguishes our files from other SQLite files, and tells the version of their tables
/// (https://www.sqlite.org/pragma.html#pragma_application_id).
struct FileSignature {
    let application: Int
    let version: Int
    /// Whether nothing has been written into the file yet.
    let isBlank: Bool

    /// The signature of an open file.
    init(_ db: Database) throws {
        application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        isBlank =
            try application == 0 && version == 0
            && Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
    }
}
