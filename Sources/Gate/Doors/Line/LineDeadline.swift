package import NIOCore

/// By when a connection must have got further: the request has come, or the answer was taken. For the thread of the
/// channel's event loop.
///
/// NIO's `IdleStateHandler` does not do this: it watches for silence, and a client that sends a byte now and then is
/// never silent.
package final class LineDeadline {
    private let channel: any Channel
    private let expired: (() -> Void)?
    private var due: NIODeadline?
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?

    /// No deadline is set yet.
    ///
    /// - Parameter expired: What happens when one has passed, on the event loop; by default the connection is closed.
    ///   It is let go by `end`.
    package init(_ channel: any Channel, expired: (() -> Void)? = nil) {
        self.channel = channel
        self.expired = expired
    }

    /// Sets the deadline anew.
    package func set(in time: TimeAmount) {
        let due = NIODeadline.now() + time
        self.due = due
        // To move a timer costs more than most answers. One that comes too early looks when it is to come again.
        if let timer, timer.at <= due { return }
        timer?.task.cancel()
        start(at: due)
    }

    /// There is no deadline from now on.
    package func cancel() { due = nil }

    /// The connection has ended.
    package func end() {
        due = nil
        timer?.task.cancel()
        timer = nil
    }

    private func start(at time: NIODeadline) {
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        timer = (channel.eventLoop.scheduleTask(deadline: time) { bound.value.look() }, time)
    }

    private func look() {
        timer = nil
        guard let due else { return }
        guard due <= .now() else { return start(at: due) }
        self.due = nil
        guard let expired else { return channel.close(promise: nil) }
        expired()
    }
}
