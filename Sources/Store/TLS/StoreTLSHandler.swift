import NIOCore

/// TLS on a channel to a store. The channel becomes active for the handlers behind it once the handshake is complete
/// and the certificate is verified; a failure is an error that they catch.
final class StoreTLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State { case handshaking, established, over }

    /// What may come before the handshake is complete.
    private static let maximumHandshake = 512 << 10

    private let session: StoreTLSSession
    private var state = State.handshaking
    private var received = 0

    init(session: StoreTLSSession) { self.session = session }

    func channelActive(context: ChannelHandlerContext) { handshake(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .over else { return }
        let bytes = unwrapInboundIn(data)
        if state == .handshaking {
            received += bytes.readableBytes
            guard received <= Self.maximumHandshake else {
                return fail(
                    StoreTLSError("TLS failed: the handshake has more than \(Self.maximumHandshake) bytes"), context)
            }
        }
        session.receive(bytes)
        if state == .handshaking { handshake(context) }
        if state == .established { read(context) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state == .established else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        do throws(StoreTLSError) {
            try session.write(unwrapOutboundIn(data))
            if let output = session.takeOutput() { context.write(wrapOutboundOut(output), promise: promise) }
        } catch {
            promise?.fail(error)
            fail(error, context)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if state == .established {
            session.bye()
            flushOutput(context)
        }
        state = .over
        context.close(mode: mode, promise: promise)
    }

    private func handshake(_ context: ChannelHandlerContext) {
        do throws(StoreTLSError) {
            let isComplete = try session.handshake()
            flushOutput(context)
            guard isComplete else { return }
            state = .established
            context.fireChannelActive()
        } catch {
            fail(error, context)
        }
    }

    private func read(_ context: ChannelHandlerContext) {
        do throws(StoreTLSError) {
            while state == .established {
                let read = try session.read()
                // Answers to key updates, for example.
                flushOutput(context)
                switch read {
                case .incomplete: return
                case .bytes(let bytes): context.fireChannelRead(wrapInboundOut(bytes))
                case .ended: return context.close(promise: nil)
                }
            }
        } catch {
            fail(error, context)
        }
    }

    private func fail(_ error: StoreTLSError, _ context: ChannelHandlerContext) {
        guard state != .over else { return }
        state = .over
        flushOutput(context)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    private func flushOutput(_ context: ChannelHandlerContext) {
        if let output = session.takeOutput() { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
    }
}
