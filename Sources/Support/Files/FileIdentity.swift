import Glibc

/// What tells the file at a path from one that takes its place later.
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

    /// Renames an SQLite file that is no good, its log with it; an older one that was set aside is replaced.
    ///
    /// - Parameter why: What is wrong with it.
    /// - Returns: The new path.
    /// - Throws: The fault itself if a new file would be no better; that it cannot be renamed.
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
        // A directory that is in the way is not removed.
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
