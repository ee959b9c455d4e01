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
        var open: [UInt64: (due: ContinuousClock.Instant, pend: @Sendable () -> Void)] = [:]
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
            let now = ContinuousClock.now
            var counts = state.counts
            counts.open = state.open.count
            counts.overdue += state.open.values.count { $0.due < now }
            return counts
        }
    }

    /// What becomes of a recipient that has passed.
    enum Entry {
        /// Its ruling is to be written down under this number.
        case entered(UInt64)
        /// It was written down as pending: the daemon is being stopped.
        case pending
        /// Nothing is written of it: there are too many.
        case dropped
    }

    /// Enters a recipient.
    ///
    /// - Parameters:
    ///   - due: When it would have been put off, if it had to wait.
    ///   - pend: Writes it down as pending, if the daemon is stopped before its ruling is known.
    func enter(due: ContinuousClock.Instant, _ pend: @escaping @Sendable () -> Void) -> Entry {
        let entry = state.withLock { state -> Entry in
            guard !state.isClosed else { return .pending }
            guard state.open.count < limit else {
                state.counts.dropped += 1
                return .dropped
            }
            state.lastID += 1
            state.open[state.lastID] = (due, pend)
            return .entered(state.lastID)
        }
        if case .pending = entry { pend() }
        return entry
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
        for recipient in open.values { recipient.pend() }
    }
}
