import Inspection
import Synchronization

/// The inspections of relays. Each relay is inspected once, because all destinations of a site may be behind it.
///
/// This is not a `SingleFlight`: an inspection stays here after it has ended, and the task is what is kept.
final class RelayInspections: Sendable {
    /// The subject of an inspection, and its kind.
    struct Key: Hashable, Sendable {
        let hop: Destination
        let demandsDANE: Bool
        let isAgain: Bool
    }

    private let known = Mutex<[Key: Task<Inspection, Never>]>([:])

    /// Returns the inspection. The first caller begins it.
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
