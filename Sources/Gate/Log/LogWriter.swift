import DequeModule
import Foundation
public import Logging
import Synchronization

/// Where log lines go: a bounded queue, and one thread that writes from it, so that no reply ever waits for a log.
///
/// What does not fit is dropped, and counted in an `event=log-dropped` line.
public final class LogWriter: Sendable {
    /// A line, put together by the writing thread.
    public typealias Line = @Sendable () -> String

    private struct State {
        var queue: Deque<(Logger.Level, Line)> = []
        var dropped = 0
        var isClosed = false
    }

    /// Lines that may wait at once.
    static let limit = 20_000

    private let sink: LogSink
    private let state = Mutex(State())
    private let work = Signal()
    private let done = Signal()

    /// A writer to syslog or standard error, with its thread.
    public init(_ target: Settings.LogTarget) {
        sink = LogSink(target)
        Thread.detachNewThread { self.run() }
    }

    /// Queues a line. Does no I/O.
    public func write(_ level: Logger.Level, _ line: @escaping Line) {
        let wakes = state.withLock { state in
            guard state.queue.count < Self.limit, !state.isClosed else {
                state.dropped += 1
                return false
            }
            state.queue.append((level, line))
            return state.queue.count == 1
        }
        if wakes { work.signal() }
    }

    /// Writes what is queued and ends the thread; lines that come later are lost. Waits for it, a few seconds at most.
    public func close() {
        state.withLock { $0.isClosed = true }
        work.signal()
        _ = done.wait(until: .now + .seconds(3))
    }

    private func run() {
        while true {
            let (batch, dropped, isClosed) = state.withLock { state in
                defer {
                    state.queue.removeAll(keepingCapacity: true)
                    state.dropped = 0
                }
                return (Array(state.queue), state.dropped, state.isClosed)
            }
            for (level, line) in batch { sink.write(level, line()) }
            if dropped > 0, !isClosed {
                sink.write(.warning, LogLine(event: "log-dropped").adding("count", "\(dropped)").description)
            }
            if isClosed && batch.isEmpty { break }
            if batch.isEmpty { work.wait() }
        }
        done.signal()
    }
}
