package import Glibc

/// The owner of files, for messages. They show an administrator that a command was run as root.
package enum FileOwner {
    /// The name of a user, or `uid 1234` if the user has none.
    package static func name(_ user: uid_t) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 14)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
        else { return "uid \(user)" }
        return LogLine.escaped(String(cString: name))
    }

    /// That a file belongs to another user than the one of this process, as a clause without a subject; nil if it does
    /// not, or that cannot be found out.
    package static func other(of path: String) -> String? {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_uid != geteuid() else { return nil }
        return "belongs to \(name(facts.st_uid)), not \(name(geteuid()))"
    }

    /// Why a file, or one beside it, cannot be read and written, as a clause, if its owner is the reason; otherwise
    /// nil.
    package static func fault(ofDatabase path: String) -> String? {
        for part in [""] + StateDirectory.sideFiles
        where faccessat(AT_FDCWD, path + part, R_OK | W_OK, AT_EACCESS) != 0 && (errno == EACCES || errno == EPERM) {
            guard let owner = other(of: path + part) else { continue }
            return part.isEmpty ? "it \(owner)" : "\(path + part) \(owner)"
        }
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard !directory.isEmpty, faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) != 0 else { return nil }
        return StateDirectory.fault(directory)
    }
}
