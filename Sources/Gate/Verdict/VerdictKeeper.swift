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
    private var demandsDANE = false

    /// The longest a failure is kept.
    static let longestFailure = Duration.seconds(3600)

    /// A keeper of the given settings.
    public init(_ settings: Settings) {
        cache = VerdictCache(limit: settings.cacheDomains)
        faults = FaultBook(deferFor: settings.deferFor)
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
        if lifetime > .zero { cache.keep(inspection.verdict, on: inspection.destination, until: now + lifetime) }
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
            // The hosts were left alone for being probed too often: a matter of minutes.
            if inspection.verdict.outcome == .unprobed, inspection.hosts.contains(where: { !$0.addresses.isEmpty }) {
                return failureTTL
            }
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
