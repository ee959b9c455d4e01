import GRDB

extension DatabaseFault {
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
}
