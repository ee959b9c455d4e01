import Foundation

/// The directory with the SQLite files.
package enum StateDirectory {
    /// The mode of its files: the owner may read and write, the group may read.
    package static let fileMode: UInt32 = 0o640
    /// The files that SQLite makes beside a file (https://www.sqlite.org/tempfiles.html). They get the file's mode and
    /// owner.
    package static let sideFiles = ["-wal", "-shm", "-journal"]

    /// Makes the directory if it does not exist.
    ///
    /// - Throws: If it cannot be made or written.
    package static func make(_ path: String) throws(DatabaseFileError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch { throw DatabaseFileError(.unavailable, "the state directory cannot be made") }
        if let fault = fault(path) { throw DatabaseFileError(.unavailable, fault) }
    }

    /// Why no file can be made in the directory, as a clause; nil if one can.
    package static func fault(_ path: String) -> String? {
        guard faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) != 0 else { return nil }
        let code = errno
        if code == EACCES, let owner = FileOwner.other(of: path) { return "the state directory \(path) \(owner)" }
        return "the state directory \(path) cannot be written (\(String(cString: strerror(code))))"
    }

    /// Makes an empty file that others may not read, and that belongs to the owner of the directory. An existing file
    /// is kept, but others lose access to it and to the files beside it.
    ///
    /// No process may have the file open as an SQLite database.
    package static func makeFile(_ path: String) throws(DatabaseFileError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, fileMode)
        guard descriptor >= 0 else {
            guard errno == EEXIST else {
                let code = errno
                if let why = FileOwner.fault(ofDatabase: path) { throw DatabaseFileError(.unavailable, why) }
                throw DatabaseFileError(.unavailable, "it cannot be made (\(String(cString: strerror(code))))")
            }
            for part in [""] + sideFiles { shut(path + part) }
            return
        }
        defer { close(descriptor) }
        fchmod(descriptor, fileMode)
        giveToOwner(descriptor, of: (path as NSString).deletingLastPathComponent)
    }

    /// Gives a file that root has just made to the owner of the directory. For other users it does nothing.
    package static func giveToOwner(_ descriptor: Int32, of directory: String) {
        var facts = stat()
        guard geteuid() == 0, stat(directory, &facts) == 0, facts.st_uid != 0 || facts.st_gid != 0 else { return }
        _ = fchown(descriptor, facts.st_uid, facts.st_gid)
    }

    /// Removes the permissions of others from a file, if this user may do that.
    package static func shut(_ path: String) {
        var facts = stat()
        guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_mode & 0o007 != 0 else { return }
        fchmodat(AT_FDCWD, path, facts.st_mode & 0o770, AT_SYMLINK_NOFOLLOW)
    }
}
