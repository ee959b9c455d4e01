import Synchronization

/// Who waits until another host writes under a name.
final class ChangeWaits: Sendable {
    private struct State {
        var next = 0
        var waiting: [String: [Int: CheckedContinuation<Void, Never>]] = [:]
    }

    private let state = Mutex(State())

    /// Waits for a change of a name, or as long; whatever comes first. It also returns when the task is cancelled.
    func wait(for name: String, atMost limit: Duration) async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    if Task.isCancelled { return false }
                    state.waiting[name, default: [:]][number] = continuation
                    return true
                }
                guard waits else { return continuation.resume() }
                // Not before, or it might find nobody.
                Task {
                    try? await Task.sleep(for: limit)
                    call(name, number)
                }
            }
        } onCancel: {
            call(name, number)
        }
    }

    /// Tells all who wait for a name.
    func changed(_ name: String) {
        let called = state.withLock { $0.waiting.removeValue(forKey: name) }
        for continuation in (called ?? [:]).values { continuation.resume() }
    }

    private func call(_ name: String, _ number: Int) {
        let continuation = state.withLock { state in
            let found = state.waiting[name]?.removeValue(forKey: number)
            if state.waiting[name]?.isEmpty == true { state.waiting[name] = nil }
            return found
        }
        continuation?.resume()
    }
}
