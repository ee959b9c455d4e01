public import DANE
import DNSSEC
public import Inspection
package import Records
package import Support
import Synchronization

/// Verdicts on demand, from the cache or else from an inspection. There is at most one inspection per destination at a
/// time, however many callers want it.
///
/// A caller waits until its deadline and then gets `pending`. The inspection goes on, and its verdict is cached. If a
/// good verdict has expired but may still be used, nobody waits: it is returned, and renewed meanwhile.
///
/// This is not a `SingleFlight`: to begin an inspection may end another one or be refused, threads wait for it beside
/// tasks, and it may give its place back meanwhile. All of that must happen under the same lock.
public final class InspectionService: Sendable {
    /// The most verdicts that may wait for their renewal. Others are found again later.
    private static let dueLimit = 1024

    private let inspect: @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection
    let wait: @Sendable (() -> Void) -> Void
    package let keeper: VerdictKeeper
    package let breaker: Breaker
    private let journal: (any InspectionJournal)?
    private let measurements: Measurements
    private let joined = Atomic<UInt64>(0)
    private let limits: Limits
    let threads: WaitingThreads
    let state: Mutex<State>
    /// What other hosts know; nil if this one is alone.
    let shared: (any SharedVerdicts)?
    let isClosed = Atomic<Bool>(false)

    /// A service that has begun no inspection yet.
    ///
    /// - Parameters:
    ///   - keeper: Keeps the verdicts.
    ///   - breaker: Tells whether the fault is on our side.
    ///   - journal: Is told about each inspection.
    ///   - limits: The limits.
    ///   - wait: Runs the only wait of a caller, and may see to it that others are served meanwhile.
    ///   - inspect: Inspects a destination for which policy demands DANE or does not. It must honour cancellation.
    public convenience init(
        keeper: VerdictKeeper, breaker: Breaker, journal: (any InspectionJournal)? = nil, limits: Limits = Limits(),
        wait: @escaping @Sendable (() -> Void) -> Void = { $0() },
        inspect: @escaping @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection
    ) {
        self.init(
            keeper: keeper, breaker: breaker, journal: journal, measurements: Measurements(), limits: limits,
            wait: wait, inspect: inspect)
    }

    /// The same, with what its inspections are measured by, and with what other hosts know.
    package init(
        keeper: VerdictKeeper, breaker: Breaker, journal: (any InspectionJournal)? = nil, measurements: Measurements,
        shared: (any SharedVerdicts)? = nil, limits: Limits = Limits(),
        wait: @escaping @Sendable (() -> Void) -> Void = { $0() },
        inspect: @escaping @Sendable (Destination, _ demandingDANE: Bool) async -> Inspection
    ) {
        self.keeper = keeper
        self.breaker = breaker
        self.journal = journal
        self.measurements = measurements
        self.shared = shared
        self.limits = limits
        threads = WaitingThreads(limits.waiting)
        state = Mutex(State(shares: FairShares(limits.inspections)))
        self.wait = wait
        self.inspect = inspect
    }

    /// The verdict on a destination. It blocks the calling thread, which must not belong to the cooperative pool.
    ///
    /// - Parameters:
    ///   - demandingDANE: Whether policy demands DANE for the destination.
    ///   - now: The present time.
    ///   - deadline: When to return `pending`.
    public func verdict(
        on destination: Destination, demandingDANE: Bool = false, at now: ContinuousClock.Instant = .now,
        before deadline: ContinuousClock.Instant
    ) -> Answer {
        let key = VerdictKey(destination, demandsDANE: demandingDANE)
        if let answer = known(key, at: now) { return answer }
        let waiter = threads.enter(at: now)
        defer { if let waiter { threads.leave(waiter) } }
        let trace = TraceID()
        switch take(waiter, key, for: trace, at: now) {
        case .kept(let body): return told(body, key, isCached: true)
        case .full: return told(Self.pending("too many checks are under way"), key, isCached: false, trace: trace)
        case .joined(let handle, let displaced):
            // Also if it may not wait, so that the next try finds a verdict.
            if let handle { begin(key, handle) }
            if let displaced { displace(displaced) }
        }
        guard let waiter else {
            return told(Self.pending("too many checks are under way"), key, isCached: false, trace: trace)
        }
        var verdict: Verdict?
        wait { verdict = waiter.wait(until: deadline) }
        // An inspection may go on for a long time after its caller has gone.
        let unended = verdict == nil ? state.withLock { Self.leave(waiter, key, in: &$0) } : nil
        let body = verdict.map(VerdictBody.init) ?? unended ?? Self.unended
        return told(body, key, isCached: false, trace: trace)
    }

