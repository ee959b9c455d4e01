import NIOCore

/// By when a connection must have got further: the request has come, or the answer was taken.
///
/// NIO's `IdleStateHandler` does not do this: it watches for silence, and a client that sends a byte now and then is
/// never silent.
struct LineDeadline {
    private var timer: Scheduled<Void>?

    /// Sets the deadline anew. Called on the channel's event loop.
    ///
    /// - Parameter expired: What happens then, on the event loop; by default the connection is closed.
    mutating func set(
        in time: TimeAmount, _ channel: any Channel,
        expired: @escaping @Sendable (any Channel) -> Void = { $0.close(promise: nil) }
    ) {
        timer?.cancel()
        timer = channel.eventLoop.scheduleTask(in: time) { expired(channel) }
    }

    /// There is no deadline from now on.
    mutating func cancel() {
        timer?.cancel()
        timer = nil
    }
}
