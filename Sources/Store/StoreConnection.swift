import DequeModule
import NIOCore
import RESP

/// One connection to a store: sends requests, and gives each answer to the oldest request without one. It belongs to
/// one event loop.
final class StoreConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What happens. After `ended` nothing more does.
    enum Event {
        /// The connection is up, with TLS if that is wanted.
        case active
        /// All answers of a request have come. Whoever hears it tells whoever waits.
        case answered(StoreExchange)
        /// The store tells something.
        case push([RESPValue])
        /// The connection has ended, for this reason; these requests have no answers.
        case ended(String, unanswered: [StoreExchange])
    }

    private var listener: ((Event) -> Void)?
    private var context: ChannelHandlerContext?
    private var parser = RESPParser()
    private var queue: Deque<StoreExchange> = []
    private var isFlushDue = false
    /// Why it is to end once all requests have their answers; nil if it is not.
    private var farewell: String?
    /// Why it has ended, or is about to; nil while it is up.
    private var reason: String?

    /// When something last came.
    private(set) var lastRead = NIODeadline.now()
    /// The oldest request without its answers.
    var oldest: StoreExchange? { queue.first }

    /// A connection that tells what happens.
    init(_ listener: @escaping (Event) -> Void) { self.listener = listener }

    /// Sends a request. Requests of one turn of the loop leave together.
    ///
    /// - Returns: false if the connection has ended or is about to. Nobody is told.
    func send(_ exchange: StoreExchange) -> Bool {
        guard let context, reason == nil else { return false }
        queue.append(exchange)
        var buffer = context.channel.allocator.buffer(capacity: exchange.size)
        for command in exchange.commands { command.write(to: &buffer) }
        context.write(wrapOutboundOut(buffer), promise: nil)
        if !isFlushDue {
            isFlushDue = true
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.eventLoop.execute {
                bound.value.isFlushDue = false
                bound.value.context?.flush()
            }
        }
        return true
    }

    /// Ends the connection.
    func close(_ why: String) {
        guard reason == nil else { return }
        reason = why
        if let context { context.close(promise: nil) } else { end() }
    }

    /// Ends the connection once all requests have their answers.
    func closeWhenDrained(_ why: String) {
        if queue.isEmpty { close(why) } else { farewell = why }
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if reason != nil { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        // Without a reason it never was a connection, and whoever wanted one is told why.
        if reason == nil { listener = nil } else { end() }
    }

    func channelActive(context: ChannelHandlerContext) {
        guard reason == nil else { return }
        lastRead = .now()
        listener?(.active)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard reason == nil else { return }
        lastRead = .now()
        parser.append(unwrapInboundIn(data))
        do throws(RESPProtocolError) {
            while reason == nil, let value = try parser.next() { take(value) }
        } catch {
            close("the store does not speak RESP: \(error)")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if reason == nil { reason = "the store closed the connection" }
        end()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close(StoreFailure.clause(error)) }

    private func take(_ value: RESPValue) {
        if case .push(let elements) = value {
            listener?(.push(elements))
            return
        }
        guard let exchange = queue.first else { return close("the store answers what nobody asked") }
        exchange.take(value)
        guard exchange.isComplete else { return }
        // Before anybody is told, who may end the connection.
        queue.removeFirst()
        listener?(.answered(exchange))
        if let farewell, queue.isEmpty { close(farewell) }
    }

    private func end() {
        guard let listener else { return }
        self.listener = nil
        let unanswered = Array(queue)
        queue = []
        listener(.ended(reason ?? "the connection ended", unanswered: unanswered))
    }
}
