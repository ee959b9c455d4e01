import Foundation
import Synchronization

/// A connected stream socket with blocking calls, each with a limit. For one thread at a time.
///
/// Call it within `onOwnThread`: a blocked thread of the cooperative pool would hold up other tests.
final class StreamSocket {
    private let descriptor: Int32

    /// Connects to a Unix socket (`/path`) or to a port of 127.0.0.1 (`8895`).
    ///
    /// - Parameter source: The last number of our own address, 127.0.0.*n*.
    init(_ place: String, from source: UInt8 = 1, timeout: Duration) throws {
        let isUnix = place.hasPrefix("/")
        descriptor = socket(isUnix ? AF_UNIX : AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw WorldError("no socket: \(String(cString: strerror(errno)))") }
        var limit = timeval(
            tv_sec: Int(timeout.components.seconds), tv_usec: Int(timeout.components.attoseconds / 1_000_000_000_000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        let result = isUnix ? connect(unix: place) : connect(port: UInt16(place) ?? 0, from: source)
        // The value is complete, so deinit closes the descriptor after a throw, too.
        guard result == 0 else { throw WorldError("cannot connect to \(place): \(String(cString: strerror(errno)))") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends all bytes.
    ///
    /// - Parameter isClosedAllowed: Whether the other side may have closed: what it said before can still be read.
    /// - Returns: Whether it has not closed.
    @discardableResult
    func send(_ bytes: [UInt8], allowingClosed isClosedAllowed: Bool = false) throws -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EPIPE || errno == ECONNRESET, isClosedAllowed { return false }
            guard count > 0 else { throw WorldError("cannot send: \(String(cString: strerror(errno)))") }
            sent += count
        }
        return true
    }

    /// The next bytes, at least one; nil at the end of the stream or after a reset.
    func receive(atMost limit: Int) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &bytes, limit, 0)
        if count > 0 { return Array(bytes.prefix(count)) }
        if count == 0 || errno == ECONNRESET || errno == EPIPE { return nil }
        throw WorldError("nothing received: \(String(cString: strerror(errno)))")
    }

    /// Ends our side of the stream: no more bytes follow.
    func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

    private func connect(unix path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return connect(address)
    }

    private func connect(port: UInt16, from source: UInt8) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        if source != 1 {
            address.sin_addr.s_addr = (UInt32(0x7F00_0000) + UInt32(source)).bigEndian
            let result = withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else { return result }
        }
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return connect(address)
    }

    private func connect<Address>(_ address: Address) -> Int32 {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

/// Runs blocking calls on a thread of their own and returns what they return.
public func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    // A loop of calls ends with the time limit of its test: a thread cannot be cancelled.
    try Task.checkCancellation()
    return try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
    }
}

/// Ports that were given out and are not given out again.
private let takenPorts = Mutex<Set<UInt16>>([])

/// A port of 127.0.0.1 that nobody listened on a moment ago, and that this process has not been given before.
///
/// It lies below the ports that the kernel gives to clients, so that no connection comes in between.
public func freePort() throws -> UInt16 {
    for _ in 0..<1000 {
        let port = UInt16.random(in: 20_000..<32_000)
        guard takenPorts.withLock({ $0.insert(port).inserted }) else { continue }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isFree = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isFree { return port }
    }
    throw WorldError("no free port")
}
