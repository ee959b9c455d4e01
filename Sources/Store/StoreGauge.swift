import NIOCore
import Synchronization

/// What a client shows of itself. Its event loop writes, and any thread reads without a lock; only the reason, which
/// changes with a failure, has one.
final class StoreGauge: Sendable {
    /// What has happened. Each counter is by itself: a snapshot may be between two.
    enum Counter: Int, CaseIterable {
        case sent, answers, refusals, slow, late, lost, crowded, unavailable, pushes, failedAttempts, rests
    }

    private let condition = Atomic<UInt8>(StoreState.Condition.idle.rawValue)
    private let since = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)
    private let endpoint = Atomic<Int>(-1)
    private let generation = Atomic<Int>(0)
    private let waiting = Atomic<Int>(0)
    private let waitingBytes = Atomic<Int>(0)
    private let reason = Mutex<String?>(nil)
    private let counters = Counters()

    /// The counters. Atomics cannot stand in an array.
    private struct Counters: ~Copyable {
        let sent = Atomic<Int>(0)
        let answers = Atomic<Int>(0)
        let refusals = Atomic<Int>(0)
        let slow = Atomic<Int>(0)
        let late = Atomic<Int>(0)
        let lost = Atomic<Int>(0)
        let crowded = Atomic<Int>(0)
        let unavailable = Atomic<Int>(0)
        let pushes = Atomic<Int>(0)
        let failedAttempts = Atomic<Int>(0)
        let rests = Atomic<Int>(0)
    }

    /// Counts.
    func count(_ counter: Counter, _ number: Int = 1) {
        switch counter {
        case .sent: counters.sent.wrappingAdd(number, ordering: .relaxed)
        case .answers: counters.answers.wrappingAdd(number, ordering: .relaxed)
        case .refusals: counters.refusals.wrappingAdd(number, ordering: .relaxed)
        case .slow: counters.slow.wrappingAdd(number, ordering: .relaxed)
        case .late: counters.late.wrappingAdd(number, ordering: .relaxed)
        case .lost: counters.lost.wrappingAdd(number, ordering: .relaxed)
        case .crowded: counters.crowded.wrappingAdd(number, ordering: .relaxed)
        case .unavailable: counters.unavailable.wrappingAdd(number, ordering: .relaxed)
        case .pushes: counters.pushes.wrappingAdd(number, ordering: .relaxed)
        case .failedAttempts: counters.failedAttempts.wrappingAdd(number, ordering: .relaxed)
        case .rests: counters.rests.wrappingAdd(number, ordering: .relaxed)
        }
    }

    /// Whether commands are sent. Any thread may ask.
    var current: StoreState.Condition {
        StoreState.Condition(rawValue: condition.load(ordering: .sequentiallyConsistent)) ?? .closed
    }

    /// How many commands wait for their answers.
    var outstanding: Int { waiting.load(ordering: .sequentiallyConsistent) }

    /// Takes room for commands that are going to wait.
    ///
    /// - Returns: Whether there was room within both bounds.
    func enter(_ commands: Int, bytes: Int, most: Int, mostBytes: Int) -> Bool {
        let count = waiting.wrappingAdd(commands, ordering: .sequentiallyConsistent).newValue
        let size = waitingBytes.wrappingAdd(bytes, ordering: .relaxed).newValue
        if count <= most, size <= mostBytes { return true }
        leave(commands, bytes: bytes)
        return false
    }

    /// Gives it back.
    func leave(_ commands: Int, bytes: Int) {
        waitingBytes.wrappingSubtract(bytes, ordering: .relaxed)
        waiting.wrappingSubtract(commands, ordering: .sequentiallyConsistent)
    }

    /// Shows another condition. The last one, closed, stays.
    func show(_ next: StoreState.Condition) {
        let before = condition.load(ordering: .relaxed)
        guard before != next.rawValue, before != StoreState.Condition.closed.rawValue else { return }
        since.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
        condition.store(next.rawValue, ordering: .sequentiallyConsistent)
    }

    /// Shows why commands are not sent.
    func show(reason text: String?) { reason.withLock { $0 = text } }

    /// Shows a connection to the place with that number; nil without one.
    func show(endpoint number: Int?) { endpoint.store(number ?? -1, ordering: .relaxed) }

    /// Begins a generation.
    func beginGeneration() -> Int { generation.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Everything.
    func state(_ endpoints: [StoreEndpoint]) -> StoreState {
        let began = since.load(ordering: .relaxed)
        let number = endpoint.load(ordering: .relaxed)
        let now = NIODeadline.now().uptimeNanoseconds
        return StoreState(
            condition: current, lasting: .nanoseconds(Int64(now > began ? now - began : 0)),
            endpoint: endpoints.indices.contains(number) ? endpoints[number] : nil,
            generation: generation.load(ordering: .relaxed), reason: reason.withLock { $0 }, counts: counts)
    }

    private var counts: StoreCounts {
        StoreCounts(
            sent: counters.sent.load(ordering: .relaxed), answers: counters.answers.load(ordering: .relaxed),
            refusals: counters.refusals.load(ordering: .relaxed), slow: counters.slow.load(ordering: .relaxed),
            late: counters.late.load(ordering: .relaxed), lost: counters.lost.load(ordering: .relaxed),
            crowded: counters.crowded.load(ordering: .relaxed),
            unavailable: counters.unavailable.load(ordering: .relaxed),
            pushes: counters.pushes.load(ordering: .relaxed),
            failedAttempts: counters.failedAttempts.load(ordering: .relaxed),
            rests: counters.rests.load(ordering: .relaxed), outstanding: outstanding)
    }
}
