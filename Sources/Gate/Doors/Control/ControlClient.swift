import Glibc
import NIOCore
import NIOPosix
import Support

/// The commands' side of the control socket.
public enum ControlClient {
    /// The longest answer in bytes.
    private static let answerLimit = 1 << 20

    /// Sends a request to the daemon. It blocks the calling thread, which must not belong to the cooperative pool.
    ///
    /// - Parameters:
    ///   - path: The path of the socket.
    ///   - request: The request, one line.
    ///   - limit: The time limit.
    /// - Returns: The answer, one line of JSON.
    public static func ask(
        _ path: String, _ request: String, within limit: Duration = .seconds(5)
    ) throws(ControlError) -> String {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { group.shutdownGracefully { _ in } }
        let answer = group.next().makePromise(of: String.self)
        let silence = ControlError.silent("a daemon listens on \(path), but does not answer.")
        group.next().scheduleTask(in: .milliseconds(limit.milliseconds)) { answer.fail(silence) }
        ClientBootstrap(group: group).connectTimeout(.milliseconds(limit.milliseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(answer, request, silence))
                }
            }
            .connect(unixDomainSocketPath: path)
            .whenFailure { answer.fail(fault($0, path)) }
        do { return try answer.futureResult.wait() } catch { throw error as? ControlError ?? silence }
    }

    private static func fault(_ error: any Error, _ path: String) -> ControlError {
        switch (error as? IOError)?.errnoCode {
        case ENOENT, ENOTDIR:
            .noSocket(
                "cannot ask: there is no control socket \(path). If a daemon runs, its log says why (event=control).")
        case ECONNREFUSED: .noDaemon("no daemon answers: nobody listens on the control socket \(path).")
        case EACCES, EPERM:
            .denied(
                "cannot ask: the control socket \(path) may not be opened by this user "
                    + "(\(FileOwner.name(geteuid()))): root and the members of its group may.")
        case EAGAIN: .silent("a daemon listens on \(path), but has no time.")
        default: .noDaemon("no daemon answers on the control socket \(path): \(error)")
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: EventLoopPromise<String>
        private let request: String
        private let silence: ControlError
        private var bytes: [UInt8] = []

        init(_ answer: EventLoopPromise<String>, _ request: String, _ silence: ControlError) {
            self.answer = answer
            self.request = request
            self.silence = silence
        }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(
                wrapOutboundOut(context.channel.allocator.buffer(string: "\(request)\n")), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
                if bytes.count > ControlClient.answerLimit { context.close(promise: nil) }
                return
            }
            answer.succeed(String(decoding: bytes[..<end], as: UTF8.self))
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { answer.fail(silence) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            answer.fail(silence)
            context.close(promise: nil)
        }
    }
}
