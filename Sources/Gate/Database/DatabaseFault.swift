import Glibc

/// Why there is no SQLite file to work with.
struct DatabaseFault: Error, Equatable {
    enum Kind: Equatable {
        /// What stands there is corrupt, or no file of ours: a new one may take its place.
        case corrupt
        /// What stands there was written by another version.
        case foreign(version: Int)
        /// Another process has it locked.
        case busy
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

    /// Throws if something stands at a path that is no ordinary file: SQLite would wait for a pipe.
    static func refuseWhatIsNoFile(_ path: String) throws(DatabaseFault) {
        var info = stat()
        if stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFREG { throw DatabaseFault(.corrupt, "it is no file") }
    }
}
