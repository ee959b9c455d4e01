package import DANE
public import Inspection
public import Policy
import Probe
public import Support

/// Decides how long a verdict is kept, and keeps the book of faults.
public struct VerdictKeeper: Sendable {
    /// The cached verdicts.
    public let cache: VerdictCache
    /// Since when destinations fail.
    public let faults: FaultBook

    private let journal: (any VerdictJournal)?
    private let unixNow: @Sendable () -> Int64
    private let book: SettingsBook
    private var minTTL: Duration { book.current.settings.cacheMinTTL }
    private var maxTTL: Duration { book.current.settings.cacheMaxTTL }
    private var staleTTL: Duration { book.current.settings.cacheStaleTTL }
    private var failureTTL: Duration { book.current.settings.failureTTL }
    private var probeTTL: Duration { book.current.settings.probeTTL }
    private var deferFor: Duration { book.current.settings.deferFor }
    private var rules: Rulebook { book.current.rulebook }

    /// How long a failure found while the fault was on our side is not inspected again: until the resolver is next
    /// tested.
    static let troubleMemory = TroubleWatch.retryInterval

    /// The longest time, from its beginning, that an inspection counts if a recipient may be refused permanently
    /// because of it (F-130). An administrator who has repaired a domain must not wait for longer. Facts with a TTL of
    /// their own, such as that a domain does not exist or takes no mail, are kept for that TTL.
    static let longestRefusal = Duration.seconds(120)

    /// The longest time that a look is kept which has not seen all hosts (F-92). Clients wait longer between two tries,
    /// so each try gets the next look; recipients that come at the same time share one.
    static let longestPending = Duration.seconds(15)

    /// The longest time that a doubt is kept, unless `FAILURE_TTL` is longer. Servers that do not answer cost us and
    /// others the most, and nobody is refused permanently because of them. A destination that has been silent for hours
    /// is inspected once per hour, and not before it has been silent for about as long.
    static let longestDoubt = Duration.seconds(3600)

    /// A keeper with the given settings.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - journal: Is told what is kept.
    ///   - faultJournal: Is told what is entered into the book of faults.
    ///   - unixNow: The time in seconds since 1970, for the journal.
    public init(
        _ settings: Settings, journal: (any VerdictJournal)? = nil, faultJournal: (any FaultJournal)? = nil,
        unixNow: @escaping @Sendable () -> Int64 = unixTime
    ) {
        self.init(
            following: SettingsBook(settings), journal: journal, faultJournal: faultJournal, unixNow: unixNow)
    }

    /// A keeper with the settings in force.
    package init(
        following book: SettingsBook, journal: (any VerdictJournal)? = nil, faultJournal: (any FaultJournal)? = nil,
        unixNow: @escaping @Sendable () -> Int64 = unixTime
    ) {
        let settings = book.settings
        cache = VerdictCache(limit: settings.cacheDomains)
        faults = FaultBook(deferFor: settings.deferFor, journal: faultJournal)
        self.journal = journal
        self.unixNow = unixNow
        self.book = book
    }

    /// Stores the verdict of an inspection that has just ended.
    ///
    /// A good verdict is replaced by a good one and by a proven failure, but not by a doubt as long as it may be used:
    /// a doubt proves nothing against it. While the fault is on our side, no failure counts. Then only a short-lived
    /// doubt is stored, so that not every caller starts another inspection.
    ///
    /// - Parameters:
    ///   - demandingDANE: Whether policy demands DANE for the destination. Then a lack of DANE is a failure, and
    ///     inspected again as soon as one: an older verdict, which may be a day old, is no reason for a 5xx.
    ///   - isInTrouble: Whether the breaker is open.
    ///   - others: For how long other hosts have seen the destination failing, or in doubt.
    /// - Returns: What is kept and may be told to others; nil if nothing is.
    @discardableResult
    public func keep(
        _ inspection: Inspection, demandingDANE: Bool = false, isInTrouble: Bool = false,
        others: SharedAges = SharedAges(), at now: ContinuousClock.Instant = .now
    ) -> KeptVerdict? {
        let key = VerdictKey(inspection.destination, demandsDANE: demandingDANE)
        let verdict = inspection.verdict
        // A host that was not probed, because it has been probed too often, proves nothing against what it has shown.
        let isGood = key.allows(verdict) && !inspection.wasWithheld
        if !isGood {
            // F-120, F-125: if there was no slot, or a host was not probed, that says nothing about the destination,
            // and the next caller may be luckier.
            if inspection.wasCrowded {
                _ = cache.postpone(key, least: .seconds(1), at: now)
                return nil
            }
            let holds = cache.postpone(key, least: max(failureTTL, .seconds(1)), at: now)
            if isInTrouble, !inspection.wasWithheld {
                if !holds { cache.keep(verdict.uncounted, for: key, fresh: Self.troubleMemory, at: now) }
                return nil
            }
            if holds, inspection.wasWithheld { return nil }
            if holds, verdict.outcome.isDoubt {
                if verdict.outcome != .pending {
                    faults.note(
                        .doubt(inspection.destination), isOfDNS: verdict.outcome.isOfDNS,
                        seenByOthersFor: others.doubt, at: now)
                }
                return nil
            }
        }
        let booked = book(inspection, demandingDANE: demandingDANE, others: others, at: now)
        let bound = bound(of: verdict, demandingDANE: demandingDANE)
        let lifetime = bound.map { min(booked, max($0 - inspection.elapsed, .seconds(1))) } ?? booked
        guard lifetime > .zero else { return nil }
        let stale = isGood && bound == nil ? staleTTL : .zero
        cache.keep(verdict, for: key, fresh: lifetime, stale: stale, at: now)
        // Unfinished looks are not stored, and neither are faults on our side.
        guard verdict.outcome != .pending, !verdict.isOurs else { return nil }
        let kept = KeptVerdict(
            destination: inspection.destination, demandsDANE: demandingDANE, verdict: verdict, made: unixNow(),
            fresh: lifetime, stale: stale)
        // What rests on another host is not written to the state file: after a restart the others still know it.
        if !verdict.isForeign { journal?.kept(kept) }
        // Who was not probed has shown nothing, and has not healed.
        return inspection.wasWithheld || inspection.wasLeftAlone ? nil : kept
    }

