import Support
import NIOCore

/// A connection to the control socket: a line in, a line of JSON out.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let service: ControlService
    private var isAsked = false
    private var deadline: LineDeadline?

    /// A connection whose request the service answers.
    init(_ service: ControlService) { self.service = service }

    func channelActive(context: ChannelHandlerContext) {
        deadline = LineDeadline(context.channel)
        deadline?.set(in: ControlServer.patience)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.end()
        deadline = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAsked else { return }
        isAsked = true
        let channel = context.channel
        switch service.answer(String(buffer: unwrapInboundIn(data))) {
        case .now(let answer): Self.end(channel, answer)
        case .later(let patience, let work):
            deadline?.set(in: .milliseconds(patience.milliseconds))
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

    /// Closes the connection when the answer has been taken, or at the deadline.
    private static func end(_ channel: any Channel, _ answer: String) {
        channel.writeAndFlush(channel.allocator.buffer(string: "\(answer)\n")).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What follows the request is not read.
        if isAsked, error is LineTooLongError { return }
        context.close(promise: nil)
    }
}
