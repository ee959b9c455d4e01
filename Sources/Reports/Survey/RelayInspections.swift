import Inspection
import Synchronization

/// What was found out about relays, each once: all destinations of a site may be behind one.
final class RelayInspections: Sendable {
    /// What is inspected, and how.
    struct Key: Hashable, Sendable {
        let hop: Destination
        let demandsDANE: Bool
        let isAgain: Bool
    }

    private let known = Mutex<[Key: Task<Inspection, Never>]>([:])

    /// The inspection, which is begun by whoever asks first.
    func inspection(_ key: Key, _ inspect: @escaping @Sendable () async -> Inspection) async -> Inspection {
        let task = known.withLock { known in
            if let task = known[key] { return task }
            let task = Task { await inspect() }
            known[key] = task
            return task
        }
        return await task.value
    }
}
