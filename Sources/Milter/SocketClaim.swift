import DANE
import Glibc
import Support

/// The right to listen on the milter's socket: checks that it is free, gives it the right owner, and removes it at the
/// end.
///
/// On its own, libmilter would take the socket of a running daemon, report its reasons only to syslog, and, as root,
/// leave the socket behind.
public struct SocketClaim: Sendable {
    let socket: MilterSocket
    /// Our socket, so that no other one is removed.
    private var identity: FileIdentity?

    /// Checks that the socket can be made, and removes the socket of a daemon that no longer runs.
    ///
    /// - Throws: The reason as a sentence. Nothing has been changed then.
    public init(_ socket: MilterSocket) throws(MilterError) {
        self.socket = socket
        if case .unix(let path) = socket { try Self.clear(path, of: socket) }
        let result = Self.withSocket(socket) { descriptor, address, length in
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
            return bind(descriptor, address, length)
        }
        if case .unix(let path) = socket, result == 0 { unlink(path) }
        switch result {
        case 0: return
        case EADDRINUSE: throw MilterError(.alreadyListening, "another daemon is listening on \(socket)")
        case ENOENT: throw MilterError(.cannotListen, "cannot listen on \(socket): its directory does not exist")
        default: throw MilterError(.cannotListen, "cannot listen on \(socket)", errno: result)
        }
    }

    private static func clear(_ path: String, of socket: MilterSocket) throws(MilterError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw MilterError(.notASocket, "\(path) exists and is not a socket; it is left as it is")
        }
        switch connect(to: socket) {
        // A full backlog also means that a daemon listens.
        case 0, EAGAIN, EINPROGRESS: throw MilterError(.alreadyListening, "another daemon is listening on \(socket)")
        case ECONNREFUSED:
            guard unlink(path) == 0 || errno == ENOENT else {
                throw MilterError(.cannotListen, "cannot remove the stale socket \(path)", errno: errno)
            }
        case ENOENT: break
        case let result:
            throw MilterError(.cannotListen, "cannot tell whether a daemon is listening on \(socket)", errno: result)
        }
    }

    /// Gives a new Unix socket its mode, and the group with this name if there is one, and remembers it.
    public mutating func settle(mode: UInt32, groupNamed name: String?) throws(MilterError) {
        try settle(mode: mode, group: try name.map { (name) throws(MilterError) in try Self.group(name) })
    }

    /// Gives a new Unix socket its mode and group, and remembers it. Until then, only its owner can connect.
    mutating func settle(mode: UInt32, group: gid_t?) throws(MilterError) {
        guard case .unix(let path) = socket else { return }
        if let group, chown(path, uid_t.max, group) != 0 {
            throw MilterError(.cannotListen, "cannot give \(path) its group", errno: errno)
        }
        guard chmod(path, mode_t(mode)) == 0 else {
            throw MilterError(.cannotListen, "cannot give \(path) its mode", errno: errno)
        }
        // If root leaves the socket behind after being killed, the owner of the directory could not replace it. So give
        // it to that owner.
        var folder = stat()
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if geteuid() == 0, stat(directory.isEmpty ? "/" : directory, &folder) == 0, folder.st_uid != 0 {
            _ = lchown(path, folder.st_uid, group ?? folder.st_gid)
        }
        identity = FileIdentity(ofLink: path)
    }

    /// Removes the Unix socket if it is still ours.
    public func remove() {
        guard case .unix(let path) = socket, let identity, FileIdentity(ofLink: path) == identity else { return }
        unlink(path)
    }

    /// Where a descriptor listens; nil if it is not a listening stream socket of a kind that an MTA connects to.
    static func place(of descriptor: Int32) -> MilterSocket? {
        func option(_ name: Int32) -> Int32? {
            var value: Int32 = 0
            var length = socklen_t(MemoryLayout.size(ofValue: value))
            return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
        }
        guard option(SO_TYPE) == Int32(SOCK_STREAM.rawValue), option(SO_ACCEPTCONN) == 1 else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { return nil }
        return withUnsafeBytes(of: &storage) { bytes -> MilterSocket? in
            switch Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
            case AF_UNIX:
                let path = bytes[MemoryLayout<sa_family_t>.size..<min(Int(length), bytes.count)].prefix { $0 != 0 }
                return path.isEmpty ? nil : .unix(path: String(decoding: path, as: UTF8.self))
            case AF_INET:
                let four = bytes.loadUnaligned(as: sockaddr_in.self)
                return .inet(
                    address: .v4(UInt32(bigEndian: four.sin_addr.s_addr)), port: UInt16(bigEndian: four.sin_port))
            case AF_INET6:
                let six = bytes.loadUnaligned(as: sockaddr_in6.self)
                guard let address = withUnsafeBytes(of: six.sin6_addr, { IPAddress(bytes: $0) }) else { return nil }
                return .inet(address: address, port: UInt16(bigEndian: six.sin6_port))
            default: return nil
            }
        }
    }

    /// The id of a group (getgrnam_r(3)).
    static func group(_ name: String) throws(MilterError) -> gid_t {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw MilterError(.noSuchGroup, "there is no group \"\(name)\" for the socket")
        }
        return entry.gr_gid
    }

    /// Tries to connect to a Unix socket, without waiting. Returns errno, or 0 if the connection was accepted.
    private static func connect(to socket: MilterSocket) -> Int32 {
        withSocket(socket) { Glibc.connect($0, $1, $2) }
    }

    /// Calls `call` with a new non-blocking descriptor and the socket's address. Returns errno, or 0 for success.
    private static func withSocket(
        _ socket: MilterSocket, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        func open(_ family: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
            let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
            let descriptor = Glibc.socket(family, type, 0)
            guard descriptor >= 0 else { return errno }
            defer { close(descriptor) }
            return call(descriptor, address, length) == 0 ? 0 : errno
        }
        func with<Address>(_ address: Address, _ family: Int32) -> Int32 {
            withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    open(family, $0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        switch socket {
        case .unix(let path):
            // MilterSocket refuses a path for which there is no address.
            guard let address = UnixSocketAddress(path) else { return ENAMETOOLONG }
            return address.withPointer { open(AF_UNIX, $0, $1) }
        case .inet(.v4(let number), let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = number.bigEndian
            return with(address, AF_INET)
        case .inet(let six, let port):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: six.bytes) }
            return with(address, AF_INET6)
        }
    }
}
