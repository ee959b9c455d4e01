import NIOCore
import NIOPosix
import Synchronization
import WorldServers

/// Stands before a store on a port of 127.0.0.1: passes everything on, late if wanted; or has no store behind it, and
/// says something else to whatever comes.
public final class StoreProxy: Sendable {
    /// What it does with what comes.
    public enum Conduct: Sendable {
        /// Passes it on to a port of 127.0.0.1, and what that answers back after a delay.
        case passing(to: UInt16, after: Duration)
        /// Answers whatever comes with these bytes.
        case answering([UInt8])
        /// Says these bytes at once, unasked, and nothing more.
        case speaking([UInt8])
        /// Says nothing.
        case mute
    }

    /// Its port.
    public let port: UInt16
    private let channel: any Channel
    private let shared: Sharing

    /// Begins to listen.
    public init(_ conduct: Conduct) async throws {
        let shared = Sharing(conduct)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Front(shared))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = UInt16(channel.localAddress?.port ?? 0)
        self.shared = shared
    }

    /// Changes what it does, of open connections the delay.
    public func conduct(_ next: Conduct) { shared.value.withLock { $0 = next } }

    /// How many connections have come.
    public var connections: Int { shared.connections.load(ordering: .relaxed) }

    /// Ends it.
    public func stop() async { try? await channel.close() }

    /// What the listener and its connections share.
    fileprivate final class Sharing: Sendable {
        let value: Mutex<Conduct>
        let connections = Atomic<Int>(0)

        init(_ conduct: Conduct) { value = Mutex(conduct) }

        var now: Conduct { value.withLock { $0 } }
    }

    /// The side of the client.
    private final class Front: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let shared: Sharing
        private var back: (any Channel)?
        /// What came before there was a way on.
        private var waiting: [ByteBuffer] = []

        init(_ shared: Sharing) { self.shared = shared }

        func channelActive(context: ChannelHandlerContext) {
            shared.connections.wrappingAdd(1, ordering: .relaxed)
            switch shared.now {
            case .speaking(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .passing(let port, _): connect(to: port, context)
            case .answering, .mute: break
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch shared.now {
            case .answering(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .passing:
                let bytes = unwrapInboundIn(data)
                if let back { back.writeAndFlush(bytes, promise: nil) } else { waiting.append(bytes) }
            case .mute, .speaking: break
            }
        }

        func channelInactive(context: ChannelHandlerContext) { back?.close(promise: nil) }

        private func connect(to port: UInt16, _ context: ChannelHandlerContext) {
            let (shared, front) = (self.shared, context.channel)
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Back(shared, front))
                    }
                }
                .connect(host: "127.0.0.1", port: Int(port)).whenComplete { result in
                    guard case .success(let back) = result else { return front.close(promise: nil) }
                    bound.value.back = back
                    for bytes in bound.value.waiting { back.writeAndFlush(bytes, promise: nil) }
                    bound.value.waiting = []
                }
        }
    }

    /// The side of the store.
    private final class Back: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let shared: Sharing
        private let front: any Channel

        init(_ shared: Sharing, _ front: any Channel) { (self.shared, self.front) = (shared, front) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            guard case .passing(_, let delay) = shared.now, delay > .zero else {
                return front.writeAndFlush(bytes, promise: nil)
            }
            let front = front
            context.eventLoop.scheduleTask(in: TimeAmount(delay)) { front.writeAndFlush(bytes, promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { front.close(promise: nil) }
    }
}
