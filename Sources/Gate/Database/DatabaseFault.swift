import GRDB
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

    /// What an error of SQLite comes to (https://www.sqlite.org/rescode.html).
    init(_ error: any Error) {
        if let fault = error as? DatabaseFault {
            self = fault
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
        case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.busy, "another process has it")
        case .SQLITE_FULL: self.init(.full, message)
        default: self.init(.unavailable, message)
        }
    }

    /// What an error of SQLite with the file at a path comes to: that it belongs to somebody else is told as that,
    /// which SQLite calls a disk I/O error, a readonly database, or one that it is unable to open.
    init(_ error: any Error, at path: String) {
        let fault = DatabaseFault(error)
        let why = fault.kind == .unavailable ? FileOwner.fault(ofDatabase: path) : nil
        self.init(fault.kind, why ?? fault.cause)
    }

    /// Throws if something stands at a path that is no ordinary file: SQLite would wait for a pipe.
    static func refuseWhatIsNoFile(_ path: String) throws(DatabaseFault) {
        var info = stat()
        if stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFREG { throw DatabaseFault(.corrupt, "it is no file") }
    }
}
