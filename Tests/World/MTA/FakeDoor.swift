import Foundation
import Synchronization

/// A server that is no danegate, at a place where an MTA looks for one.
public final class FakeDoor: Sendable {
    /// What it does with a client that has said something.
    public enum Behaviour: String, Sendable, CaseIterable {
        /// Nothing.
        case hanging
        /// Half an answer, a byte a second.
        case dripping
        /// It closes the connection.
        case closing
        /// It sends without an end, at first what may pass for an answer.
        case flooding
        /// It says what is no answer.
        case babbling
        /// It refuses, with codes that do not belong to each other.
        case contradicting
    }

    private let listener: Int32
    private let behaviour: Behaviour
    private let clients = Mutex(0)

    /// Listens at a Unix socket that anybody may connect to.
    public init(_ behaviour: Behaviour, path: String) throws {
        self.behaviour = behaviour
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        unlink(path)
        let listener = listener
        let isOpen = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(listener, 64) == 0
            }
        }
        guard isOpen else { throw WorldError("no socket at \(path): \(String(cString: strerror(errno)))") }
        chmod(path, 0o777)
        Thread.detachNewThread { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 {
                clients.withLock { $0 += 1 }
                Thread.detachNewThread {
                    self.serve(client)
                    close(client)
                }
            }
            close(listener)
        }
    }

    /// How many clients have come.
    public var visits: Int { clients.withLock { $0 } }

    /// Ends it.
    public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ client: Int32) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        guard recv(client, &bytes, bytes.count, 0) > 0 else { return }
        switch behaviour {
        // A client that says no more may still read: only when both sides are closed it has gone.
        case .hanging:
            var events = pollfd(fd: client, events: 0, revents: 0)
            poll(&events, 1, 120_000)
        case .dripping: while say("a", to: client) { sleep(1) }
        case .closing: break
        case .flooding:
            guard say("reject 550 5.7.323 ", to: client) else { return }
            let flood = String(repeating: "x", count: 65_536)
            for _ in 0..<512 { guard say(flood, to: client) else { return } }
        case .babbling: say("action=550 5.7.1 hello\naccepted, I think\n", to: client)
        case .contradicting: say("reject 451 4.7.323 later\n", to: client)
        }
    }

    @discardableResult private func say(_ text: String, to client: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(client, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
