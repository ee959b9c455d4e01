import DANE

/// Decides how long a verdict is kept, and keeps the book of faults.
public struct VerdictKeeper: Sendable {
    /// Where verdicts are kept.
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

    /// So long nobody looks again at what was not found in order while the trouble was our own: as long as it takes until that is
    /// tried again.
    static let troubleMemory = TroubleWatch.retryInterval

    /// The longest that a look counts from its beginning where a recipient may be refused for good because of it: who has
    /// mended a domain is not to wait for more than that (F-130). What the DNS itself gives a time to, that a domain
    /// does not exist or takes no mail, lives by that.
    static let longestRefusal = Duration.seconds(120)

    /// The longest that a look is kept which has not seen all hosts: clients wait for longer between two tries, so that
    /// each of them has the next look; recipients that come at once have one look together.
    static let longestPending = Duration.seconds(15)

    /// The longest that it is kept that something could not be found out, unless `FAILURE_TTL` is longer. Silence costs
    /// us and others most, and nobody is refused for good because of it: what has been silent for hours is asked about
    /// once an hour, and not before it has been silent for about as long.
    static let longestDoubt = Duration.seconds(3600)

    /// A keeper of the given settings.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - journal: Who is told what is kept.
    ///   - faultJournal: Who is told what is entered into the book of faults.
    ///   - unixNow: The time, in seconds since 1970, for the journal.
    public init(
        _ settings: Settings, journal: (any VerdictJournal)? = nil, faultJournal: (any FaultJournal)? = nil,
        unixNow: @escaping @Sendable () -> Int64 = unixTime
    ) {
        self.init(
            following: SettingsBook(settings), journal: journal, faultJournal: faultJournal, unixNow: unixNow)
    }

    /// A keeper that goes by the settings in force.
    init(
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

    /// Keeps the verdict of an inspection that has just ended.
    ///
    /// A good verdict gives way to a good one, and to a failure that is proven. It does not to a doubt, as long as it may serve:
    /// that something could not be found out says nothing against what was. And while the trouble is our own, no failure counts:
    /// all that is kept of it is that there was a doubt, for a moment, lest everybody who asks has it looked at anew.
    ///
    /// - Parameters:
    ///   - demandingDANE: Whether policy demands DANE of the destination. That it lacks it is a failure then, and looked at anew as
    ///     soon: a verdict from before, which may be a day old, is no reason for a 5xx.
    ///   - isInTrouble: Whether the breaker is open.
    public func keep(
        _ inspection: Inspection, demandingDANE: Bool = false, isInTrouble: Bool = false,
        at now: ContinuousClock.Instant = .now
    ) {
        let key = VerdictKey(inspection.destination, demandsDANE: demandingDANE)
        let verdict = inspection.verdict
        // A host that was left alone, for being probed too often, says nothing against what it has shown.
        let isGood = key.allows(verdict) && !inspection.wasWithheld
        if !isGood {
            // F-120, F-125: that there was no slot, or that a host was left alone, is no word on the destination, and
            // the next one who asks may find one.
            if inspection.wasCrowded {
                _ = cache.postpone(key, least: .seconds(1), at: now)
                return
            }
            let holds = cache.postpone(key, least: max(failureTTL, .seconds(1)), at: now)
            if isInTrouble, !inspection.wasWithheld {
                if !holds { cache.keep(verdict.uncounted, for: key, fresh: Self.troubleMemory, at: now) }
                return
            }
            if holds, inspection.wasWithheld { return }
            if holds, verdict.outcome.isDoubt {
                if verdict.outcome != .pending {
                    faults.note(.doubt(inspection.destination), isOfDNS: verdict.outcome.isOfDNS, at: now)
                }
                return
            }
        }
        let booked = book(inspection, demandingDANE: demandingDANE, at: now)
        let bound = bound(of: verdict, demandingDANE: demandingDANE)
        let lifetime = bound.map { min(booked, max($0 - inspection.elapsed, .seconds(1))) } ?? booked
        guard lifetime > .zero else { return }
        let stale = isGood && bound == nil ? staleTTL : .zero
        cache.keep(verdict, for: key, fresh: lifetime, stale: stale, at: now)
        // How far the look has come is not written down, either, nor what went wrong here.
        guard verdict.outcome != .pending, !verdict.isOurs else { return }
        journal?.kept(
            KeptVerdict(
                destination: inspection.destination, demandsDANE: demandingDANE, verdict: verdict, made: unixNow(),
                fresh: lifetime, stale: stale))
    }

    /// Keeps verdicts from an earlier run for what is left of their time, unless there are newer ones.
    public func restore(_ verdicts: [KeptVerdict]) {
        let now = unixNow()
        cache.restore(verdicts) { kept in
            // No setting that has become shorter meanwhile is passed by.
            let bound = bound(of: kept.verdict, demandingDANE: kept.demandsDANE)
            let fresh = min(kept.fresh, bound ?? maxTTL, maxTTL) - .seconds(now - kept.made)
            let stale = bound == nil ? min(kept.stale, staleTTL) : .zero
            return (max(.zero, fresh), stale + min(.zero, fresh))
        }
    }

    /// The longest that a verdict is kept, if a recipient may be refused for good because of it; else nil.
    private func bound(of verdict: Verdict, demandingDANE: Bool) -> Duration? {
        guard verdict.outcome.defaultRuling != .reject else { return nil }
        return rules.mayReject(verdict, policy: demandingDANE ? .require : nil) ? Self.longestRefusal : nil
    }

    /// Takes back failures of the DNS: the way to the DNS was at fault.
    ///
    /// All such verdicts are withdrawn, so that the next recipient has the destination inspected anew. Faults and
    /// doubts that were first seen since a time are forgotten. Older ones were seen while all was well, and stay.
    func takeBackDNSFailures(since start: ContinuousClock.Instant, at now: ContinuousClock.Instant = .now) {
        for (key, verdict) in cache.withdraw(where: { $0.outcome.isOfDNS }, at: now) {
            journal?.kept(
                KeptVerdict(
                    destination: key.destination, demandsDANE: key.demandsDANE, verdict: verdict, made: unixNow(),
                    fresh: .zero, stale: .zero))
        }
        faults.forgetDNS(since: start)
    }

    /// Enters what an inspection found into the book of faults.
    ///
    /// - Returns: How long its verdict is kept.
    func book(_ inspection: Inspection, demandingDANE: Bool = false, at now: ContinuousClock.Instant) -> Duration {
        let subject = FaultBook.Subject.destination(inspection.destination)
        let doubt = FaultBook.Subject.doubt(inspection.destination)
        // A matter of minutes, that makes no fault younger.
        if inspection.wasWithheld || inspection.wasLeftAlone { return failureTTL }
        // F-92: it counts against nobody, and is no doubt that lasts: the next look goes on where this one ended.
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
            let seen = faults.note(doubt, isOfDNS: inspection.verdict.outcome.isOfDNS, at: now)
            return min(grown(failureTTL, seen.sightings), max(failureTTL, Self.longestDoubt))
        case .deferThenReject:
            return lifetime(after: faults.note(subject, isOfDNS: inspection.verdict.outcome.isOfDNS, at: now))
        }
    }