    /// Stores a verdict that another host has found, if it is good here and no hazard comes with it. It is not written
    /// to the state file: after a restart the others still know it.
    ///
    /// - Returns: Whether it was stored. If not, only an inspection of our own can tell.
    package func adopt(
        _ shared: SharedVerdict, for key: VerdictKey, at now: ContinuousClock.Instant = .now
    ) -> Bool {
        let verdict = shared.verdict
        let policy: Policy.Kind? = key.demandsDANE ? .require : nil
        guard key.allows(verdict), verdict.hazards.isEmpty, verdict.outcome != .unprobed,
            !rules.mayReject(verdict, policy: policy)
        else { return false }
        // The other host may keep what it finds for longer than this one.
        let longest = verdict.outcome == .opportunistic ? maxTTL : min(maxTTL, probeTTL)
        let fresh = min(shared.fresh, longest - shared.age)
        guard fresh > .zero else { return false }
        cache.keep(verdict, for: key, fresh: fresh, stale: min(shared.stale, staleTTL), at: now)
        // The next one does not last since this one.
        faults.clear(.doubt(key.destination))
        return true
    }

    /// Withdraws the verdict on a key if it is meant, so that the next recipient asks anew.
    ///
    /// - Returns: Whether there was such a verdict.
    @discardableResult
    package func withdraw(
        _ key: VerdictKey, at now: ContinuousClock.Instant = .now, where isMeant: (Verdict) -> Bool
    ) -> Bool {
        guard let verdict = cache.withdraw(key, where: isMeant, at: now) else { return false }
        if !verdict.isForeign { forget(verdict, of: key) }
        return true
    }

    /// Withdraws all verdicts that other hosts have found and that are meant.
    package func withdrawForeign(
        at now: ContinuousClock.Instant = .now, where isMeant: (Verdict) -> Bool = { _ in true }
    ) {
        _ = cache.withdraw(where: { $0.isForeign && isMeant($0) }, at: now)
    }

    private func forget(_ verdict: Verdict, of key: VerdictKey) {
        journal?.kept(
            KeptVerdict(
                destination: key.destination, demandsDANE: key.demandsDANE, verdict: verdict, made: unixNow(),
                fresh: .zero, stale: .zero))
    }

    /// Stores verdicts from an earlier run for the rest of their time, unless there are newer ones.
    public func restore(_ verdicts: [KeptVerdict]) {
        let now = unixNow()
        cache.restore(verdicts) { kept in
            // Settings that have become shorter meanwhile apply.
            let bound = bound(of: kept.verdict, demandingDANE: kept.demandsDANE)
            let fresh = min(kept.fresh, bound ?? maxTTL, maxTTL) - .seconds(now - kept.made)
            let stale = bound == nil ? min(kept.stale, staleTTL) : .zero
            return (max(.zero, fresh), stale + min(.zero, fresh))
        }
    }

    /// The longest time that a verdict is kept if a recipient may be refused permanently because of it (F-130); else
    /// nil.
    private func bound(of verdict: Verdict, demandingDANE: Bool) -> Duration? {
        guard verdict.outcome.defaultRuling != .reject else { return nil }
        // F-130.
        return rules.mayReject(verdict, policy: demandingDANE ? .require : nil) ? Self.longestRefusal : nil
    }

