import DANE
import NIOCore

/// Who is at the other end of a connection.
enum WebPeer: Sendable, Hashable {
    /// A process at the Unix socket, which its mode and group let in.
    case unix
    /// An address.
    case address(IPAddress)

    /// The peer with this socket address.
    init(_ address: SocketAddress?) {
        // A socket that listens on IPv6 shows clients of IPv4 so (RFC 4291 §2.5.5.2).
        let mapped = "::ffff:"
        let text = address?.ipAddress.map {
            $0.hasPrefix(mapped) && $0.contains(".") ? $0.dropFirst(mapped.count) : $0[...]
        }
        guard let text, let address = IPAddress(text) else {
            self = .unix
            return
        }
        self = .address(address)
    }
}
