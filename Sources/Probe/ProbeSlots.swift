import NIOCore
import Synchronization

/// A counting semaphore for tasks: how many connections may be open at once, first come first served.
final class ProbeSlots: Sendable {
    /// How a wait for a slot ended.
    enum Outcome: Sendable {
        /// A slot is held, and must be given back with `release()`.
        case granted
        /// The time passed.
        case timedOut
        /// The waiting task was cancelled.
        case cancelled
        /// The slots were closed.
        case closed
    }

    private struct State {
        var free: Int
        var closed = false
        var nextID = 0
        /// In order of arrival; may name waiters that are gone.
        var order = CircularBuffer<Int>()
        var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
        var drained: [CheckedContinuation<Void, Never>] = []
    }

    private let count: Int
    private let state: Mutex<State>

    /// That many slots, all free.
    init(_ count: Int) {
        self.count = count
        state = Mutex(State(free: count))
    }

    /// How many slots are held.
    var held: Int { state.withLock { count - $0.free } }

    /// Waits for a slot, at most that long.
    func acquire(within limit: Duration) async -> Outcome {
        let (outcome, id) = state.withLock { state -> (Outcome?, Int) in
            if state.closed { return (.closed, 0) }
            if state.free > 0 {
                state.free -= 1
                return (.granted, 0)
            }
            state.nextID += 1
            return (nil, state.nextID)
        }
        if let outcome { return outcome }
        return await withTaskCancellationHandler {
            var timer: Task<Void, Never>?
            defer { timer?.cancel() }
            return await withCheckedContinuation { continuation in
                wait(continuation, id: id)
                // A cancellation that came before the line above found nobody to wake.
                if Task.isCancelled { end(id, with: .cancelled) }
                timer = Task {
                    try? await Task.sleep(for: limit)
                    end(id, with: .timedOut)
                }
            }
        } onCancel: {
            end(id, with: .cancelled)
        }
    }

    /// Gives a slot back, to the task that has waited longest if any has.
    func release() {
        typealias Woken = (next: CheckedContinuation<Outcome, Never>?, drained: [CheckedContinuation<Void, Never>])
        let (next, drained) = state.withLock { state -> Woken in
            while let id = state.order.popFirst() {
                if let waiter = state.waiters.removeValue(forKey: id) { return (waiter, []) }
            }
            state.free += 1
            guard state.free == count else { return (nil, []) }
            defer { state.drained = [] }
            return (nil, state.drained)
        }
        next?.resume(returning: .granted)
        for continuation in drained { continuation.resume() }
    }

    /// Grants no slot any more, and ends all waits for one.
    func close() {
        let waiters = state.withLock { state in
            state.closed = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: .closed) }
    }

    /// Waits until all slots are free.
    func drain() async {
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if state.free < count { state.drained.append(continuation) }
                return state.free == count
            }
            if isDrained { continuation.resume() }
        }
    }

    private func wait(_ continuation: CheckedContinuation<Outcome, Never>, id: Int) {
        let outcome = state.withLock { state -> Outcome? in
            if state.closed { return .closed }
            // A slot may have become free since acquire(within:) looked.
            if state.free > 0 {
                state.free -= 1
                return .granted
            }
            state.order.append(id)
            state.waiters[id] = continuation
            return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    private func end(_ id: Int, with outcome: Outcome) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: outcome)
    }
}
