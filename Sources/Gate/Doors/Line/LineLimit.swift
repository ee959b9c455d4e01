import NIOCore
import NIOExtras

/// Bounds the length of a client's lines, in front of NIOExtras' `LineBasedFrameDecoder`, which has no bound of its
/// own. (`ByteToMessageHandler` has one, but it holds for what has come without a line end, and lets a long line pass
/// that comes at once.)
///
/// Lines before one that is too long are passed on. Then the error `LineTooLongError` comes, and nothing after it.
final class LineLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limit: Int
    /// The bytes of a line that has begun.
    private var begun = 0
    private var isExceeded = false

    /// A bound.
    ///
    /// - Parameter limit: The most bytes of a line, including its end.
    init(_ limit: Int) { self.limit = limit }

    /// The handlers that make lines without their ends (`\n` or `\r\n`), each a `ByteBuffer`, of what a client sends.
    static func lines(of limit: Int) -> [any ChannelHandler] {
        [LineLimit(limit), ByteToMessageHandler(LineBasedFrameDecoder())]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isExceeded else { return }
        var bytes = unwrapInboundIn(data)
        let view = bytes.readableBytesView
        var start = view.startIndex
        while let end = view[start...].firstIndex(of: UInt8(ascii: "\n")), begun + (end - start) < limit {
            begun = 0
            start = end + 1
        }
        begun += view.endIndex - start
        // A line of as many bytes has no room for its end.
        guard begun >= limit else { return context.fireChannelRead(data) }
        isExceeded = true
        if let lines = bytes.readSlice(length: start - view.startIndex), lines.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(lines))
        }
        context.fireErrorCaught(LineTooLongError())
    }
}
