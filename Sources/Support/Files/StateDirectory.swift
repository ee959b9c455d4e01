package import Foundation

/// The directory that the SQLite files are in.
package enum StateDirectory {
    /// Who may read and write its files: their owner and, reading only, his group.
    package static let fileMode: mode_t = 0o640
    /// What SQLite puts beside a file (https://www.sqlite.org/tempfiles.html); it takes the file's mode and owner.
    package static let sideFiles = ["-wal", "-shm", "-journal"]

    /// Makes the directory if it is not there.
    ///
    /// - Throws: If there can be none, or it cannot be written.
    package static func make(_ path: String) throws(DatabaseFault) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch { throw DatabaseFault(.unavailable, "the state directory cannot be made") }
        if let fault = fault(path) { throw DatabaseFault(.unavailable, fault) }
    }

    /// Why no file can be made in the directory, as a clause; nil if one can.
    package static func fault(_ path: String) -> String? {
        guard faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) != 0 else { return nil }
        let code = errno
        if code == EACCES, let owner = FileOwner.other(of: path) { return "the state directory \(path) \(owner)" }
        return "the state directory \(path) cannot be written (\(String(cString: strerror(code))))"
    }

    /// Makes an empty file that others may not read, and that belongs to whom the directory belongs to. One that is
    /// there is kept, and shut to others, what stands beside it too.
    ///
    /// No process may have the file open as an SQLite database.
    package static func makeFile(_ path: String) throws(DatabaseFault) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, fileMode)
        guard descriptor >= 0 else {
            guard errno == EEXIST else {
                let code = errno
                if let why = FileOwner.fault(ofDatabase: path) { throw DatabaseFault(.unavailable, why) }
                throw DatabaseFault(.unavailable, "it cannot be made (\(String(cString: strerror(code))))")
            }
            for part in [""] + sideFiles { shut(path + part) }
            return
        }
        defer { close(descriptor) }
        fchmod(descriptor, fileMode)
        giveToOwner(descriptor, of: (path as NSString).deletingLastPathComponent)
    }

    /// Gives what root has just made to whom the directory belongs to; for all others nothing happens.
    package static func giveToOwner(_ descriptor: Int32, of directory: String) {
        var facts = stat()
        guard geteuid() == 0, stat(directory, &facts) == 0, facts.st_uid != 0 || facts.st_gid != 0 else { return }
        _ = fchown(descriptor, facts.st_uid, facts.st_gid)
    }

    /// Takes a file's permissions away from others, if it is this user's to do.
    package static func shut(_ path: String) {
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_mode & 0o007 != 0 else { return }
        fchmodat(AT_FDCWD, path, facts.st_mode & 0o770, AT_SYMLINK_NOFOLLOW)
    }
}
