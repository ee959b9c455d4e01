import DANE
package import Inspection

/// What other hosts know, before an inspection and after it.
extension InspectionService {
    /// How long after the end of a good verdict its renewal is left to another host.
    private static let longestRenewal = Duration.seconds(60)

    /// Asks the others, unless the inspection is to check one of them.
    ///
    /// - Returns: What the inspection begins with; nil if none is needed any more.
    func claim(_ key: VerdictKey, _ handle: InspectionHandle, checking: SharedVerdict?) async -> SharedClaim? {
        guard let shared else { return SharedClaim() }
        if let checking { return SharedClaim(known: checking) }
        // Whoever has seen a fault believes nobody but himself that it is over.
        let hasSeenFault =
            keeper.faults.knows(.destination(key.destination))
            || key.demandsDANE && keeper.faults.knows(.policy(key.destination))
        let isRenewal = state.withLock { $0.inFlight[key]?.isRenewal ?? false }
        switch await shared.ask(about: key, hasSeenFault ? .proof : isRenewal ? .renewal : .recipient) {
        case .good(let found, let isToBeChecked):
            guard adopt(found, key, handle, isToBeChecked: isToBeChecked) else { return SharedClaim(known: found) }
            return nil
        case .underWay: return !isOverdue(key) && abandon(key, handle) ? nil : SharedClaim()
        case .inspect(let claim):
            if let known = claim.known, !key.allows(known.verdict) {
                state.withLock { $0.inFlight[key]?.foreign = VerdictBody(known.verdict) }
            }
            // What is to prove something, or to check what others say, rests on nobody else. Nor does the look at a
            // destination that others have seen failing: what was found there may be older than the fault.
            if !hasSeenFault, claim.known == nil, claim.ages == SharedAges() { handle.relyOnOthers() }
            return claim
        }
    }

    /// Ends an inspection that has not begun by the good verdict of another host.
    ///
    /// - Returns: Whether that verdict may be used.
    private func adopt(
        _ found: SharedVerdict, _ key: VerdictKey, _ handle: InspectionHandle, isToBeChecked: Bool
    ) -> Bool {
        // Store it before the inspection ends, so that a caller always finds one of the two.
        guard keeper.adopt(found, for: key) else { return false }
        end(key, handle, found.verdict)
        if isToBeChecked { check(key, found) }
        return true
    }

    /// Withdraws a verdict that is not good, because another host has found the destination to be in order. The next
    /// recipient has it inspected.
    ///
    /// - Returns: Whether there was one.
    package func noteHealed(_ key: VerdictKey) -> Bool { keeper.withdraw(key) { !key.allows($0) } }

    /// Withdraws a good verdict of another host, because one has found that the destination fails.
    ///
    /// - Returns: Whether there was one.
    package func noteBroken(_ key: VerdictKey) -> Bool { keeper.withdraw(key) { $0.isForeign && key.allows($0) } }

    /// Withdraws whatever verdict there is, because an administrator has had another host look anew. The next recipient
    /// has it inspected, or gets what the other host has found.
    ///
    /// - Returns: Whether there was one.
    package func noteRechecked(_ key: VerdictKey) -> Bool { keeper.withdraw(key) { _ in true } }

    /// Whether it matters here what other hosts find out about a destination: its verdict is theirs, or not good.
    package func isConcerned(_ key: VerdictKey, at now: ContinuousClock.Instant = .now) -> Bool {
        keeper.cache.peek(key, at: now).map { $0.body.verdict.isForeign || !key.allows($0.body.verdict) } ?? false
    }

    /// Keeps what was found, and tells the others.
    ///
    /// - Parameters:
    ///   - claim: What the inspection began with; nil if the others were not asked.
    ///   - isOrdered: Whether an administrator has ordered it, so that all hosts look anew.
    package func keep(
        _ inspection: Inspection, _ key: VerdictKey, _ claim: SharedClaim? = nil, isOrdered: Bool = false
    ) {
        let kept = keeper.keep(
            inspection, demandingDANE: key.demandsDANE, isInTrouble: breaker.trouble != nil,
            others: claim?.ages ?? SharedAges())
        shared?.ended(key, breaker.trouble == nil ? kept : nil, claim, isOrdered: isOrdered)
    }

    /// Whether a verdict should have been renewed a while ago. Then it does not matter that another host is said to be
    /// renewing it: whoever can write to the store can say so for ever, and a good verdict would be used for as long as
    /// one that cannot be renewed.
    private func isOverdue(_ key: VerdictKey, at now: ContinuousClock.Instant = .now) -> Bool {
        keeper.cache.peek(key, at: now).map { $0.fresh < .zero - Self.longestRenewal } ?? false
    }

    /// Ends a renewal before it begins, unless somebody waits for it.
    ///
    /// - Returns: Whether it has ended.
    func abandon(_ key: VerdictKey, _ handle: InspectionHandle) -> Bool {
        let isOver = state.withLock { state in
            guard let running = state.inFlight[key], running.handle === handle else { return true }
            guard running.waiters.isEmpty, running.followers.isEmpty else { return false }
            _ = Self.remove(key, from: &state)
            return true
        }
        if isOver { renewNext(at: .now) }
        return isOver
    }

    /// Inspects, behind, a destination whose verdict is another host's, unless there is much to renew.
    func check(_ key: VerdictKey, _ found: SharedVerdict) {
        guard !isClosed.load(ordering: .relaxed), let handle = state.withLock({ registerRenewal(key, in: &$0) }) else {
            return
        }
        begin(key, handle, checking: found)
    }

    /// Removes a caller that has waited for long enough.
    ///
    /// - Returns: The failure that another host has seen; nil if none has.
    static func leave(_ waiter: WaitingThreads.Waiter, _ key: VerdictKey, in state: inout State) -> VerdictBody? {
        state.inFlight[key]?.waiters[ObjectIdentifier(waiter)] = nil
        return state.inFlight[key]?.foreign
    }
}
