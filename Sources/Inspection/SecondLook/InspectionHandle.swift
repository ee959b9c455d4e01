package import Support
import Synchronization

/// The connection between an inspection and the service that began it: the inspection can return its place, and the
/// service can end the inspection.
package final class InspectionHandle: Sendable {
    /// That of the inspection that the current task belongs to; nil if no service began it.
    @TaskLocal package static var current: InspectionHandle?

    private struct State {
        var task: Task<Void, Never>?
        var isEnded = false
        var isAside = false
        var mayRelyOnOthers = false
        var source: UInt16?
    }

    private let state = Mutex(State())
    /// The id of the recipient that it was begun for; nil if nobody waits for it.
    package let trace: TraceID?
    private let onAside: @Sendable (InspectionHandle) -> Void

    /// A connection. `onAside` is called when the inspection returns its place.
    ///
    /// - Parameter trace: The id of the recipient that it is begun for; nil if nobody waits for it.
    package init(trace: TraceID? = nil, onAside: @escaping @Sendable (InspectionHandle) -> Void) {
        self.trace = trace
        self.onAside = onAside
    }

    /// Whether it may rely on connections that other hosts have made. At first it may not.
    package var mayRelyOnOthers: Bool { state.withLock { $0.mayRelyOnOthers } }

    /// Lets it rely on connections that other hosts have made.
    package func relyOnOthers() { state.withLock { $0.mayRelyOnOthers = true } }

    /// Has it rest on what the host of this number has found, unless it rests on another one already: a verdict names
    /// one host that must be right.
    package func rests(on source: UInt16) -> Bool {
        state.withLock { state in
            guard state.mayRelyOnOthers, (state.source ?? source) == source else { return false }
            state.source = source
            return true
        }
    }

    /// Returns the inspection's place, because it now waits elsewhere, where other limits apply.
    func stepAside() {
        let isFirst = state.withLock { state in
            defer { state.isAside = true }
            return !state.isAside
        }
        if isFirst { onAside(self) }
    }

    /// Stores the inspection's task, and cancels it if that was requested before.
    package func attach(_ task: Task<Void, Never>) {
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
