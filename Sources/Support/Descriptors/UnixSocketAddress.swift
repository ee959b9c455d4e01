package import Glibc

/// The address of a Unix socket (unix(7)).
package struct UnixSocketAddress: Sendable, Equatable {
    /// The most bytes of a path or a name: `sun_path` also holds the NUL before or after it.
    package static let limit = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// What stands in `sun_path`.
    private let bytes: [UInt8]

    /// The address of a path, or of a name in the abstract namespace. Such a name begins with an `@`, as in
    /// sd_notify(3).
    ///
    /// - Returns: nil if the text is empty or longer than `limit`, or contains a NUL, which would end the path.
    package init?(_ text: String) {
        let name = Array(text.utf8)
        let isAbstract = name.first == UInt8(ascii: "@")
        guard name.count > (isAbstract ? 1 : 0), name.count <= Self.limit, !name.contains(0) else { return nil }
        bytes = isAbstract ? [0] + name.dropFirst() : name + [0]
    }

    /// Calls `body` with the address and its length, for connect(2), bind(2) and sendto(2).
    package func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result) rethrows -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // All bytes of an abstract name count, so the length must end with it.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        return try withUnsafePointer(to: address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, length) }
        }
    }
}
