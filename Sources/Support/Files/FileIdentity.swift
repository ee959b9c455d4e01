package import Glibc

/// Distinguishes a file from another one that replaces it at its path: device and inode (inode(7)).
package struct FileIdentity: Equatable, Sendable {
    private let device: UInt64
    private let node: UInt64

    /// The identity with these numbers.
    package init(device: UInt64, node: UInt64) {
        self.device = device
        self.node = node
    }

    /// The identity that stat(2) has told.
    package init(_ facts: stat) { self.init(device: UInt64(facts.st_dev), node: UInt64(facts.st_ino)) }

    /// The identity of the file at a path, at the end of all links; nil if there is none.
    package init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        self.init(facts)
    }

    /// The identity of what is at a path itself, which may be a link; nil if there is nothing.
    package init?(ofLink path: String) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return nil }
        self.init(facts)
    }

    /// The identity of an open file; nil if the descriptor is not open.
    package init?(descriptor: Int32) {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return nil }
        self.init(facts)
    }
}