    /// Withdraws failures of the DNS, because the way to the DNS was at fault.
    ///
    /// All such verdicts are withdrawn, so that the next recipient starts a new inspection. Faults and doubts first
    /// seen since the given time are forgotten. Older ones were seen while everything worked, and stay.
    ///
    /// - Returns: The faults and doubts that were forgotten.
    @discardableResult
    package func takeBackDNSFailures(
        since start: ContinuousClock.Instant, at now: ContinuousClock.Instant = .now
    ) -> [FaultBook.Subject] {
        for (key, verdict) in cache.withdraw(where: { $0.outcome.isOfDNS }, at: now) where !verdict.isForeign {
            forget(verdict, of: key)
        }
        return faults.forgetDNS(since: start)
    }

    /// Enters the result of an inspection into the book of faults.
    ///
    /// - Returns: How long its verdict is kept.
    func book(
        _ inspection: Inspection, demandingDANE: Bool = false, others: SharedAges = SharedAges(),
        at now: ContinuousClock.Instant
    ) -> Duration {
        let subject = FaultBook.Subject.destination(inspection.destination)
        let doubt = FaultBook.Subject.doubt(inspection.destination)
        // A few minutes without a probe must not reset how long a fault has lasted.
        if inspection.wasWithheld || inspection.wasLeftAlone { return failureTTL }
        // F-92: an unfinished look counts against nobody and is not a lasting doubt. The next look continues where it
        // stopped.
        if inspection.verdict.outcome == .pending { return min(failureTTL / 4, Self.longestPending) }
        if !inspection.verdict.outcome.isDoubt { faults.clear(doubt) }
        switch inspection.verdict.outcome.defaultRuling {
        case .accept:
            faults.clear(subject)
            if inspection.verdict.outcome.satisfiesDANE { faults.clear(.policy(inspection.destination)) }
            if demandingDANE, inspection.verdict.outcome.lacksDANE {
                return lifetime(after: faults.note(.policy(inspection.destination), at: now))
            }
            if demandingDANE, !inspection.verdict.outcome.satisfiesDANE { return failureTTL }
            let wasProbed = inspection.hosts.contains { !$0.addresses.isEmpty }
            let lifetime = wasProbed ? min(inspection.lifetime, probeTTL) : inspection.lifetime
            return min(max(lifetime, minTTL), maxTTL)
        case .reject:
            faults.clear(subject)
            return min(max(inspection.lifetime, minTTL), maxTTL)
        case .tempfail:
            let seen = faults.note(
                doubt, isOfDNS: inspection.verdict.outcome.isOfDNS, seenByOthersFor: others.doubt, at: now)
            return min(grown(failureTTL, seen.sightings), max(failureTTL, Self.longestDoubt))
        case .deferThenReject:
            return lifetime(
                after: faults.note(
                    subject, isOfDNS: inspection.verdict.outcome.isOfDNS, seenByOthersFor: others.fault, at: now))
        }
    }

    /// How long a failure is kept that was seen this many times in a row.
    private func lifetime(after seen: (failingFor: Duration, sightings: Int)) -> Duration {
        let lifetime = min(grown(failureTTL, seen.sightings), Self.longestRefusal)
        // Before the first 5xx there is a new inspection, so that the rejecting verdict is not from before the time was
        // up.
        guard seen.failingFor < deferFor else { return lifetime }
        return min(lifetime, max(deferFor - seen.failingFor, .seconds(1)))
    }

    private func grown(_ duration: Duration, _ sightings: Int) -> Duration { duration * (1 << min(sightings - 1, 12)) }
}

extension Outcome {
    /// Whether the DNS fails, so that the way to it may be at fault.
    fileprivate var isOfDNS: Bool { self == .dnssecInvalid || self == .dnsUnavailable }
}

extension Inspection {
    /// Whether its verdict depends on hosts that were not probed because they have been probed too often.
    fileprivate var wasWithheld: Bool {
        verdict.outcome == .unprobed && hosts.contains { !$0.addresses.isEmpty }
    }
}

extension Inspection {
    /// Whether its verdict depends on a host that had failed and was not probed again.
    fileprivate var wasLeftAlone: Bool {
        verdict.outcome == .unreachable
            && hosts.contains { host in
                host.finding.outcome == .unreachable
                    && host.addresses.contains { if case .withheld = $0.report.end { true } else { false } }
            }
    }

    /// Whether hosts still have to be probed: there was no slot, or they may not be probed now and what they showed to
    /// others does not fit.
    fileprivate var wasCrowded: Bool {
        verdict.outcome == .pending && hosts.contains { $0.finding.outcome == .pending }
    }
}

extension Verdict {
    /// What remains of a verdict that is not good while the fault is on our side: nothing is known.
    fileprivate var uncounted: Verdict {
        outcome == .dnsUnavailable
            ? self : Verdict(outcome: .dnsUnavailable, cause: "\(outcome.rawValue): \(cause)", isOurs: true)
    }
}
