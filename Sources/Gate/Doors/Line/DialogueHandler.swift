import NIOCore

/// A connection that speaks a `Dialogue`, one question at a time: nothing more is read before an answer has left. So a
/// client that asks and never reads fills its own buffers.
///
/// A question may take ten seconds to come from its first byte, and an answer as long to be taken. The server must read
/// on demand (`LineServer.Options`).
final class DialogueHandler<Talk: Dialogue>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a question may take to come, and an answer to be taken.
    private let patience: TimeAmount
    private let client: LineClients.Client
    private var talk: Talk
    private var buffer = ByteBuffer()
    /// Whether an answer is being found, or is on its way.
    private var isBusy = false
    /// Whether the client has had an answer, and nothing of its next question has come.
    private var isBetween = false
    private var isAtEnd = false
    private var isLast = false
    private var deadline = LineDeadline()

    /// A connection that speaks a dialogue.
    init(_ talk: Talk, _ client: LineClients.Client, patience: TimeAmount = .seconds(10)) {
        self.talk = talk
        self.client = client
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        guard !client.isRefused else { return answer(context, Talk.full, isLast: true) }
        wait(patience, context)
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) { deadline.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLast else { return }
        var bytes = unwrapInboundIn(data)
        if isBetween {
            isBetween = false
            wait(patience, context)
        }
        buffer.writeBuffer(&bytes)
        if !isBusy { proceed(context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // A read that is asked for within `channelRead` is forgotten.
        if !isBusy, !isAtEnd { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        isAtEnd = true
        if !isBusy { proceed(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func proceed(_ context: ChannelHandlerContext) {
        switch talk.next(&buffer, isAtEnd: isAtEnd) {
        case .wait where isAtEnd, .close: context.close(promise: nil)
        case .wait: break
        case .answer(let text, let isLast): answer(context, text, isLast: isLast)
        case .ask(let work, let isLast):
            isBusy = true
            deadline.cancel()
            client.stands(.asking)
            let (loop, bound) = (context.eventLoop, NIOLoopBound((self, context), eventLoop: context.eventLoop))
            work { text in
                // What is known already is answered without a turn of the loop.
                guard !loop.inEventLoop else {
                    let (handler, context) = bound.value
                    return handler.answer(context, text, isLast: isLast)
                }
                loop.execute {
                    let (handler, context) = bound.value
                    handler.answer(context, text, isLast: isLast)
                }
            }
        }
    }

    /// Answers, and goes on when the answer has left.
    private func answer(_ context: ChannelHandlerContext, _ text: String, isLast: Bool) {
        guard context.channel.isActive else { return }
        isBusy = true
        self.isLast = isLast
        wait(patience, context)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text))).whenComplete { _ in
            let (handler, context) = bound.value
            handler.wentOut(context)
        }
    }

    private func wentOut(_ context: ChannelHandlerContext) {
        guard !isLast, context.channel.isActive else { return context.close(promise: nil) }
        isBusy = false
        client.stands(.idle)
        guard buffer.readableBytes > 0 || isAtEnd else {
            isBetween = true
            wait(Talk.idle, context)
            return context.read()
        }
        // The next turn of the loop, because a thousand questions that come at once must not be a thousand calls deep.
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            guard !handler.isBusy, context.channel.isActive else { return }
            handler.proceed(context)
            if !handler.isBusy, !handler.isAtEnd { context.read() }
        }
    }

    /// Ends the connection if nothing has come, or gone, by then.
    private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline.set(in: time, context.channel) { channel in
            let (handler, context) = bound.value
            guard !handler.isBusy, let late = handler.talk.late else { return channel.close(promise: nil) }
            handler.answer(context, late, isLast: true)
        }
    }
}
