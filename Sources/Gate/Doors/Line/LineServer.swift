import Glibc
import Milter
import NIOCore
import NIOPosix
import Policy

/// A listening socket of a door whose clients send lines or other short requests, and its connections.
///
/// It has a thread of its own, which never waits for the rest of the daemon: work that takes time runs elsewhere. The
/// number of connections is bounded, and a client costs the others nothing. What a connection is answered is the
/// matter of its handlers; `LineLimit`, `LineDeadline` and NIOExtras' `LineBasedFrameDecoder` are parts of them.
final class LineServer: Sendable {
    /// Where a door listens.
    struct Place: Sendable, Hashable {
        /// A Unix socket, or a TCP socket.
        var socket: MilterSocket
        /// The mode of a Unix socket.
        var mode: UInt32 = 0o660
        /// The name of the group of a Unix socket.
        var group: String?
        /// The descriptor of the socket if it was inherited and listens already. Then it is neither made, changed nor
        /// removed.
        private(set) var inherited: Int32?

        /// A place with the usual mode and group.
        init(socket: MilterSocket) { self.socket = socket }

        /// The place of a socket that another process has made.
        init(_ inherited: InheritedSocket) {
            self.init(socket: inherited.socket)
            self.inherited = inherited.descriptor
        }

        /// The place that is set for a door; nil if the door is closed.
        init?(_ door: DoorSocket) {
            guard let socket = door.socket else { return nil }
            self.init(socket: socket)
            mode = door.mode ?? mode
            group = door.group
        }
    }

    /// The bounds of a door, and what its protocol needs.
    struct Options: Sendable {
        /// Connections at once.
        var connections: Int
        /// Connections that the system has accepted and this server has not.
        var backlog: Int32
        /// Whether a client that has closed its side after the request still gets its answer.
        var allowsHalfClosure = false
        /// Whether a client is read only when a handler asks for it (`context.read()`: at first, and after a
        /// `channelReadComplete` as soon as nothing is to be answered), so that one that sends more than it reads fills
        /// its own buffers.
        var readsOnDemand = false
        /// Whether clients wait in the backlog until `serve` is called.
        var isPaused = false
        /// How long a client that waits for its answer keeps its place, if new ones find none. What is known already
        /// is answered in less.
        var patience = TimeAmount.milliseconds(250)
    }

    /// The most bytes that are read from a client at once.
    private static let readLimit = 4096

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    /// nil for an inherited socket.
    private let claim: SocketClaim?
    /// The connections.
    let clients: LineClients

    private init(
        _ group: MultiThreadedEventLoopGroup, _ channel: any Channel, _ claim: SocketClaim?, _ clients: LineClients
    ) {
        self.group = group
        self.channel = channel
        self.claim = claim
        self.clients = clients
    }

    /// Opens a door. It blocks for a moment.
    ///
    /// - Parameter handlers: Makes the handlers of a connection. Called for each, on the server's thread.
    /// - Throws: Why it cannot be opened. Nothing is left behind then.
    static func open(
        _ place: Place, _ options: Options,
        handlers: @escaping @Sendable (LineClients.Client) -> [any ChannelHandler]
    ) throws(ListenError) -> LineServer {
        do {
            var claim = place.inherited == nil ? try SocketClaim(place.socket) : nil
            let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            do {
                let clients = LineClients(options.connections, patience: options.patience)
                let channel = try bind(place, options, loops, clients, handlers)
                try claim?.settle(mode: place.mode, groupNamed: place.group)
                return LineServer(loops, channel, claim, clients)
            } catch {
                loops.shutdownGracefully { _ in }
                throw error
            }
        } catch {
            throw ListenError(place.socket, error)
        }
    }

    private static func bind(
        _ place: Place, _ options: Options, _ loops: MultiThreadedEventLoopGroup, _ clients: LineClients,
        _ handlers: @escaping @Sendable (LineClients.Client) -> [any ChannelHandler]
    ) throws -> any Channel {
        let bootstrap = ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: options.backlog)
            .serverChannelOption(.autoRead, value: !options.isPaused)
            .childChannelOption(.allowRemoteHalfClosure, value: options.allowsHalfClosure)
            .childChannelOption(.autoRead, value: !options.readsOnDemand)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readLimit))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(handlers(clients.enter(channel)))
                }
            }
        if let descriptor = place.inherited {
            let channel = try bootstrap.withBoundSocket(descriptor).wait()
            // NIO has made the backlog as small as its own usual one.
            listen(descriptor, options.backlog)
            return channel
        }
        switch place.socket {
        case .unix(let path): return try bootstrap.bind(unixDomainSocketPath: path).wait()
        case .inet(let address, let port):
            // As soon as the daemon has ended, the next one may listen.
            return try bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: "\(address)", port: Int(port)).wait()
        }
    }

    /// Serves clients, if they had to wait for that.
    func serve() { channel.setOption(.autoRead, value: true).whenComplete { _ in } }

    /// Takes no more clients from an inherited socket: they wait there for the next daemon.
    func leaveInherited() { if claim == nil { channel.close(promise: nil) } }

    /// Takes no more clients, lets those finish that wait for an answer, and tells the others that there is none. It
    /// blocks until a moment, and a second longer at most. `close` comes next.
    func drain(until end: ContinuousClock.Instant) {
        claim?.remove()
        channel.close(promise: nil)
        while clients.counts.asking > 0, .now < end { usleep(2000) }
        clients.end()
        // Last words are on their way.
        let last = ContinuousClock.now + .seconds(1)
        while clients.counts.open > 0, .now < last { usleep(2000) }
    }

    /// Closes the door and its connections, and removes the socket's file if that is still ours.
    func close() {
        claim?.remove()
        channel.close(promise: nil)
        group.shutdownGracefully { _ in }
    }
}
