import Foundation

/// A listening socket as a service manager makes it for a daemon, and keeps it while there is none.
public final class HandedSocket: Sendable {
    /// Its descriptor, which does not block.
    public let descriptor: Int32
    /// What `StreamSocket` connects to: a path, or a port of 127.0.0.1.
    public let place: String

    /// Listens on a Unix socket.
    public init(unix path: String) throws {
        place = path
        descriptor = try Self.make(AF_UNIX)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        try listen(address)
    }

    /// Listens on a port of an IPv4 address.
    public init(port: UInt16, address number: UInt32 = 0x7F00_0001) throws {
        place = "\(port)"
        descriptor = try Self.make(AF_INET)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = number.bigEndian
        try listen(address)
    }

    deinit { close(descriptor) }

    /// Takes all connections that wait in the backlog, and closes them.
    ///
    /// - Returns: The processes that have made them; 0 where that is unknown.
    public func takeWaiting() -> [Int32] {
        var processes: [Int32] = []
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { return processes }
            // struct ucred: process, user, group.
            var credentials: (pid_t, uid_t, gid_t) = (0, 0, 0)
            var length = socklen_t(MemoryLayout.size(ofValue: credentials))
            getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
            processes.append(credentials.0)
            close(connection)
        }
    }

    private static func make(_ family: Int32) throws -> Int32 {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(family, Int32(kind), 0)
        guard descriptor >= 0 else { throw WorldError("no socket: \(String(cString: strerror(errno)))") }
        return descriptor
    }

    private func listen<Address>(_ address: Address) throws {
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard result == 0, Glibc.listen(descriptor, 512) == 0 else {
            throw WorldError("cannot listen on \(place): \(String(cString: strerror(errno)))")
        }
    }
}
