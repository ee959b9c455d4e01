import Synchronization

/// Runs at most one piece of work per key at a time. A caller that comes while the work for its key is in flight joins
/// it and gets the same value.
///
/// Values are not kept here. If they are to be kept, the work keeps its value before it returns, and looks for a kept
/// value when it begins: a caller may find none and join just after earlier work has kept one and finished.
///
/// The work is no child task of the caller that begins it. A caller that is cancelled gets nil at once, and the others
/// wait on.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// What becomes of work when the last of its callers has been cancelled.
    package enum Abandoned: Sendable {
        /// It goes on, because it soon ends by itself, and the value that it keeps is useful to later callers.
        case goesOn
        /// It is cancelled, because it holds something that others wait for. A later caller does not join it, and
        /// begins new work.
        case isCancelled
    }

    private struct Work {
        let id: UInt64
        var task: Task<Void, Never>?
        var callers: [ObjectIdentifier: Promise<Value?>] = [:]
    }

    private struct State {
        var inFlight: [Key: Work] = [:]
        var lastID: UInt64 = 0
        var joins: UInt64 = 0
    }

    private let abandoned: Abandoned
    private let state = Mutex(State())

    /// No work yet. `abandoned` says what becomes of work that nobody waits for any more.
    package init(abandoned: Abandoned) { self.abandoned = abandoned }

    /// The number of keys whose work is in flight. Cancelled work does not count.
    package var count: Int { state.withLock { $0.inFlight.count } }
    /// How many callers have joined work that was in flight.
    package var joins: UInt64 { state.withLock { $0.joins } }
    /// The number of callers that wait.
    package var waiting: Int { state.withLock { $0.inFlight.values.reduce(0) { $0 + $1.callers.count } } }

    /// The value of the work for a key.
    ///
    /// - Parameter work: Begins if no work for this key is in flight. It must end, at the latest some time after it is
    ///   cancelled.
    /// - Returns: nil if the calling task is cancelled before the work has ended.
    package func value(for key: Key, _ work: @escaping @Sendable () async -> Value) async -> Value? {
        // Without this, a caller that has been cancelled before would begin work that nobody needs.
        guard !Task.isCancelled else { return nil }
        let caller = Promise<Value?>()
        join(caller, key, work)
        return await caller.value { leave(caller, key) }
    }

    private func join(_ caller: Promise<Value?>, _ key: Key, _ work: @escaping @Sendable () async -> Value) {
        state.withLock { state in
            if state.inFlight[key] == nil {
                state.lastID += 1
                let id = state.lastID
                state.inFlight[key] = Work(id: id, task: .inLane { [self] in finish(key, id, await work()) })
            } else {
                state.joins += 1
            }
            state.inFlight[key]?.callers[ObjectIdentifier(caller)] = caller
        }
    }

    private func leave(_ caller: Promise<Value?>, _ key: Key) {
        let (wasWaiting, task) = state.withLock { state -> (Bool, Task<Void, Never>?) in
            let found = state.inFlight[key]?.callers.removeValue(forKey: ObjectIdentifier(caller))
            guard found != nil else { return (false, nil) }
            guard abandoned == .isCancelled, state.inFlight[key]?.callers.isEmpty == true else { return (true, nil) }
            return (true, state.inFlight.removeValue(forKey: key)?.task)
        }
        task?.cancel()
        if wasWaiting { caller.tell(nil) }
    }

    private func finish(_ key: Key, _ id: UInt64, _ value: Value) {
        let callers = state.withLock { state -> [Promise<Value?>] in
            // Other work may be in flight in the place of work that was cancelled.
            guard state.inFlight[key]?.id == id, let work = state.inFlight.removeValue(forKey: key) else { return [] }
            return Array(work.callers.values)
        }
        for caller in callers { caller.tell(value) }
    }
}
