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
    /// Whether it is being found.
    private var isAsking = false
    /// Whether the client has had an answer, and nothing of its next question has come.
    private var isBetween = false
    private var isAtEnd = false
    private var isLast = false
    /// Whether the client has had its last answer, and what it still sends is thrown away.
    private var isLingering = false
    private var deadline: LineDeadline?

    /// The most bytes that may wait for their turn. What a client sends beyond one read comes only with the end of its
    /// side: then NIO reads all that the system has kept.
    private static var bufferLimit: Int { 256 << 10 }

    /// A connection that speaks a dialogue.
    init(_ talk: Talk, _ client: LineClients.Client, patience: TimeAmount = .seconds(10)) {
        self.talk = talk
        self.client = client
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline = LineDeadline(context.channel) { self.expired(context) }
        guard !client.isRefused else { return answer(context, talk.excuse(.full), isLast: true) }
        deadline?.set(in: patience)
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.end()
        deadline = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLast else { return }
        var bytes = unwrapInboundIn(data)
        if isBetween {
            isBetween = false
            deadline?.set(in: patience)
        }
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeBuffer(&bytes)
        }
        if !isBusy {
            proceed(context)
        } else if buffer.readableBytes > Self.bufferLimit {
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // A read that is asked for within `channelRead` is forgotten.
        if !isBusy || isLingering, !isAtEnd { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? LineEnding {
            // Who has begun a question, or would soon, hears why there is no answer. An end is enough for others.
            guard isAsking || !isBusy && talk.late != nil else { return }
            isAsking = false
            answer(context, talk.excuse(event == .stop ? .stopping : .full), isLast: true)
        } else if let event = event as? ChannelEvent, event == .inputClosed {
            isAtEnd = true
            if isLingering { context.close(promise: nil) } else if !isBusy { proceed(context) }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func proceed(_ context: ChannelHandlerContext) {
        switch talk.next(&buffer, isAtEnd: isAtEnd) {
        case .wait where isAtEnd, .close: context.close(promise: nil)
        case .wait: break
        case .answer(let text, let isLast): answer(context, text, isLast: isLast)
        case .ask(let work, let isLast):
            guard client.asks() else { return answer(context, talk.excuse(.full), isLast: true) }
            isBusy = true
            isAsking = true
            deadline?.cancel()
            let (loop, bound) = (context.eventLoop, NIOLoopBound((self, context), eventLoop: context.eventLoop))
            work({ [client] in client.isGone }) { [client] text in
                client.answered()
                // What is known already is answered without a turn of the loop.
                guard !loop.inEventLoop else {
                    let (handler, context) = bound.value
                    return handler.found(context, text, isLast: isLast)
                }
                // The loop of a door that was closed takes nothing any more.
                guard !client.isGone else { return }
                loop.execute {
                    let (handler, context) = bound.value
                    handler.found(context, text, isLast: isLast)
                }
            }
        }
    }

    /// The answer to the question has been found.
    private func found(_ context: ChannelHandlerContext, _ text: String, isLast: Bool) {
        // The client may have been told meanwhile that there is none.
        guard isAsking else { return }
        isAsking = false
        answer(context, text, isLast: isLast)
    }

    /// Answers, and goes on when the answer has left.
    private func answer(_ context: ChannelHandlerContext, _ text: String, isLast: Bool) {
        guard context.channel.isActive else { return }
        isBusy = true
        self.isLast = isLast
        deadline?.set(in: patience)
        // Who has its answer waits for none, though it may not take it.
        client.stands(.idle)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: text))).whenComplete { _ in
            let (handler, context) = bound.value
            handler.wentOut(context)
        }
    }

    private func wentOut(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        guard !isLast else { return end(context) }
        isBusy = false
        guard buffer.readableBytes > 0 || isAtEnd else {
            isBetween = true
            deadline?.set(in: Talk.idle)
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

    /// Ends the connection behind its last answer.
    private func end(_ context: ChannelHandlerContext) {
        // A client that has not said all yet would find the connection broken before it reads. So it may finish for a
        // moment, and nobody listens.
        guard client.isRefused || buffer.readableBytes > 0, client.hasPlace, !isAtEnd else {
            return context.close(promise: nil)
        }
        isLingering = true
        buffer.clear()
        deadline?.set(in: min(patience, .seconds(2)))
        context.close(mode: .output, promise: nil)
        context.read()
    }

    /// Nothing has come, or gone, in time.
    private func expired(_ context: ChannelHandlerContext) {
        guard !isBusy, let late = talk.late else { return context.close(promise: nil) }
        answer(context, late, isLast: true)
    }
}
