import Synchronization

/// Recipients that passed before anything was known, because they are monitored: who is not to be refused does not wait.
/// What would have been ruled is written down once it is known.
final class LateRulings: Sendable {
    /// What has become of them since the start.
    struct Counts: Sendable, Equatable {
        /// Those whose ruling is not known yet.
        var open = 0
        /// Those whose ruling came after `MILTER_DEADLINE`: they would have been put off once.
        var overdue = 0
        /// Those of which nothing is written, because there were too many.
        var dropped = 0
    }

    private struct State {
        var open: [UInt64: @Sendable () -> Void] = [:]
        var lastID: UInt64 = 0
        var isClosed = false
        var counts = Counts()
    }

    /// So many may be open.
    static let limit = 10_000

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = LateRulings.limit) { self.limit = limit }

    /// What has become of them.
    var counts: Counts {
        state.withLock { state in
            var counts = state.counts
            counts.open = state.open.count
            return counts
        }
    }

    /// Enters a recipient.
    ///
    /// - Parameter pend: Writes it down as pending, if the daemon is stopped before its ruling is known.
    /// - Returns: Its number; nil if there are too many, or it is late for that.
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

    /// Takes a recipient out whose ruling is known.
    ///
    /// - Parameter isOverdue: Whether it came after the deadline.
    /// - Returns: Whether it is still to be written down.
    func leave(_ number: UInt64, isOverdue: Bool) -> Bool {
        state.withLock { state in
            guard state.open.removeValue(forKey: number) != nil else { return false }
            if isOverdue { state.counts.overdue += 1 }
            return true
        }
    }

    /// Writes down as pending what is open. For the end of the process.
    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            defer { state.open = [:] }
            return state.open
        }
        for pend in open.values { pend() }
    }
}
