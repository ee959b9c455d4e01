import GRDB
package import Support

extension DatabaseFileError {
    /// The fault for an error of SQLite (https://www.sqlite.org/rescode.html).
    package init(_ error: any Error) {
        if let fault = error as? DatabaseFileError {
            self = fault
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.unavailable, "\(error)")
            return
        }
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        // A missing table or column means that the file was overwritten.
        case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_SCHEMA:
            self.init(.corrupt, message)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.busy, "another process has it")
        case .SQLITE_FULL: self.init(.full, message)
        default: self.init(.unavailable, message)
        }
    }

    /// The fault for an error of SQLite with the file at a path. If the file belongs to somebody else, the fault says
    /// so. SQLite calls that a disk I/O error, a readonly database, or a file that it is unable to open.
    package init(_ error: any Error, at path: String) {
        let fault = DatabaseFileError(error)
        let why = fault.kind == .unavailable ? FileOwner.fault(ofDatabase: path) : nil
        self.init(fault.kind, why ?? fault.cause)
    }
}
