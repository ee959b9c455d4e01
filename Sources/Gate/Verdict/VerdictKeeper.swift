import DANE

/// Decides how long a verdict is kept, and keeps the book of faults.
public struct VerdictKeeper: Sendable {
    /// Where verdicts are kept.
    public private(set) var cache: VerdictCache
    /// Since when destinations fail.
    public let faults: FaultBook

    private let minTTL: Duration
    private let maxTTL: Duration
    private let failureTTL: Duration
    private let probeTTL: Duration
    private let deferFor: Duration
    private let journal: (any VerdictJournal)?
    private var demandsDANE = false

    /// The longest a failure is kept.
    static let longestFailure = Duration.seconds(3600)

    /// A keeper of the given settings.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - journal: Who is told what is kept, and what is entered into the book of faults.
    public init(_ settings: Settings, journal: (any VerdictJournal & FaultJournal)? = nil) {
        self.journal = journal
        cache = VerdictCache(limit: settings.cacheDomains)
        faults = FaultBook(deferFor: settings.deferFor, journal: journal)
        minTTL = settings.cacheMinTTL
        maxTTL = settings.cacheMaxTTL
        failureTTL = settings.failureTTL
        probeTTL = settings.probeTTL
        deferFor = settings.deferFor
    }

    /// A keeper beside this one, of the same book and with a cache of its own, for destinations of which policy demands DANE.
    ///
    /// That they lack it is a failure there, and looked at anew as soon: a verdict from before, which may be a day old, is no
    /// reason for a 5xx.
    public func demandingDANE(_ settings: Settings) -> VerdictKeeper {
        var other = self
        other.cache = VerdictCache(limit: settings.cacheDomains)
        other.demandsDANE = true
        return other
    }

    /// Keeps the verdict of an inspection that has just ended.
    public func keep(_ inspection: Inspection, at now: ContinuousClock.Instant = .now) {
        let lifetime = book(inspection, at: now)
        guard lifetime > .zero else { return }
        cache.keep(inspection.verdict, on: inspection.destination, until: now + lifetime)
        journal?.kept(
            KeptVerdict(
                destination: inspection.destination, demandsDANE: demandsDANE, verdict: inspection.verdict,
                made: unixTime(), fresh: lifetime, stale: .zero))
    }

    /// Keeps verdicts from an earlier run, for what is left of their time.
    ///
    /// - Parameters:
    ///   - verdicts: The verdicts, for those of whom policy demands DANE or not as this keeper is.
    ///   - now: Seconds since 1970.
    public func restore(_ verdicts: [KeptVerdict], at now: Int64) {
        let instant = ContinuousClock.now
        for kept in verdicts where kept.demandsDANE == demandsDANE {
            // No setting that has become shorter meanwhile is passed by.
            let fresh = min(kept.fresh, maxTTL) - .seconds(now - kept.made)
            cache.restore(
                kept.verdict, on: kept.destination, demandingDANE: demandsDANE, freshFor: max(.zero, fresh),
                staleFor: kept.stale + min(.zero, fresh), at: instant)
        }
    }

    /// Enters what an inspection found into the book of faults.
    ///
    /// - Returns: How long its verdict is kept.
    func book(_ inspection: Inspection, at now: ContinuousClock.Instant) -> Duration {
        let subject = FaultBook.Subject.destination(inspection.destination)
        let doubt = FaultBook.Subject.doubt(inspection.destination)
        if !inspection.verdict.outcome.isDoubt { faults.clear(doubt) }
        switch inspection.verdict.outcome.defaultRuling {
        case .accept:
            faults.clear(subject)
            if inspection.verdict.outcome == .verified { faults.clear(.policy(inspection.destination)) }
            if demandsDANE, inspection.verdict.outcome.lacksDANE { return failureTTL }
            let wasProbed = inspection.hosts.contains { !$0.addresses.isEmpty }
            let lifetime = wasProbed ? min(inspection.lifetime, probeTTL) : inspection.lifetime
            return min(max(lifetime, minTTL), maxTTL)
        case .reject:
            faults.clear(subject)
            return min(max(inspection.lifetime, minTTL), maxTTL)
        case .tempfail:
            faults.note(doubt, at: now)
            return failureTTL
        case .deferThenReject:
            let seen = faults.note(subject, at: now)
            var lifetime = min(failureTTL * (1 << min(seen.sightings - 1, 12)), Self.longestFailure)
            // Before the first 5xx there is a new look: the verdict that rejects is not one from before the time was up.
            if seen.failingFor < deferFor { lifetime = min(lifetime, max(deferFor - seen.failingFor, .seconds(1))) }
            return lifetime
        }
    }
}
