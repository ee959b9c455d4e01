import Glibc

/// A socket on 127.0.0.1 that is closed with the value, for blocking use by threads of the test world.
final class NameSocket: Sendable {
    /// Its descriptor.
    let descriptor: Int32

    /// Takes over an open descriptor.
    init(owning descriptor: Int32) {
        self.descriptor = descriptor
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// A socket of a type (`SOCK_STREAM`, `SOCK_DGRAM`), neither bound nor connected.
    convenience init(_ type: __socket_type) throws {
        let descriptor = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw WorldError("no socket: \(String(cString: strerror(errno)))") }
        self.init(owning: descriptor)
    }

    /// A socket connected to a port, with a limit on how long a read may wait.
    convenience init(_ type: __socket_type, to port: UInt16, limit: Duration = .seconds(2)) throws {
        try self.init(type)
        limitReads(to: limit)
        guard Self.withAddress(port, { connect(descriptor, $0, $1) }) == 0 else {
            throw WorldError("no connection to port \(port): \(String(cString: strerror(errno)))")
        }
    }

    /// Binds to a port, 0 for any free one.
    ///
    /// - Returns: false if it is taken.
    func bind(to port: UInt16) -> Bool { Self.withAddress(port) { Glibc.bind(descriptor, $0, $1) } == 0 }

    /// The port bound to.
    var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Makes reads fail that have waited this long.
    func limitReads(to limit: Duration) {
        let (seconds, attoseconds) = limit.components
        var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// A datagram, or what a stream has; nil at the end, on an error, and when the limit has passed.
    func receive(atMost count: Int = 65535) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        let length = recv(descriptor, &buffer, count, 0)
        return length > 0 ? Array(buffer.prefix(length)) : nil
    }

    /// Exactly so many bytes of a stream; nil as `receive`.
    func receive(exactly count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let more = receive(atMost: count - bytes.count) else { return nil }
            bytes += more
        }
        return bytes
    }

    /// Sends all bytes; false if the other side has gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// A message with its length in front (RFC 1035 §4.2.2); nil as `receive`.
    func receiveMessage() -> [UInt8]? {
        guard let length = receive(exactly: 2) else { return nil }
        return receive(exactly: Int(length[0]) << 8 | Int(length[1]))
    }

    /// Sends a message with its length in front.
    func sendMessage(_ message: [UInt8]) {
        send([UInt8(message.count >> 8), UInt8(message.count & 255)] + message)
    }

    /// A UDP and a TCP socket bound to one port that was free.
    static func pair() throws -> (datagram: NameSocket, stream: NameSocket) {
        for _ in 0..<100 {
            let (datagram, stream) = (try NameSocket(SOCK_DGRAM), try NameSocket(SOCK_STREAM))
            if datagram.bind(to: 0), stream.bind(to: datagram.port) { return (datagram, stream) }
        }
        throw WorldError("no port is free")
    }

    static func withAddress<Result>(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
