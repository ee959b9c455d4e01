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
        var open: [UInt64: (due: ContinuousClock.Instant, pend: @Sendable () -> Void)] = [:]
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
            let now = ContinuousClock.now
            var counts = state.counts
            counts.open = state.open.count
            counts.overdue += state.open.values.count { $0.due < now }
            return counts
        }
    }

    /// What happens to a recipient that has passed.
    enum Entry {
        /// Its ruling is recorded later, under this number.
        case entered(UInt64)
        /// It was recorded as pending, because the daemon is stopping.
        case pending
        /// Nothing is recorded, because there are too many.
        case dropped
    }

    /// Adds a recipient.
    ///
    /// - Parameters:
    ///   - due: When it would have been deferred, if it had to wait.
    ///   - pend: Records it as pending. Called if the daemon stops before the ruling is known.
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
        for recipient in open.values { recipient.pend() }
    }
}