    /// How long a failure is kept that was seen so often in a row.
    private func lifetime(after seen: (failingFor: Duration, sightings: Int)) -> Duration {
        let lifetime = min(grown(failureTTL, seen.sightings), Self.longestRefusal)
        // Before the first 5xx there is a new look: the verdict that rejects is not one from before the time was up.
        guard seen.failingFor < deferFor else { return lifetime }
        return min(lifetime, max(deferFor - seen.failingFor, .seconds(1)))
    }

    private func grown(_ duration: Duration, _ sightings: Int) -> Duration { duration * (1 << min(sightings - 1, 12)) }
}

extension Outcome {
    /// Whether the DNS fails. Then the way to it may be at fault.
    fileprivate var isOfDNS: Bool { self == .dnssecInvalid || self == .dnsUnavailable }
}

extension Inspection {
    /// Whether its verdict is that hosts were left alone, for being probed too often.
    fileprivate var wasWithheld: Bool {
        verdict.outcome == .unprobed && hosts.contains { !$0.addresses.isEmpty }
    }
}

extension Inspection {
    /// Whether its verdict is that a host which had failed was left alone.
    fileprivate var wasLeftAlone: Bool {
        verdict.outcome == .unreachable
            && hosts.contains { host in
                host.finding.outcome == .unreachable
                    && host.addresses.contains { if case .withheld = $0.report.end { true } else { false } }
            }
    }

    /// Whether hosts are still to be looked at: for want of a place for a connection of our own, or since they are left
    /// alone and have shown to others what does not fit.
    fileprivate var wasCrowded: Bool {
        verdict.outcome == .pending && hosts.contains { $0.finding.outcome == .pending }
    }
}

extension Verdict {
    /// What is left of a verdict that is not good while the trouble is our own: nothing is known.
    fileprivate var uncounted: Verdict {
        outcome == .dnsUnavailable
            ? self : Verdict(outcome: .dnsUnavailable, cause: "\(outcome.rawValue): \(cause)", isOurs: true)
    }
}
