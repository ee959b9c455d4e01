import Synchronization
import Verdicts

/// What has happened between this host and the others since the start.
final class SharedTally: Sendable {
    private let standing = Mutex(SharedStanding())

    func note(_ result: SharedStanding.Result) { standing.withLock { $0.asked[result, default: 0] += 1 } }
    func note(_ refusal: SharedStanding.Refusal) { standing.withLock { $0.refused[refusal, default: 0] += 1 } }
    func noteWait() { standing.withLock { $0.waits += 1 } }
    func noteCheck(isDifferent: Bool) {
        standing.withLock {
            $0.checks += 1
            guard isDifferent else { return }
            $0.differences += 1
            $0.lastDifference = .now
        }
    }
    func noteFindingUsed() { standing.withLock { $0.findingsUsed += 1 } }
    func noteFindingTold() { standing.withLock { $0.findingsTold += 1 } }
    func noteUntold() { standing.withLock { $0.untold += 1 } }
    func noteTold() { standing.withLock { $0.told += 1 } }
    func note(exemptions: Int) { standing.withLock { $0.exemptions = exemptions } }
    func note(exemptionsFault: String?) { standing.withLock { $0.exemptionsFault = exemptionsFault } }
    func noteDropped() { standing.withLock { $0.dropped += 1 } }

    /// All of it.
    var all: SharedStanding { standing.withLock { $0 } }
}
