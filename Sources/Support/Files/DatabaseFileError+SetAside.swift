import Glibc

extension DatabaseFileError {
    /// Renames the SQLite file that has the fault, together with its log. It replaces an older one that was set aside.
    ///
    /// - Returns: The new path.
    /// - Throws: The fault itself if a new file would not help; another fault if it cannot be renamed.
    package func setAside(_ path: String) throws(DatabaseFileError) -> String {
        let suffix: String
        switch kind {
        case .corrupt: suffix = "corrupt"
        case .foreign(let version): suffix = "version-\(version)"
        case .busy, .unavailable, .full: throw self
        }
        guard let aside = Self.rename(path, as: suffix) else {
            throw DatabaseFileError(.unavailable, "\(cause), and it cannot be renamed")
        }
        return aside
    }

    private static func rename(_ path: String, as suffix: String) -> String? {
        // If a directory has the name already, it is not removed.
        for number in 0..<10 {
            let aside = "\(path).\(suffix)\(number == 0 ? "" : "-\(number)")"
            guard Glibc.rename(path, aside) == 0 else { continue }
            StateDirectory.shut(aside)
            for part in ["-wal", "-journal"] where Glibc.rename(path + part, aside + part) != 0 { unlink(aside + part) }
            unlink(path + "-shm")
            for part in StateDirectory.sideFiles { StateDirectory.shut(aside + part) }
            return aside
        }
        return nil
    }
}
