import DANE
import Glibc

/// A TCP socket bound to a loopback address: holds a port, or lets connection attempts run into the void.
final class LoopbackSocket: Sendable {
    private let descriptor: Int32
    /// Connections that fill the queue.
    private let fillers: [Int32]

    /// Binds an IPv4 address. A port that is only bound refuses connections.
    ///
    /// - Parameters:
    ///   - port: 0 for one that is free.
    ///   - isMute: Listen, with a queue that is full and never served: the kernel then drops connection attempts, and
    ///     clients see what they see of a host behind a firewall.
    /// - Returns: nil if the address and port are taken.
    init?(_ address: IPAddress, port: UInt16, isMute: Bool = false) {
        guard case .v4(let number) = address else { return nil }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = number.bigEndian
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard Self.with(name, { bind(descriptor, $0, $1) }) == 0, !isMute || listen(descriptor, 0) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        guard isMute else {
            fillers = []
            return
        }
        fillers = (0..<4).map { _ in
            let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
            let filler = socket(AF_INET, Int32(kind), 0)
            _ = Self.with(name) { connect(filler, $0, $1) }
            return filler
        }
    }

    deinit {
        for filler in fillers { close(filler) }
        close(descriptor)
    }

    /// The port.
    var port: UInt16 {
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: name.sin_port)
    }

    private static func with(_ name: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
