import DANE
import NIOCore
import Support

/// Turns the places of a store into addresses, without ever waiting for a name service on the event loop.
///
/// Of each host there is one lookup at a time, on a thread of its own: a name service that does not answer takes up one
/// thread a host, however often is asked. Meanwhile, and if nothing is found, the last known addresses serve.
final class StoreNames {
    private let loop: any EventLoop
    private let look: @Sendable (String) -> [IPAddress]
    private var running: [String: EventLoopFuture<[IPAddress]>] = [:]
    private var known: [String: [IPAddress]] = [:]

    /// Names that are looked up by `look`, which may block its thread.
    init(on loop: any EventLoop, look: @escaping @Sendable (String) -> [IPAddress] = HostAddresses.look) {
        self.loop = loop
        self.look = look
    }

    /// The addresses of a place in the order in which they are tried; none if its host is not found. May take as long
    /// as the name service does.
    func addresses(of endpoint: StoreEndpoint) -> EventLoopFuture<[SocketAddress]> {
        switch endpoint {
        case .unix(let path):
            return loop.makeSucceededFuture((try? SocketAddress(unixDomainSocketPath: path)).map { [$0] } ?? [])
        case .tcp(let host, let port):
            let found = IPAddress(host).map { loop.makeSucceededFuture([$0]) } ?? lookup(host)
            return found.map { list in
                list.compactMap { try? SocketAddress(ipAddress: $0.description, port: Int(port)) }
            }
        }
    }

    private func lookup(_ host: String) -> EventLoopFuture<[IPAddress]> {
        if let lookup = running[host] { return known[host].map { loop.makeSucceededFuture($0) } ?? lookup }
        let promise = loop.makePromise(of: [IPAddress].self)
        Task { [look] in
            let found = await onOwnThread { look(host) }
            promise.succeed(found)
        }
        let bound = NIOLoopBound(self, eventLoop: loop)
        let lookup = promise.futureResult.map { found in
            let names = bound.value
            names.running[host] = nil
            if !found.isEmpty { names.known[host] = found }
            return names.known[host] ?? []
        }
        running[host] = lookup
        return lookup
    }
}
