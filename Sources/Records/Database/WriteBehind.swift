import Foundation
import Support
import Synchronization

/// What is handed over to be written: rows that were collected, empty at first.
package protocol PendingRows: Sendable {
    init()
    /// Whether there is nothing to write.
    var isEmpty: Bool { get }
    /// Whether there has just come to be so much that it is to be written at once: what waits takes memory.
    var isPressing: Bool { get }
}

extension PendingRows {
    package var isPressing: Bool { false }
}

/// The way from those who hand rows over to the thread that writes them: whoever hands over takes one short lock, the thread takes what
/// came in an interval at one go.
package final class WriteBehind<Rows: PendingRows>: Sendable {
    /// What the thread is to do next.
    package struct Turn {
        /// What came since the last turn.
        package let rows: Rows
        /// Whether somebody waits for all to be written.
        let isAwaited: Bool
        /// Whether it is the last turn.
        package let isLast: Bool
        fileprivate let waiters: [Signal]

        /// Tells those who wait that all is written, or lost.
        package func end() { for waiter in waiters { waiter.signal() } }
    }

    private struct State {
        var rows = Rows()
        var isOff = false
        var isClosed = false
        var waiters: [Signal] = []
    }

    private let interval: Duration
    private let state = Mutex(State())
    private let work = Signal()
    private let hurry = Signal()
    private let done = Signal()

    /// - Parameter interval: The time in which rows are collected.
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

    /// Waits for rows, or for the time to come; then for what comes with them. On the writer's thread.
    package func turn(until time: ContinuousClock.Instant) -> Turn {
        _ = work.wait(until: time)
        _ = hurry.wait(until: .now + interval)
        return state.withLock { state in
            defer {
                state.rows = Rows()
                state.waiters = []
            }
            return Turn(
                rows: state.rows, isAwaited: !state.waiters.isEmpty, isLast: state.isClosed, waiters: state.waiters)
        }
    }

    /// Hands something over. Does no I/O; where the writer is off or has ended, it is lost.
    package func add(_ change: (inout Rows) -> Void) {
        let (wakes, hurries) = state.withLockBarging { state in
            guard !state.isOff, !state.isClosed else { return (false, false) }
            let wasEmpty = state.rows.isEmpty
            change(&state.rows)
            return (wasEmpty, state.rows.isPressing)
        }
        if wakes { work.signal() }
        if hurries { hurry.signal() }
    }

    /// Takes nothing more: there is no file to write to.
    package func switchOff() { state.withLock { $0.isOff = true } }

    /// Has what is pending written, and the thread end. Waits for that, so long at most; what comes later is lost.
    package func close(within limit: Duration) {
        state.withLock { $0.isClosed = true }
        work.signal()
        hurry.signal()
        _ = done.wait(until: .now + limit)
    }

    /// Waits until all that was handed over before is written or lost.
    ///
    /// - Returns: Whether that was so in time.
    package func settle(within limit: Duration) -> Bool {
        let settled = Signal()
        state.withLock { $0.waiters.append(settled) }
        work.signal()
        hurry.signal()
        return settled.wait(until: .now + limit)
    }

    /// Whether nothing is taken for want of a file.
    package var isOff: Bool { state.withLock { $0.isOff } }

    /// Whether the end has begun.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Looks at what waits to be written.
    func pending<Result: Sendable>(_ look: (Rows) -> Result) -> Result { state.withLock { look($0.rows) } }
}
