public import DANE
import Synchronization

/// Verdicts on demand: from the cache, else from an inspection, one a destination at a time, whoever asks.
///
/// A caller waits until its deadline and is told `pending` then; the inspection goes on, and its verdict is kept.
public final class InspectionDesk: Sendable {
    /// A verdict, and where it came from.
    public struct Answer: Sendable {
        /// The verdict.
        public let verdict: Verdict
        /// Whether it was kept from before.
        public let isCached: Bool
    }

    /// The bounds of the desk.
    public struct Limits: Sendable {
        /// Callers that wait at once; further ones are told `pending` (libmilter queues sessions behind blocked workers).
        var waiting = 256
        /// Inspections at once; further ones are not begun.
        var inspections = 2000
        /// The longest an inspection may take.
        var inspection = Duration.seconds(90)

        /// The bounds of the daemon.
        public init() {}
    }

    private struct Flight {
        var waiters: [Seat] = []
    }

    /// Where one caller waits for its verdict.
    private final class Seat: Sendable {
        let arrived = Signal()
        let verdict = Mutex<Verdict?>(nil)
    }

    private struct State {
        var flights: [Destination: Flight] = [:]
        var waiting = 0
    }

    private let inspect: @Sendable (Destination) async -> Inspection
    private let wait: @Sendable (() -> Void) -> Void
    private let keeper: VerdictKeeper
    private let health: ResolverHealth
    private let limits: Limits
    private let state = Mutex(State())

    /// A desk.
    ///
    /// - Parameters:
    ///   - keeper: Where verdicts are kept.
    ///   - health: Whether the resolver works.
    ///   - limits: Its bounds.
    ///   - wait: Runs the one thing that a caller waits for, and may see to it that meanwhile others are served.
    ///   - inspect: An inspection; it must honour cancellation.
    public init(
        keeper: VerdictKeeper, health: ResolverHealth, limits: Limits = Limits(),
        wait: @escaping @Sendable (() -> Void) -> Void = { $0() },
        inspect: @escaping @Sendable (Destination) async -> Inspection
    ) {
        self.keeper = keeper
        self.health = health
        self.limits = limits
        self.wait = wait
        self.inspect = inspect
    }

    /// The verdict on a destination. Blocks the calling thread, which must not be one of the cooperative pool.
    ///
    /// - Parameter deadline: When to be told `pending`.
    public func verdict(on destination: Destination, before deadline: ContinuousClock.Instant) -> Answer {
        if let verdict = keeper.cache.verdict(on: destination) { return Answer(verdict: verdict, isCached: true) }
        if let why = health.fault {
            return Answer(
                verdict: Verdict(outcome: .dnsUnavailable, cause: "the resolver does not work: \(why)"), isCached: false
            )
        }
        let seat = Seat()
        switch take(seat, destination) {
        case .kept(let verdict): return Answer(verdict: verdict, isCached: true)
        case .full:
            return Answer(verdict: Verdict(outcome: .pending, cause: "too many checks are under way"), isCached: false)
        case .seated(let begins): if begins { begin(destination) }
        }
        wait { _ = seat.arrived.wait(until: deadline) }
        state.withLock { $0.waiting -= 1 }
        let verdict = seat.verdict.withLock { $0 }
        return Answer(
            verdict: verdict ?? Verdict(outcome: .pending, cause: "the check has not ended yet"), isCached: false)
    }

    /// Inspections under way.
    public var inspectionsInFlight: Int { state.withLock { $0.flights.count } }

    /// What a caller without a verdict gets.
    private enum Taken {
        /// A verdict after all.
        case kept(Verdict)
        /// A seat, and whether the caller is to begin the inspection.
        case seated(begins: Bool)
        case full
    }

    /// Takes a seat for a destination.
    private func take(_ seat: Seat, _ destination: Destination) -> Taken {
        state.withLock { state in
            // A flight may have landed since the caller looked.
            if let verdict = keeper.cache.verdict(on: destination) { return .kept(verdict) }
            guard state.waiting < limits.waiting else { return .full }
            if state.flights[destination] != nil {
                state.flights[destination]?.waiters.append(seat)
                state.waiting += 1
                return .seated(begins: false)
            }
            guard state.flights.count < limits.inspections else { return .full }
            state.flights[destination] = Flight(waiters: [seat])
            state.waiting += 1
            return .seated(begins: true)
        }
    }

    private func begin(_ destination: Destination) {
        Task {
            let inspection = await Deadline.run(limits.inspection) { await self.inspect(destination) }
            land(destination, inspection)
        }
    }

    private func land(_ destination: Destination, _ inspection: Inspection) {
        // Kept before the flight ends, so that nobody finds neither.
        keeper.keep(inspection)
        health.note(inspection.verdict.outcome)
        let flight = state.withLock { $0.flights.removeValue(forKey: destination) }
        for seat in flight?.waiters ?? [] {
            seat.verdict.withLock { $0 = inspection.verdict }
            seat.arrived.signal()
        }
    }
}
