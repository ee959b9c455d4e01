import DANE
import DequeModule
import Inspection
import Support
import Synchronization

extension InspectionService {
    /// An inspection that is in flight, and who waits for it.
    struct InFlight {
        let handle: InspectionHandle
        var isRenewal: Bool
        /// Whether it has returned its place.
        var isAside = false
        /// The failure that another host has seen: what callers are told whose time is up before it ends.
        var foreign: VerdictBody?
        var waiters: [ObjectIdentifier: WaitingThreads.Waiter] = [:]
        /// Callers that do not block a thread.
        var followers: [ObjectIdentifier: Follower] = [:]

        /// Tells all callers.
        func call(_ verdict: Verdict) {
            for waiter in waiters.values { waiter.call(verdict) }
            for follower in followers.values { follower.call(verdict) }
        }
    }

    /// A caller that waits for a verdict without a thread. It is told once.
    final class Follower: Sendable {
        private let told: Mutex<(@Sendable (VerdictBody, _ isCached: Bool) -> Void)?>

        init(_ told: @escaping @Sendable (VerdictBody, _ isCached: Bool) -> Void) { self.told = Mutex(told) }

        func call(_ verdict: Verdict) { call(VerdictBody(verdict), isCached: false) }

        func call(_ body: VerdictBody, isCached: Bool) {
            let told = self.told.withLock { told in
                defer { told = nil }
                return told
            }
            told?(body, isCached)
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
