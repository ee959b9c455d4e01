import NIOCore

/// What a ``TLSClientHandler`` reports to the handlers after it in the pipeline, as a user event.
enum TLSEvent {
    /// The handshake is complete. Or it stopped after the certificates (``ProbeReport/TLSSession/unread``); then
    /// nothing more will come.
    case established(ProbeReport.TLSSession)
    /// TLS failed, in the handshake or after it. Nothing more will come.
    case failed(TLSFailure)
    /// One of our limits was reached, which says nothing about the host's TLS. Nothing more will come.
    case refused(String)
    /// The host closed the session properly.
    case ended
}

/// TLS on a channel: encrypts what goes out, decrypts what comes in, and starts the handshake when it is added.
///
/// A host may send 512 KB until the handshake is complete, certificates included, and as much again after it, whether
/// it is data or not (F-128).
final class TLSClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State { case handshaking, established, over }

    private static let maximumBytes = 512 << 10

    private let session: GnuTLSSession
    private var state = State.handshaking
    private var received = 0

    init(session: GnuTLSSession) { self.session = session }

    func handlerAdded(context: ChannelHandlerContext) { handshake(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .over else { return }
        let bytes = unwrapInboundIn(data)
        received += bytes.readableBytes
        // F-128.
        guard received <= Self.maximumBytes else {
            end(.refused("the host sent more than \(Self.maximumBytes) bytes of TLS"), context)
            return
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
        if let reason = session.write(unwrapOutboundIn(data)) {
            promise?.fail(ChannelError.ioOnClosedChannel)
            fail(reason, context)
        } else if let output = session.takeOutput() {
            context.write(wrapOutboundOut(output), promise: promise)
        } else {
            promise?.succeed()
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if state == .established {
            state = .over
            session.bye()
            flush(context)
        }
        context.close(mode: mode, promise: promise)
    }

    private func handshake(_ context: ChannelHandlerContext) {
        let progress = session.handshake()
        flush(context)
        switch progress {
        case .incomplete:
            return
        case .failed(let reason):
            fail(reason, context)
        case .refused(let reason):
            end(.refused(reason), context)
        case .shown(let session):
            end(.established(session), context)
        case .complete:
            do throws(TLSFailure) {
                let negotiated = try session.negotiated()
                state = .established
                received = 0
                context.fireUserInboundEventTriggered(TLSEvent.established(negotiated))
            } catch {
                fail(error, context)
            }
        }
    }

    private func read(_ context: ChannelHandlerContext) {
        while state == .established {
            let read = session.read()
            // Answers to key updates, for example.
            flush(context)
            switch read {
            case .incomplete:
                return
            case .bytes(let bytes):
                context.fireChannelRead(wrapInboundOut(bytes))
            case .failed(let reason):
                fail(reason, context)
            case .refused(let reason):
                end(.refused(reason), context)
            case .ended:
                context.fireUserInboundEventTriggered(TLSEvent.ended)
                return
            }
        }
    }

    private func fail(_ reason: TLSFailure, _ context: ChannelHandlerContext) { end(.failed(reason), context) }

    private func end(_ event: TLSEvent, _ context: ChannelHandlerContext) {
        guard state != .over else { return }
        state = .over
        flush(context)
        context.fireUserInboundEventTriggered(event)
    }

    private func flush(_ context: ChannelHandlerContext) {
        if let output = session.takeOutput() { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
    }
}
