package import NIOCore

/// TLS on a channel: encrypts what goes out, decrypts what comes in. It starts the handshake when the channel becomes
/// active, and nobody behind it hears of that; or when it is added, if the channel is active already.
package final class TLSClientHandler<Client: TLSClient>: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum State { case idle, handshaking, established, over }

    private let client: Client
    private var state = State.idle
    /// How many bytes have come: until the handshake is complete, then from there on.
    private var received = 0

    /// A handler for one channel.
    package init(client: Client) { self.client = client }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        if state == .idle { begin(context) } else { context.fireChannelActive() }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .over else { return }
        let bytes = unwrapInboundIn(data)
        received += bytes.readableBytes
        if let limit = state == .established ? Client.maximumAfterHandshake : Client.maximumHandshake,
            received > limit
        {
            end(Client.excess(limit), context)
            return
        }
        client.receive(bytes)
        if state == .handshaking { handshake(context) }
        if state == .established { read(context) }
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state == .established else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        if let why = client.write(unwrapOutboundIn(data)) {
            promise?.fail(ChannelError.ioOnClosedChannel)
            end(why, context)
        } else if let output = client.engine.takeOutput() {
            context.write(wrapOutboundOut(output), promise: promise)
        } else {
            promise?.succeed()
        }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        let wasEstablished = state == .established
        state = .over
        if wasEstablished {
            client.engine.bye()
            flushOutput(context)
        }
        context.close(mode: mode, promise: promise)
    }

    private func begin(_ context: ChannelHandlerContext) {
        state = .handshaking
        handshake(context)
    }

    private func handshake(_ context: ChannelHandlerContext) {
        let progress = client.handshake()
        flushOutput(context)
        switch progress {
        case .incomplete: return
        case .over(let why): end(why, context)
        case .complete:
            state = .established
            received = 0
            if let why = client.tellEstablished(context) { end(why, context) }
        }
    }

    private func read(_ context: ChannelHandlerContext) {
        while state == .established {
            let read = client.read()
            // Answers to key updates, for example.
            flushOutput(context)
            switch read {
            case .incomplete: return
            case .bytes(let bytes): context.fireChannelRead(wrapInboundOut(bytes))
            case .ended: return client.tellEnded(context)
            case .over(let why): end(why, context)
            }
        }
    }

    private func end(_ why: Client.End, _ context: ChannelHandlerContext) {
        guard state != .over else { return }
        state = .over
        flushOutput(context)
        client.tellOver(why, context)
    }

    private func flushOutput(_ context: ChannelHandlerContext) {
        if let output = client.engine.takeOutput() { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
    }
}
