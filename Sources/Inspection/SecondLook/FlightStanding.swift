import Synchronization

/// How an inspection stands with the desk that began it: the inspection may give its place back, and the desk may end
/// it.
package final class FlightStanding: Sendable {
    /// That of the inspection which the current task belongs to; nil outside a desk.
    @TaskLocal package static var current: FlightStanding?

    private struct State {
        var task: Task<Void, Never>?
        var isEnded = false
        var isAside = false
    }

    private let state = Mutex(State())
    private let onAside: @Sendable (FlightStanding) -> Void

    /// A standing at a desk that is told when the inspection gives its place back.
    package init(onAside: @escaping @Sendable (FlightStanding) -> Void) { self.onAside = onAside }

    /// Gives the inspection's place back: it waits for its turn elsewhere, which has bounds of its own.
    func stepAside() {
        let isFirst = state.withLock { state in
            defer { state.isAside = true }
            return !state.isAside
        }
        if isFirst { onAside(self) }
    }

    /// Takes the inspection's task, and ends it if that was asked for before.
    package func carry(_ task: Task<Void, Never>) {
        let isEnded = state.withLock { state in
            state.task = task
            return state.isEnded
        }
        if isEnded { task.cancel() }
    }

    /// Ends the inspection.
    package func end() {
        state.withLock { state in
            state.isEnded = true
            return state.task
        }?.cancel()
    }
}
