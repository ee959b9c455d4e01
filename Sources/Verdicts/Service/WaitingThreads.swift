import DANE
import DequeModule
import Support
import Synchronization

/// The threads of callers that wait for verdicts. Their number is limited, and each may wait at least for a moment.
///
/// Nearly all verdicts come within that moment. Callers that wait longer usually wait for dead servers. When too
/// many wait, they give way to newcomers, the longest waiting first. So a thousand dead destinations do not keep
/// anybody from a live one. Before them, callers give way whose destinations have failed once and wait for a second
/// look.
final class WaitingThreads: Sendable {
    /// One caller that waits for its verdict.
    final class Waiter: Sendable {
        fileprivate let id: UInt64
        fileprivate let since: ContinuousClock.Instant
        private let called = Signal()
        private let verdict = Mutex<Verdict?>(nil)

        fileprivate init(id: UInt64, since: ContinuousClock.Instant) {
            self.id = id
            self.since = since
        }

        /// Gives the caller its verdict; nil to make it give way without one.
        func call(_ verdict: Verdict?) {
            self.verdict.withLock { $0 = $0 ?? verdict }
            called.signal()
        }

        /// Blocks the calling thread until it gets its verdict, or the time is over.
        ///
        /// - Returns: The verdict, if there is one.
        func wait(until deadline: ContinuousClock.Instant) -> Verdict? {
            _ = called.wait(until: deadline)
            return verdict.withLock { $0 }
        }
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        /// The waiters in the order in which they came. May contain some that have left.
        var order: Deque<UInt64> = []
        /// Those that give way first. May contain some that have left.
        var aside: Deque<UInt64> = []
        var lastID: UInt64 = 0
    }

    /// How long a caller may wait before it has to give way.
    static let moment = Duration.milliseconds(250)

    private let limit: Int
    private let state = Mutex(State())

    /// At most this many threads.
    init(_ limit: Int) { self.limit = limit }

    /// How many wait.
    var count: Int { state.withLock { $0.waiters.count } }

    /// A waiter, which the caller must take out again by `leave`; nil if too many wait and all have just come.
    func enter(at now: ContinuousClock.Instant) -> Waiter? {
        let (waiter, displaced) = state.withLock { state -> (Waiter?, Waiter?) in
            var displaced: Waiter?
            if state.waiters.count >= limit {
                guard let other = Self.giving(way: &state, at: now) else { return (nil, nil) }
                Self.remove(other, from: &state)
                displaced = other
            }
            state.lastID += 1
            let waiter = Waiter(id: state.lastID, since: now)
            state.waiters[waiter.id] = waiter
            state.order.append(waiter.id)
            return (waiter, displaced)
        }
        displaced?.call(nil)
        return waiter
    }

    /// Notes that the inspections which these callers wait for must themselves wait. If too many wait, these callers
    /// give way first, and at once.
    func putAside(_ waiters: some Collection<Waiter>) {
        state.withLock { state in
            for waiter in waiters where state.waiters[waiter.id] != nil { state.aside.append(waiter.id) }
        }
    }

    private static func giving(way state: inout State, at now: ContinuousClock.Instant) -> Waiter? {
        while let id = state.aside.popFirst() {
            if let waiter = state.waiters[id] { return waiter }
        }
        guard let oldest = state.order.first.flatMap({ state.waiters[$0] }), now - oldest.since >= moment else {
            return nil
        }
        return oldest
    }

    /// Takes a waiter out.
    func leave(_ waiter: Waiter) { state.withLock { Self.remove(waiter, from: &$0) } }

    /// Removes a waiter, so that the first one in order is always waiting.
    private static func remove(_ waiter: Waiter, from state: inout State) {
        state.waiters[waiter.id] = nil
        while let first = state.order.first, state.waiters[first] == nil { state.order.removeFirst() }
        while let first = state.aside.first, state.waiters[first] == nil { state.aside.removeFirst() }
    }
}
