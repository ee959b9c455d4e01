import Foundation
import Support
import Synchronization

/// Rows that have been handed over and collected for writing. Empty at first.
package protocol PendingRows: Sendable {
    init()
    /// Whether there is nothing to write.
    var isEmpty: Bool { get }
    /// Whether so much has come that it must be written at once, because waiting rows take memory.
    var isPressing: Bool { get }
}

extension PendingRows {
    package var isPressing: Bool { false }
}

/// The path from the callers that hand rows over to the thread that writes them. A caller takes one short lock. The
/// thread takes everything that came in an interval at once.
package final class WriteBehind<Rows: PendingRows>: Sendable {
    /// What the thread has to do next.
    package struct Turn {
        /// What came since the last turn.
        package let rows: Rows
        /// Whether a caller waits until everything is written.
        let isAwaited: Bool
        /// Whether it is the last turn.
        package let isLast: Bool
        fileprivate let waiters: [Signal]

        /// Tells the waiting callers that everything is written or lost.
        package func end() { for waiter in waiters { waiter.signal() } }
    }

    private struct State {
        var rows = Rows()
        var isOff = false
        var isClosed = false
        var waiters: [Signal] = []
        /// Since when rows wait, and the oldest of those that are being written.
        var since: ContinuousClock.Instant?
        var writingSince: ContinuousClock.Instant?
    }

    private let interval: Duration
    private let state = Mutex(State())
    private let work = Signal()
    private let hurry = Signal()
    private let done = Signal()

    /// A path that is not in use yet.
    ///
    /// - Parameter interval: How long rows are collected.
    package init(interval: Duration) { self.interval = interval }

    /// Runs the writer on a thread of its own.
    package func begin(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            body()
            self.done.signal()
        }
        thread.name = name
        thread.start()
    }

    /// Waits for rows or for the time, and then for the rows of the interval. On the writer's thread.
    package func turn(until time: ContinuousClock.Instant) -> Turn {
        // Whoever asks for the next turn has written the last one, or lost it.
        state.withLock { $0.writingSince = nil }
        _ = work.wait(until: time)
        _ = hurry.wait(until: .now + interval)
        return state.withLock { state in
            defer {
                state.rows = Rows()
                state.waiters = []
                (state.writingSince, state.since) = (state.since, nil)
            }
            return Turn(
                rows: state.rows, isAwaited: !state.waiters.isEmpty, isLast: state.isClosed, waiters: state.waiters)
        }
    }

    /// Hands something over. Does no I/O. If the writer is off or has ended, it is lost.
    package func add(_ change: (inout Rows) -> Void) {
        let (wakes, hurries) = state.withLockBarging { state in
            guard !state.isOff, !state.isClosed else { return (false, false) }
            let wasEmpty = state.rows.isEmpty
            change(&state.rows)
            if wasEmpty { state.since = .now }
            return (wasEmpty, state.rows.isPressing)
        }
        if wakes { work.signal() }
        if hurries { hurry.signal() }
    }

    /// Accepts nothing more, because there is no file.
    package func switchOff() { state.withLock { $0.isOff = true } }

    /// Writes what is pending and ends the thread. It waits for that up to the limit. What comes later is lost.
    package func close(within limit: Duration) {
        state.withLock { $0.isClosed = true }
        work.signal()
        hurry.signal()
        _ = done.wait(until: .now + limit)
    }

    /// Waits until everything that was handed over before is written or lost.
    ///
    /// - Returns: Whether that happened in time.
    package func settle(within limit: Duration) -> Bool {
        let settled = Signal()
        state.withLock { $0.waiters.append(settled) }
        work.signal()
        hurry.signal()
        return settled.wait(until: .now + limit)
    }

    /// Whether nothing is accepted, because there is no file.
    package var isOff: Bool { state.withLock { $0.isOff } }

    /// Whether the end has begun.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Since when the oldest rows wait that are not written; nil if there are none.
    package var oldest: ContinuousClock.Instant? { state.withLock { $0.writingSince ?? $0.since } }

    /// Looks at what waits to be written.
    func pending<Result: Sendable>(_ look: (Rows) -> Result) -> Result { state.withLock { look($0.rows) } }
}
