import Synchronization

/// Recipients that passed before anything was known, because they are only monitored and need not wait. Their rulings
/// are recorded once they are known.
final class LateRulings: Sendable {
    /// What has happened to them since the start.
    struct Counts: Sendable, Equatable {
        /// Those whose ruling is not known yet.
        var open = 0
        /// Those whose ruling came after `MILTER_DEADLINE`. They would have been deferred once.
        var overdue = 0
        /// Those that were not recorded because there were too many.
        var dropped = 0
    }

    private struct State {
        var open: [UInt64: @Sendable () -> Void] = [:]
        var lastID: UInt64 = 0
        var isClosed = false
        var counts = Counts()
    }

    /// The most that may be open.
    static let limit = 10_000

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = LateRulings.limit) { self.limit = limit }

    /// What has happened to them since the start.
    var counts: Counts {
        state.withLock { state in
            var counts = state.counts
            counts.open = state.open.count
            return counts
        }
    }

    /// Adds a recipient.
    ///
    /// - Parameter pend: Records it as pending. Called if the daemon stops before the ruling is known.
    /// - Returns: Its number; nil if there are too many or the daemon is stopping.
    func enter(_ pend: @escaping @Sendable () -> Void) -> UInt64? {
        let number = state.withLock { state -> UInt64? in
            guard !state.isClosed else { return 0 }
            guard state.open.count < limit else {
                state.counts.dropped += 1
                return nil
            }
            state.lastID += 1
            state.open[state.lastID] = pend
            return state.lastID
        }
        guard number == 0 else { return number }
        pend()
        return nil
    }

    /// Removes a recipient whose ruling is known.
    ///
    /// - Parameter isOverdue: Whether the ruling came after the deadline.
    /// - Returns: Whether it still has to be recorded.
    func leave(_ number: UInt64, isOverdue: Bool) -> Bool {
        state.withLock { state in
            guard state.open.removeValue(forKey: number) != nil else { return false }
            if isOverdue { state.counts.overdue += 1 }
            return true
        }
    }

    /// Records all open recipients as pending. Call it at the end of the process.
    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            defer { state.open = [:] }
            return state.open
        }
        for pend in open.values { pend() }
    }
}