    /// The verdict on a destination. No thread waits, so `WaitingThreads` sets no limit.
    ///
    /// - Parameters:
    ///   - demandingDANE: Whether policy demands DANE for the destination.
    ///   - deadline: When to return `pending`; nil to wait for as long as the inspection takes.
    package func verdict(
        on destination: Destination, demandingDANE: Bool, before deadline: ContinuousClock.Instant? = nil
    ) async -> Answer {
        let key = VerdictKey(destination, demandsDANE: demandingDANE)
        let now = ContinuousClock.now
        if let answer = known(key, at: now) { return answer }
        let trace = TraceID()
        return await withCheckedContinuation { continuation in
            let follower = Follower { body, isCached in
                continuation.resume(
                    returning: self.told(body, key, isCached: isCached, trace: isCached ? nil : trace))
            }
            switch take(nil, key, follower, for: trace, at: now) {
            case .kept(let body): follower.call(body, isCached: true)
            case .full: follower.call(Self.pending("too many checks are under way"), isCached: false)
            case .joined(let handle, let displaced):
                if let handle { begin(key, handle) }
                if let displaced { displace(displaced) }
                if let deadline { giveUp(follower, key, at: deadline) }
            }
        }
    }

    /// Tells a follower `pending` when it has waited for long enough. The inspection goes on.
    private func giveUp(_ follower: Follower, _ key: VerdictKey, at deadline: ContinuousClock.Instant) {
        // The entry of a follower that has its verdict stays until then: a handful of bytes.
        _ = Timetable.shared.add(after: deadline - .now) {
            let foreign = self.state.withLock { state in
                state.inFlight[key]?.followers[ObjectIdentifier(follower)] = nil
                return state.inFlight[key]?.foreign
            }
            follower.call(foreign ?? Self.unended, isCached: false)
        }
    }

    /// The answer that a caller would get at once; nil if an inspection is needed.
    package func known(
        _ destination: Destination, demandingDANE: Bool, at now: ContinuousClock.Instant
    ) -> Answer? { known(VerdictKey(destination, demandsDANE: demandingDANE), at: now) }

    /// Whether a caller would get its answer at once.
    package func isKnown(_ destination: Destination, demandingDANE: Bool, at now: ContinuousClock.Instant) -> Bool {
        if isClosed.load(ordering: .relaxed) || breaker.fault != nil { return true }
        return keeper.cache.peek(VerdictKey(destination, demandsDANE: demandingDANE), at: now) != nil
    }

    /// The immediate answer: the cached verdict, or why no inspection begins.
    private func known(_ key: VerdictKey, at now: ContinuousClock.Instant) -> Answer? {
        if let body = kept(key, at: now) { return told(body, key, isCached: true) }
        guard !isClosed.load(ordering: .relaxed) else { return told(Self.closing, key, isCached: false) }
        return inTrouble
    }

    private static let unended = pending("the check has not ended yet")
    private static let closing = pending("the daemon is being stopped")

    /// Begins no more inspections. Callers that would wait for one get `pending` at once.
    package func close() { isClosed.store(true, ordering: .relaxed) }

    /// The answer without a cached verdict while the resolver does not work; nil while it does.
    package var inTrouble: Answer? {
        guard let why = breaker.fault else { return nil }
        let verdict = Verdict(outcome: .dnsUnavailable, cause: "the resolver does not work: \(why)", isOurs: true)
        return Answer(verdict: verdict, isCached: false, isInTrouble: true)
    }

    private static func pending(_ cause: String) -> VerdictBody {
        VerdictBody(Verdict(outcome: .pending, cause: cause))
    }

