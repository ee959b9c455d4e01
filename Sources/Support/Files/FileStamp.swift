import Glibc

/// Tells whether the file at a path has changed, as far as its times and its size show.
package struct FileStamp: Equatable, Sendable {
    private let identity: FileIdentity
    private let size: Int64
    /// When it was written, and when its inode was changed, in nanoseconds.
    private let modified: Int64
    private let changed: Int64

    /// The stamp of the file at a path, at the end of all links; nil if there is none.
    package init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        identity = FileIdentity(facts)
        size = Int64(facts.st_size)
        modified = Self.nanoseconds(facts.st_mtim)
        changed = Self.nanoseconds(facts.st_ctim)
    }

    /// A file may have any time. What is too large wraps around, and differs all the same from other times.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
