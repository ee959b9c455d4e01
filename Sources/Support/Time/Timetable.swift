import Synchronization

/// Runs things at certain times. One task checks ten times per second.
///
/// Not one `Task.sleep` each: if such a task is cancelled, its timer stays with libdispatch until its time has come.
/// With thousands of inspections per second and 90 seconds each, these would be hundreds of thousands.
package final class Timetable: Sendable {
    package struct Entry {
        fileprivate let tick: Int
        fileprivate let id: UInt64
    }

    private struct State {
        var entries: [Int: [UInt64: @Sendable () -> Void]] = [:]
        var lastID: UInt64 = 0
        var isTicking = false
    }

    package static let shared = Timetable()
    private static let interval = Duration.milliseconds(100)

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// Runs an action once, so much later or up to two tenths of a second after that.
    package func add(after limit: Duration, _ action: @escaping @Sendable () -> Void) -> Entry {
        let tick = self.tick(at: .now + limit) + 1
        let (id, starts) = state.withLock { state in
            state.lastID += 1
            state.entries[tick, default: [:]][state.lastID] = action
            defer { state.isTicking = true }
            return (state.lastID, !state.isTicking)
        }
        if starts { Task { await run() } }
        return Entry(tick: tick, id: id)
    }

    /// Takes an action back that has not run yet.
    package func remove(_ entry: Entry) {
        state.withLock { state in
            state.entries[entry.tick]?[entry.id] = nil
            if state.entries[entry.tick]?.isEmpty == true { state.entries[entry.tick] = nil }
        }
    }

    private func run() async {
        while true {
            try? await Task.sleep(for: Self.interval)
            let tick = self.tick(at: .now)
            let (due, ends) = state.withLock { state in
                let ticks = state.entries.keys.filter { $0 <= tick }
                let due = ticks.compactMap { state.entries.removeValue(forKey: $0) }.flatMap(\.values)
                state.isTicking = !state.entries.isEmpty
                return (due, !state.isTicking)
            }
            for action in due { action() }
            if ends { return }
        }
    }

    private func tick(at moment: ContinuousClock.Instant) -> Int { Int((moment - start) / Self.interval) }
}