    /// Renews good verdicts in use after they have expired, until it is cancelled.
    public func keepFresh() async {
        while !Task.isCancelled {
            renewDue()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Begins to renew what is due, up to the limit. The others follow as these end.
    func renewDue(at now: ContinuousClock.Instant = .now) {
        // The results would not be kept now.
        guard breaker.trouble == nil else { return }
        let room = Self.dueLimit - state.withLock { $0.due.count }
        let keys = room > 0 ? keeper.cache.due(atMost: room, at: now) : []
        state.withLock { $0.due.append(contentsOf: keys) }
        renewNext(at: now)
    }

    /// The number of callers that wait.
    public var waiting: Int { threads.count }
    /// The most callers that may wait.
    package var waitingLimit: Int { limits.waiting }

    /// The number of running inspections.
    public var inspectionsInFlight: Int { state.withLock { $0.inFlight.count } }

    /// How many callers have joined an inspection that was under way.
    package var joins: UInt64 { joined.load(ordering: .relaxed) }

    /// The cached verdict for a key. If it is stale, its renewal begins.
    private func kept(_ key: VerdictKey, at now: ContinuousClock.Instant) -> VerdictBody? {
        switch keeper.cache.find(key, at: now) {
        case .fresh(let body): return body
        case .stale(let body, let isDue):
            if isDue, !isClosed.load(ordering: .relaxed), breaker.fault == nil,
                let handle = state.withLock({ registerRenewal(key, in: &$0) })
            {
                begin(key, handle)
            }
            return body
        case nil: return nil
        }
    }

    /// The verdict as a caller gets it. A failure that may be our own fault is not blamed on the recipient.
    package func told(_ body: VerdictBody, _ key: VerdictKey, isCached: Bool, trace: TraceID? = nil) -> Answer {
        guard !key.allows(body.verdict), let trouble = breaker.trouble else {
            return Answer(body: body, isCached: isCached, trace: trace)
        }
        let verdict = body.verdict
        guard verdict.outcome != .pending else {
            return Answer(body: body, isCached: isCached, isInTrouble: true, trace: trace)
        }
        // The second look may have found the same.
        guard !verdict.isWithdrawn else {
            return Answer(body: body, isCached: isCached, isInTrouble: true, trace: trace)
        }
        let found = verdict.outcome == .dnsUnavailable ? "" : "\(verdict.outcome.rawValue): "
        let cause = "\(trouble.sentence); what was found is not counted: \(found)\(verdict.cause)"
        return Answer(
            verdict: Verdict(outcome: .dnsUnavailable, cause: cause, isOurs: true), isCached: isCached,
            isInTrouble: true, trace: trace)
    }

    /// What a caller without a verdict gets.
    private enum Taken {
        /// A verdict after all.
        case kept(VerdictBody)
        /// An inspection that will tell the caller, if it may wait. If the caller must begin it, its handle; and
        /// the one that has lost its place to it.
        case joined(InspectionHandle?, displaced: InFlight?)
        /// No inspection, because there are too many.
        case full
    }

    /// Finds a verdict for a caller, or an inspection.
    private func take(
        _ waiter: WaitingThreads.Waiter?, _ key: VerdictKey, _ follower: Follower? = nil, for trace: TraceID,
        at now: ContinuousClock.Instant
    ) -> Taken {
        state.withLock { state in
            // An inspection may have ended since the caller looked.
            switch keeper.cache.find(key, at: now) {
            case .fresh(let body), .stale(let body, _): return .kept(body)
            case nil: break
            }
            if let running = state.inFlight[key] {
                joined.wrappingAdd(1, ordering: .relaxed)
                if let waiter { state.inFlight[key]?.waiters[ObjectIdentifier(waiter)] = waiter }
                if let follower { state.inFlight[key]?.followers[ObjectIdentifier(follower)] = follower }
                if let waiter, running.isAside { threads.putAside([waiter]) }
                return .joined(nil, displaced: nil)
            }
            var displaced: InFlight?
            switch state.shares.enter(key, at: Self.lanes(key)) {
            case .entered: break
            case .displaced(let other): displaced = Self.remove(other, from: &state)
            case .full: return .full
            }
            let handle = handle(key, for: trace)
            state.inFlight[key] = InFlight(
                handle: handle, isRenewal: false, waiters: waiter.map { [ObjectIdentifier($0): $0] } ?? [:],
                followers: follower.map { [ObjectIdentifier($0): $0] } ?? [:])
            return .joined(handle, displaced: displaced)
        }
    }

    /// Registers an inspection that renews a verdict.
    ///
    /// - Returns: The handle of the inspection to begin; nil if there is one already, or too many. It never takes the
    ///   place of another one.
    func registerRenewal(_ key: VerdictKey, in state: inout State) -> InspectionHandle? {
        guard state.inFlight[key] == nil, state.renewals < limits.renewals, state.shares.count < state.shares.limit,
            case .entered = state.shares.enter(key, at: Self.lanes(key))
        else { return nil }
        let handle = handle(key, for: nil)
        state.inFlight[key] = InFlight(handle: handle, isRenewal: true)
        state.renewals += 1
        return handle
    }

    func renewNext(at now: ContinuousClock.Instant) {
        let handles = state.withLock { state in
            var handles: [(VerdictKey, InspectionHandle)] = []
            while state.renewals < limits.renewals, let key = state.due.popFirst() {
                // It may have been renewed since it was found.
                if keeper.cache.hasRunOut(key, at: now), let handle = registerRenewal(key, in: &state) {
                    handles.append((key, handle))
                }
            }
            return handles
        }
        for (key, handle) in handles { begin(key, handle) }
    }

    // MARK: Places

    /// The places for inspections, and the domain with the most. Inspections that wait for a second look have none.
    public var occupancy: Occupancy {
        state.withLock { state in
            let foremost = state.shares.foremost
            return Occupancy(
                used: state.shares.count, limit: state.shares.limit, foremost: foremost?.domain,
                foremostCount: foremost?.count ?? 0)
        }
    }

    private static func lanes(_ key: VerdictKey) -> LanePath { LanePath(of: key.destination.name.text) }

    private func handle(_ key: VerdictKey, for trace: TraceID?) -> InspectionHandle {
        InspectionHandle(trace: trace) { [weak self] handle in self?.stepAside(key, handle) }
    }

    /// Takes back the place of an inspection, because it waits for a second look, which must not delay others.
    private func stepAside(_ key: VerdictKey, _ handle: InspectionHandle) {
        let (waiters, wasRenewal) = state.withLock { state -> ([WaitingThreads.Waiter], Bool) in
            guard let running = state.inFlight[key], running.handle === handle else { return ([], false) }
            state.shares.leave(key, from: Self.lanes(key))
            state.inFlight[key]?.isAside = true
            state.inFlight[key]?.isRenewal = false
            if running.isRenewal { state.renewals -= 1 }
            return (Array(running.waiters.values), running.isRenewal)
        }
        threads.putAside(waiters)
        if wasRenewal { renewNext(at: .now) }
    }

    /// Ends an inspection that has lost its place, and tells its callers.
    private func displace(_ running: InFlight) {
        running.handle.end()
        let verdict = Verdict(outcome: .pending, cause: "too many checks of its domain are under way")
        running.call(verdict)
    }

    /// Removes an inspection and its place.
    static func remove(_ key: VerdictKey, from state: inout State) -> InFlight? {
        guard let running = state.inFlight.removeValue(forKey: key) else { return nil }
        if !running.isAside { state.shares.leave(key, from: lanes(key)) }
        if running.isRenewal { state.renewals -= 1 }
        return running
    }

    func begin(_ key: VerdictKey, _ handle: InspectionHandle, checking: SharedVerdict? = nil) {
        handle.attach(
            Task {
                guard let claim = await claim(key, handle, checking: checking) else { return }
                let inspection = await InspectionHandle.$current.withValue(handle) {
                    await Deadline.run(limits.inspection) { await self.inspect(key.destination, key.demandsDANE) }
                }
                finish(key, handle, inspection, claim)
            })
    }

    private func finish(
        _ key: VerdictKey, _ handle: InspectionHandle, _ inspection: Inspection, _ claim: SharedClaim
    ) {
        // One that has lost its place has found nothing.
        guard state.withLock({ $0.inFlight[key]?.handle === handle }) else {
            shared?.ended(key, nil, claim, isOrdered: false)
            return
        }
        measurements.note(inspection.verdict.outcome, took: inspection.elapsed, trace: handle.trace)
        // A look that has not seen all hosts says nothing for or against anybody.
        if inspection.verdict.outcome != .pending { breaker.note(key, inspection.verdict) }
        journal?.ended(inspection, demandingDANE: key.demandsDANE)
        // Store it before the inspection ends, so that a caller always finds one of the two.
        keep(inspection, key, claim)
        end(key, handle, inspection.verdict)
    }

    /// Ends an inspection, made or not, and tells its callers.
    func end(_ key: VerdictKey, _ handle: InspectionHandle, _ verdict: Verdict) {
        let running = state.withLock { state in
            state.inFlight[key]?.handle === handle ? Self.remove(key, from: &state) : nil
        }
        running?.call(verdict)
        if running?.isRenewal == true { renewNext(at: .now) }
    }
}
