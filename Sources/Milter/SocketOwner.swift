import DANE
import Glibc

/// Finds out who is at the other end of a socket on this machine (sock_diag(7), unix(7)).
enum SocketOwner {
    /// The peer of a connected socket.
    static func peer(of descriptor: Int32) -> ConnectionPeer {
        var remote = sockaddr_storage()
        var local = sockaddr_storage()
        guard let family = name(&remote, { getpeername(descriptor, $0, $1) }) else { return .unknown }
        if family == AF_UNIX { return credentials(of: descriptor).map { .user($0.user) } ?? .unknown }
        guard let (address, port) = endpoint(remote, family) else { return .unknown }
        // All processes of this machine have the same address, so they are distinguished by user.
        guard name(&local, { getsockname(descriptor, $0, $1) }) == family, let (own, ownPort) = endpoint(local, family),
            own == address, let user = user(of: (address, port), towards: (own, ownPort))
        else { return .address(address) }
        return .user(user)
    }

    /// The process and user that connected to a Unix socket; nil for another kind of socket.
    private static func credentials(of descriptor: Int32) -> (process: pid_t, user: uid_t)? {
        // struct ucred: process, user, group. Swift's Glibc module does not have it. For other kinds of sockets it is
        // all zeros.
        var credentials: (pid_t, uid_t, gid_t) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        let code = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
        return code == 0 && credentials.0 != 0 ? (credentials.0, credentials.1) : nil
    }

    private static func name(
        _ storage: inout sockaddr_storage,
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> Int32? {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, &length) }
        }
        return code == 0 ? Int32(storage.ss_family) : nil
    }

    private static func endpoint(_ storage: sockaddr_storage, _ family: Int32) -> (IPAddress, UInt16)? {
        withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET:
                let four = bytes.loadUnaligned(as: sockaddr_in.self)
                return (.v4(UInt32(bigEndian: four.sin_addr.s_addr)), UInt16(bigEndian: four.sin_port))
            case AF_INET6:
                let six = bytes.loadUnaligned(as: sockaddr_in6.self)
                guard let address = withUnsafeBytes(of: six.sin6_addr, { IPAddress(bytes: $0) }) else { return nil }
                return (address, UInt16(bigEndian: six.sin6_port))
            default: return nil
            }
        }
    }

    /// The user of the TCP socket that connects two endpoints of this machine: `SOCK_DIAG_BY_FAMILY` for one socket
    /// (linux/inet_diag.h). nil if the system does not tell.
    private static func user(of source: (IPAddress, UInt16), towards target: (IPAddress, UInt16)) -> UInt32? {
        let isFour = if case .v4 = source.0 { true } else { false }
        func padded(_ address: IPAddress) -> [UInt8] {
            address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count)
        }
        func big(_ port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 0xFF)] }
        func host(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
        // struct inet_diag_req_v2. The socket's own address comes first.
        let request =
            [UInt8(isFour ? AF_INET : AF_INET6), UInt8(IPPROTO_TCP), 0, 0] + host(.max)
            + big(source.1) + big(target.1) + padded(source.0) + padded(target.0) + host(0) + host(.max) + host(.max)
        // struct nlmsghdr: length, type (SOCK_DIAG_BY_FAMILY), flags (NLM_F_REQUEST), sequence number, sender.
        let header = host(UInt32(16 + request.count)) + [20, 0, 1, 0] + host(1) + host(0)
        let diagnostics = socket(AF_NETLINK, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 4)
        guard diagnostics >= 0 else { return nil }
        defer { close(diagnostics) }
        let message = header + request
        guard send(diagnostics, message, message.count, 0) == message.count else { return nil }
        var answer = [UInt8](repeating: 0, count: 1024)
        let count = recv(diagnostics, &answer, answer.count, Int32(MSG_DONTWAIT))
        // struct inet_diag_msg: user id and inode follow the endpoints, timers and queues of the socket.
        guard count >= 16 + 72, answer[4] == 20, answer[5] == 0 else { return nil }
        return answer.withUnsafeBytes { bytes in
            // F-104: if the process has closed the socket, the system says that it belongs to root and has no inode.
            guard bytes.loadUnaligned(fromByteOffset: 16 + 68, as: UInt32.self) != 0 else { return nil }
            return bytes.loadUnaligned(fromByteOffset: 16 + 64, as: UInt32.self)
        }
    }
}
