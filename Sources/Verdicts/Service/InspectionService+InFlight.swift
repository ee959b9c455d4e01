import DANE
import DequeModule
import Inspection
import Support

extension InspectionService {
    /// An inspection that is in flight, and who waits for it.
    struct InFlight {
        let handle: InspectionHandle
        var isRenewal: Bool
        /// Whether it has returned its place.
        var isAside = false
        var waiters: [ObjectIdentifier: WaitingThreads.Waiter] = [:]
        /// Callers that do not block a thread.
        var followers: [@Sendable (Verdict) -> Void] = []

        /// Tells all callers.
        func call(_ verdict: Verdict) {
            for waiter in waiters.values { waiter.call(verdict) }
            for follower in followers { follower(verdict) }
        }
    }

    struct State {
        var inFlight: [VerdictKey: InFlight] = [:]
        /// The places of the inspections that have not returned theirs.
        var shares: FairShares<VerdictKey>
        var renewals = 0
        /// Verdicts that are due for renewal and wait until another renewal ends.
        var due: Deque<VerdictKey> = []
    }
}
