import NIOCore

/// Remembers what passes until it is taken out: the ClientHello, for the handler behind it that waits for all of it.
final class ClientHelloTap: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The bytes so far.
    private(set) var bytes = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if bytes.readableBytes < 1 << 16 { bytes.writeImmutableBuffer(unwrapInboundIn(data)) }
        context.fireChannelRead(data)
    }
}
