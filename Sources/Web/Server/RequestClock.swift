import Gate
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Bounds what a connection may take of time and bytes: the wait for a request, the request itself, and how long an
/// answer may lie there without being taken. For the thread of the channel's event loop.
///
/// Hummingbird's idle timer watches for silence alone, and a client that sends a byte now and then is never silent.
final class RequestClock: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The bounds.
    struct Limits: Sendable {
        /// From the connection, or the end of the last answer, to the end of the next request's head.
        var head = TimeAmount.seconds(20)
        /// From there to the end of its body.
        var body = TimeAmount.seconds(10)
        /// How long a client may take nothing of an answer that waits.
        var reading = TimeAmount.seconds(30)
        /// The most bytes of a body. What reads the body refuses far fewer.
        var bodyBytes = 64 << 10
    }

    private let limits: Limits
    private let connections: WebConnections
    private var place: WebConnections.Place?
    private var request: LineDeadline?
    private var writing: LineDeadline?
    /// How many requests have come whose answer has not ended.
    private var open = 0
    private var isReading = false
    private var bytes = 0
    private var closes = false

    init(_ connections: WebConnections, _ limits: Limits) {
        self.connections = connections
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard let place = connections.enter(context.channel) else { return context.close(promise: nil) }
        self.place = place
        request = LineDeadline(context.channel)
        writing = LineDeadline(context.channel)
        request?.set(in: limits.head)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        request?.end()
        writing?.end()
        (request, writing) = (nil, nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            (open, isReading, bytes) = (open + 1, true, 0)
            request?.set(in: limits.body)
        case .body(let part):
            bytes += part.readableBytes
            guard bytes <= limits.bodyBytes else { return context.close(promise: nil) }
        case .end:
            isReading = false
            if open > 0 {
                // Not before: whoever leaves a request unfinished gives way like one who asks nothing.
                place?.isBusy(true)
                request?.cancel()
            } else {
                // The answer did not wait for the end of what was asked.
                request?.set(in: limits.head)
            }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.headerFields[.connection] == "close" { closes = true }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            open -= 1
            guard !closes else {
                // The rest of a body that was refused is not read.
                let last = promise ?? context.eventLoop.makePromise()
                let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
                last.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
                return context.writeAndFlush(data, promise: last)
            }
            context.write(data, promise: promise)
            guard open == 0, !isReading else { return }
            place?.isBusy(false)
            request?.set(in: limits.head)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { writing?.cancel() } else { writing?.set(in: limits.reading) }
        context.fireChannelWritabilityChanged()
    }
}
