import Glibc

/// Distinguishes the file at a path from one that replaces it later.
package struct FileIdentity: Equatable {
    private let device: UInt
    private let node: UInt

    /// The identity of the file at a path; nil if there is none.
    package init?(_ path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        device = UInt(info.st_dev)
        node = UInt(info.st_ino)
    }

    /// Renames a damaged SQLite file together with its log. It replaces an older one that was set aside.
    ///
    /// - Parameter why: What is wrong with it.
    /// - Returns: The new path.
    /// - Throws: The fault itself if a new file would not help; another fault if it cannot be renamed.
    package static func setAside(_ path: String, for why: DatabaseFault) throws(DatabaseFault) -> String {
        let suffix: String
        switch why.kind {
        case .corrupt: suffix = "corrupt"
        case .foreign(let version): suffix = "version-\(version)"
        case .busy, .unavailable, .full: throw why
        }
        guard let aside = rename(path, as: suffix) else {
            throw DatabaseFault(.unavailable, "\(why.cause), and it cannot be renamed")
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
