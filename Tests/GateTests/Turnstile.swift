import Synchronization

/// Inspections that end when they are told to.
final class Turnstile: Sendable {
    private let state = Mutex<(isOpen: Bool, begun: Int, waiting: [CheckedContinuation<Void, Never>])>(
        (false, 0, []))

    var begun: Int { state.withLock { $0.begun } }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.begun += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
