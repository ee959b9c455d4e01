import DANE
import Inspection
import Verdicts

extension FaultBook {
    /// How long an outcome has lasted at a destination.
    func failingFor(
        _ outcome: Outcome, _ destination: Destination, at now: ContinuousClock.Instant = .now
    ) -> Duration {
        guard outcome != .daneRequired else { return failingFor(.policy(destination), at: now) }
        return failingFor(outcome.isDoubt ? .doubt(destination) : .destination(destination), at: now)
    }
}
