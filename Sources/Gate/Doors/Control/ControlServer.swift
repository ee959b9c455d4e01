import Foundation
import Milter
import NIOCore
import NIOPosix
package import Policy
package import Records
import Support
import Synchronization

/// The control socket for `danegate status`, `reload`, `recheck` and `check --cached`: a line in, a line of JSON out.
///
/// It has a thread of its own, which never waits for the rest of the daemon. Work that takes time runs elsewhere. A
/// client may send one request of at most 4 KB within five seconds. There are at most 32 clients at a time, and a
/// further one takes the place of the oldest. If a client does more than that, only its own connection is closed.
package final class ControlServer: Sendable {
    /// The longest request in bytes, including the end of its line.
    static let requestLimit = 4096
    /// The most connections at once. The oldest gives way to another one.
    static let connectionLimit = 32
    /// The longest time for a connection.
    static let patience = TimeAmount.seconds(5)

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let claim: SocketClaim

    private init(_ group: MultiThreadedEventLoopGroup, _ channel: any Channel, _ claim: SocketClaim) {
        self.group = group
        self.channel = channel
        self.claim = claim
    }

    /// Opens the socket of the settings. If that fails, the failure is logged and mail is not affected. It blocks for a
    /// moment.
    ///
    /// - Parameter service: Answers the requests.
    package static func open(_ settings: Settings, log: GateLog, service: () -> ControlService) -> ControlServer? {
        guard let path = settings.controlSocketPath else { return nil }
        var isInState = false
        do {
            if settings.controlSocket == .standard {
                isInState = true
                try? FileManager.default.createDirectory(
                    atPath: settings.stateDirectory, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o750])
            }
            let socket = try MilterSocket(path)
            var claim = try SocketClaim(socket)
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            do {
                let channel = try bind(path, group, service())
                try claim.settle(mode: 0o660)
                return ControlServer(group, channel, claim)
            } catch {
                group.shutdownGracefully { _ in }
                throw error
            }
        } catch {
            let message =
                isInState && access(settings.stateDirectory, W_OK | X_OK) != 0
                ? FileOwner.other(of: settings.stateDirectory).map {
                    "the state directory \(settings.stateDirectory) \($0)"
                } ?? "the state directory \(settings.stateDirectory) cannot be written"
                : (error as? MilterError)?.description ?? "cannot listen on \(path): \(error)"
            log.event(.warning, LogLine(event: "control").adding("result", "off").adding("cause", message))
            return nil
        }
    }

    private static func bind(
        _ path: String, _ group: MultiThreadedEventLoopGroup, _ service: ControlService
    ) throws -> any Channel {
        let places = ControlPlaces(connectionLimit)
        return try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    places.take(channel)
                    channel.closeFuture.whenComplete { _ in places.give(channel) }
                    try channel.pipeline.syncOperations.addHandler(ControlHandler(service))
                }
            }
            .bind(unixDomainSocketPath: path).wait()
    }

    /// Closes the socket and removes its file if that is still ours.
    package func close() {
        claim.remove()
        channel.close(promise: nil)
        group.shutdownGracefully { _ in }
    }
}

/// The connections, the oldest first. Clients that send nothing must not keep out one that asks.
private final class ControlPlaces: Sendable {
    private let count: Int
    private let open = Mutex<[any Channel]>([])

    init(_ count: Int) { self.count = count }

    func take(_ channel: any Channel) {
        let oldest = open.withLock { open -> (any Channel)? in
            open.append(channel)
            return open.count > count ? open.removeFirst() : nil
        }
        oldest?.close(promise: nil)
    }

    func give(_ channel: any Channel) { open.withLock { $0.removeAll { $0 === channel } } }
}

/// One connection.
private final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let service: ControlService
    private var request: [UInt8] = []
    private var isAnswered = false
    private var timer: Scheduled<Void>?

    init(_ service: ControlService) { self.service = service }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: ControlServer.patience) { channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return }
        let bytes = unwrapInboundIn(data).readableBytesView
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        request += bytes[..<(end ?? bytes.endIndex)].prefix(ControlServer.requestLimit)
        guard request.count < ControlServer.requestLimit else {
            context.close(promise: nil)
            return
        }
        guard end != nil else { return }
        isAnswered = true
        switch service.answer(String(decoding: request, as: UTF8.self)) {
        case .now(let answer): Self.end(context.channel, answer)
        case .later(let patience, let work):
            let channel = context.channel
            timer?.cancel()
            timer = context.eventLoop.scheduleTask(in: .milliseconds(patience.milliseconds)) {
                channel.close(promise: nil)
            }
            let task = Self.begin(work, for: channel)
            // A client that has gone needs no answer.
            channel.closeFuture.whenComplete { _ in task.cancel() }
        }
    }

    private static func begin(
        _ work: @escaping @Sendable () async -> String, for channel: any Channel
    ) -> Task<Void, Never> {
        Task {
            let answer = await work()
            channel.eventLoop.execute { end(channel, answer) }
        }
    }

    private static func end(_ channel: any Channel, _ answer: String) {
        channel.writeAndFlush(channel.allocator.buffer(string: "\(answer)\n"), promise: nil)
        channel.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
