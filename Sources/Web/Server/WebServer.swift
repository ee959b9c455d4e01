import Glibc
import HummingbirdCore
import Logging
package import Milter
import NIOCore
import NIOPosix
import Policy

/// The page's listening socket and its connections. It has a thread of its own, beside the tasks that answer.
///
/// Hummingbird reads and writes HTTP. It does not listen: its own server knows nothing of sockets that somebody else
/// has made, of a Unix socket's mode and group, nor of connections that give way.
package final class WebServer: Sendable {
    /// The bounds of a request's head: for one field, for all, and how many fields.
    static let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: 4096, maxHeaderListSize: 12_288, maxHeaderFieldCount: 64)

    /// Connections that the system has accepted and this server has not.
    private static let backlog: Int32 = 256

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let claim: SocketClaim?
    private let connections: WebConnections
    /// Where it listens.
    package let address: MilterSocket

    private init(
        _ group: MultiThreadedEventLoopGroup, _ channel: any Channel, _ claim: SocketClaim?,
        _ connections: WebConnections, _ address: MilterSocket
    ) {
        self.group = group
        self.channel = channel
        self.claim = claim
        self.connections = connections
        self.address = address
    }

    /// The connections now: how many are open, had to give way, and were refused.
    package var counts: (open: Int, displaced: Int, refused: Int) { connections.counts }

    /// Opens the socket. It blocks for a moment.
    ///
    /// - Parameters:
    ///   - door: Where to listen. Without a socket it listens nowhere.
    ///   - inherited: A descriptor that listens already; nil to make one. Its owner decides on mode and group.
    ///   - limit: How many connections there may be.
    ///   - site: What is served.
    /// - Throws: Why it cannot listen. Nothing is left behind then.
    static func open(
        _ door: DoorSocket, inherited: Int32? = nil, limit: Int, limits: RequestClock.Limits = .init(),
        serving site: WebSite
    ) throws(WebError) -> WebServer {
        guard let socket = door.socket else { throw WebError(sentence: "DANEGATE_WEB_LISTEN is off.") }
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loops.next().execute { PageExecutor.yieldThread() }
        do {
            let connections = WebConnections(limit) { site.access.isProxy($0.remoteAddress) }
            let http = HTTP1Channel(
                responder: { request, writer, channel in
                    let response = await site.respond(to: request, on: channel)
                    try await writer.write(response: response.head, body: response.body)
                },
                configuration: .init(
                    additionalChannelHandlers: [RequestClock(connections, limits)],
                    httpDecoderConfiguration: decoder))
            let bootstrap = bootstrap(loops, http)
            if let inherited {
                let channel = try bootstrap.withBoundSocket(inherited).wait()
                // NIO has made the backlog as small as its own usual one.
                listen(inherited, backlog)
                return WebServer(loops, channel, nil, connections, socket)
            }
            var claim = try SocketClaim(socket)
            let channel = try bind(socket, bootstrap)
            try claim.settle(mode: door.mode ?? 0o660, groupNamed: door.group)
            return WebServer(loops, channel, claim, connections, place(of: channel, asked: socket))
        } catch {
            loops.shutdownGracefully { _ in }
            let why = (error as? MilterError)?.description ?? "cannot listen on \(socket): \(error)"
            throw WebError(sentence: "the page: \(why).")
        }
    }

    private static func bootstrap(_ loops: MultiThreadedEventLoopGroup, _ http: HTTP1Channel) -> ServerBootstrap {
        let logger = Logger(label: "web")
        return ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: backlog)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                http.setup(channel: channel, logger: logger).map { connection in
                    Task(executorPreference: PageExecutor.pages) {
                        await http.handle(value: connection, logger: logger)
                    }
                }
            }
    }

    /// Where a channel listens. The system has chosen the port if none was asked for.
    private static func place(of channel: any Channel, asked socket: MilterSocket) -> MilterSocket {
        guard case .inet(let address, 0) = socket, let port = channel.localAddress?.port else { return socket }
        return .inet(address: address, port: UInt16(port))
    }

    private static func bind(_ socket: MilterSocket, _ bootstrap: ServerBootstrap) throws -> any Channel {
        switch socket {
        case .unix(let path): return try bootstrap.bind(unixDomainSocketPath: path).wait()
        case .inet(let address, let port):
            // As soon as the daemon has ended, the next one may listen.
            return try bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: "\(address)", port: Int(port)).wait()
        }
    }

    /// Takes no more clients from an inherited socket: they wait there for the next daemon.
    func leaveInherited() { if claim == nil { channel.close(promise: nil) } }

    /// Closes the socket and all connections, and removes the socket's file if that is still ours.
    package func close() {
        claim?.remove()
        channel.close(promise: nil)
        connections.end()
        group.shutdownGracefully { _ in }
    }
}
