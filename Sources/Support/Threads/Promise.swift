import Synchronization

/// A value that one task waits for and that another one tells.
///
/// The two may come in either order. The waiting task is resumed exactly once, with the first value that is told.
package final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case told(Value)
    }

    private let state = Mutex(State.open)

    /// A promise of a value that nobody has told yet.
    package init() {}

    /// Tells the value. Later ones have no effect.
    package func tell(_ value: Value) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .open:
                state = .told(value)
                return nil
            case .awaited(let continuation):
                state = .told(value)
                return continuation
            case .told: return nil
            }
        }
        waiting?.resume(returning: value)
    }

    /// Waits for the value. Only one task may wait.
    ///
    /// - Parameter onCancel: Is called if the task is cancelled, on any thread. A cancellation by itself does not end
    ///   the wait: whoever keeps the promise takes it off its list and tells it so, unless it was promised something
    ///   already.
    package func value(onCancel: @Sendable () -> Void) async -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let told = state.withLock { state -> Value? in
                    if case .told(let value) = state { return value }
                    state = .awaited(continuation)
                    return nil
                }
                if let told { continuation.resume(returning: told) }
            }
        } onCancel: {
            onCancel()
        }
    }
}
