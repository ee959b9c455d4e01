import DequeModule
import Synchronization

/// Limits how many tasks do something at once. The others wait in order.
///
/// A cancellation does not wake a waiting task. It gets its slot, and its work ends at once because it is cancelled.
package final class AsyncSlots: Sendable {
    private struct State {
        var free: Int
        var waiting: Deque<CheckedContinuation<Void, Never>> = []
    }

    private let state: Mutex<State>

    /// Slots for `count` tasks at once.
    package init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Runs `body` in a slot.
    package func withSlot<Result: Sendable>(_ body: () async -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let goes = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if goes { continuation.resume() }
        }
        defer { leave() }
        return await body()
    }

    private func leave() {
        let next = state.withLock { state in
            guard let next = state.waiting.popFirst() else {
                state.free += 1
                return CheckedContinuation<Void, Never>?.none
            }
            return next
        }
        next?.resume()
    }
}
