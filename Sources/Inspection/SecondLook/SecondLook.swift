package import DANE
import DNSSEC

/// An inspection whose failure is looked at twice before it counts.
///
/// A failure may be the work of a cache: a TLSA record that was changed along with the certificate, a signature that has been
/// renewed since. So the records are fetched again past every cache, and the hosts probed again on new connections. And a bogus
/// answer may be the work of a resolver that does not validate, or of its clock: so before all that the root itself is asked for.
///
/// A way to the DNS may also let some things through and others not: signed data arrives, and the proof that
/// something is absent does not. So if DNSSEC fails at the second look as well, a self-test that begins after it
/// decides whether the domain is at fault (F-86, F-87). While denials fail nothing is `dnssec-invalid`. While TLSA
/// lookups fail nothing is that rests on a TLSA answer.
///
/// That a domain does not exist, or takes no mail, is no failure: it is what the DNS says, and every MTA acts on it as it is
/// cached. Looking twice would let a list of made-up domains hold up everybody else's second looks.
///
/// Where a destination has more hosts than one look goes through, the next look goes on where this one ended, be it the
/// first or the second; until then the verdict is `pending`. So a failure is told only when all hosts have been seen
/// twice (F-92). Both looks for one recipient make no more connections than one look may: where the first one has made
/// more than half of them, the second one begins with the next recipient (F-126).
package struct SecondLook: Sendable {
    private let inspector: Inspector
    /// Probes past the probe cache.
    private let uncached: (any Probing)?
    private let path: any DNSPath
    private let queue: SecondLookQueue
    private let walks: WalkBook
    private var demandsDANE = false

    /// An inspection with a second look.
    ///
    /// - Parameters:
    ///   - inspector: The first look.
    ///   - uncached: Who connects in the second one: on a new connection each time.
    ///   - path: The way to the DNS; by default only a self-test of the inspector's resolver tells about it.
    ///   - walks: How far looks at destinations with many hosts have come.
    ///   - queue: Where failures wait for their second look; by default one of its own.
    package init(
        _ inspector: Inspector, uncached: (any Probing)?, path: (any DNSPath)? = nil, walks: WalkBook = WalkBook(),
        queue: SecondLookQueue? = nil
    ) {
        self.inspector = inspector
        self.uncached = uncached
        self.path = path ?? TestedPath(inspector.resolver)
        self.walks = walks
        self.queue = queue ?? SecondLookQueue(inspector.resolver.pastCaches)
    }

    /// The same for destinations of which policy demands DANE: that they lack it is a failure too, which the DNS may have
    /// mended while its denial was cached.
    package var demandingDANE: SecondLook {
        var look = self
        look.demandsDANE = true
        return look
    }

    /// Inspects; honours cancellation as `Inspector.inspect` does.
    package func inspect(_ destination: Destination) async -> Inspection {
        let key = VerdictKey(destination, demandsDANE: demandsDANE)
        let kept = walks.walk(key)
        if let kept, let first = kept.first { return await confirmed(key, Pass(first, kept.progress)) }
        var progress = kept?.progress ?? WalkProgress()
        let answers = NotedAnswers(inspector.resolver, telling: path)
        let first = await inspector.asking(answers).inspect(destination, from: &progress)
        guard progress.isFinished else {
            if progress.seenCount > 0 { walks.keep(WalkBook.Walk(progress: progress), for: key) }
            return first
        }
        walks.forget(key)
        let outcome = first.verdict.outcome
        if outcome.allowsDelivery, !answers.parts.isEmpty { path.noteDoubt(of: answers.parts, at: destination) }
        guard outcome.defaultRuling == .deferThenReject || demandsDANE && outcome.lacksDANE else { return first }
        if first.failsForDNSSEC, let why = path.knownTrouble(with: Self.foundation(answers)) {
            return first.blamed(on: why)
        }
        // The analyzer is one administrator's, who waits for the end.
        let made = inspector.isComplete ? 0 : progress.connections
        let pass = Pass(first, isWhole: kept == nil, connections: made)
        guard pass.isWhole, made * 2 <= inspector.limits.connections else {
            // F-126: this look has made its connections, and the second one would make as many. It begins with the next.
            walks.keep(pass.kept, for: key)
            return first.awaitingSecondLook
        }
        return await confirmed(key, pass)
    }

    /// A second look, and the way to the DNS tested where it fails for DNSSEC as well.
    private func confirmed(_ key: VerdictKey, _ pass: Pass) async -> Inspection {
        // Its turn may come late: until then it is nobody's place that it takes, nor the seat of who has just come.
        FlightStanding.current?.stepAside()
        let lanes = LanePath(of: key.destination.name.text)
        guard let (second, parts) = await queue.look(at: lanes, { await again(key, pass, $0) }) else {
            return untold(key, pass)
        }
        // Outside the queue: several inspections share a test.
        guard second.failsForDNSSEC, let why = await path.trouble(with: parts) else { return second }
        return second.blamed(on: why)
    }

    /// What is said of a failure that has had no second look.
    private func untold(_ key: VerdictKey, _ pass: Pass) -> Inspection {
        guard !Task.isCancelled else { return doubted(key, pass, .again, Self.outOfTime.0, Self.outOfTime.1) }
        // What took several looks is not begun anew because the last one was in vain.
        if !pass.isWhole { walks.keep(pass.kept, for: key) }
        let first = pass.first ?? .nothing(of: key.destination)
        return first.withheld("a failure is to be looked at again, and too many others wait for that: \(pass.cause)")
    }

    private static let outOfTime = ("no time was left", "a failure could not be looked at again in time")

    /// What is said of a failure that could not be looked at again.
    ///
    /// - Parameters:
    ///   - kind: The step that failed.
    ///   - detail: How.
    ///   - cause: Why nothing is known.
    private func doubted(
        _ key: VerdictKey, _ pass: Pass, _ kind: InspectionStep.Kind, _ detail: String, _ cause: String
    ) -> Inspection {
        var trail = Trail(subject: key.destination.name.description)
        trail.add(kind, .failed, detail)
        // What took several looks is not begun anew because the last one was in vain.
        if !pass.isWhole { walks.keep(pass.kept, for: key) }
        return (pass.first ?? .nothing(of: key.destination)).doubted(cause, trail.steps)
    }

    /// How full the second looks are.
    package var occupancy: Occupancy { queue.occupancy }

    /// Inspects until all hosts have been seen that decide, in as many looks as that takes, 16 at most; for who asks
    /// once and not again.
    package func inspectToTheEnd(_ destination: Destination) async -> Inspection {
        var inspection = await inspect(destination)
        for _ in 1..<16 where inspection.verdict.outcome == .pending && !Task.isCancelled {
            inspection = await inspect(destination)
        }
        return inspection
    }

    /// The inspection with another cause, if it is in doubt because the way to the DNS does not let everything through.
    ///
    /// This makes a self-test for each inspection in doubt: it is meant for commands that look at a few domains.
    package func blamingPath(_ inspection: Inspection) async -> Inspection {
        guard inspection.verdict.outcome == .dnsUnavailable, !inspection.isBlamed,
            let why = await path.trouble(with: Set(ResolverHealth.Part.allCases))
        else { return inspection }
        return inspection.blamed(on: why)
    }

    /// What a failure of DNSSEC rests on. A proof may be missing whatever fault libunbound names.
    private static func foundation(_ answers: NotedAnswers) -> Set<ResolverHealth.Part> {
        answers.parts.union([.rootKeys, .denials])
    }

    /// Inspects past every cache, without a second look; honours cancellation.
    ///
    /// It takes no slot: those who wait for one in a flood of failures must not keep anyone from finding out whose they are. The
    /// caller bounds how many there are.
    ///
    /// - Returns: nil if there is no resolver to be had.
    package func inspectPastCaches(_ destination: Destination) async -> Inspection? {
        guard let fresh = try? inspector.resolver.pastCaches() else { return nil }
        return await inspector.asking(fresh, probing: uncached).inspect(destination)
    }

    /// The second look.
    ///
    /// - Returns: What it found, and the parts of the way to the DNS that a failure of DNSSEC in it rests on.
    private func again(
        _ key: VerdictKey, _ pass: Pass, _ ticket: SecondLookQueue.Ticket
    ) async -> (Inspection, Set<ResolverHealth.Part>) {
        let destination = key.destination
        var pass = pass
        guard !Task.isCancelled else { return (doubted(key, pass, .again, Self.outOfTime.0, Self.outOfTime.1), []) }
        let fresh: any Resolving
        switch ticket {
        case .none(let why):
            return (doubted(key, pass, .again, why, "a failure could not be looked at again: \(why)"), [])
        case .invalid(let why):
            return (doubted(key, pass, .resolver, why, "the resolver does not validate: \(why)"), [])
        case .open(let resolver): fresh = resolver
        }
        var trail = Trail(subject: destination.name.description)
        trail.add(.resolver, .ok, "the root's keys are secure")
        let answers = NotedAnswers(fresh)
        var again = inspector.asking(answers, probing: uncached)
        // F-126: both looks together make no more connections than one.
        again.limits.connections -= pass.connections
        var second = await again.inspect(destination, from: &pass.progress)
        if let first = pass.first { second = second.after(first) }
        let verdict = verdict(of: second, pass)
        if pass.progress.isFinished { walks.forget(key) } else { walks.keep(pass.kept, for: key) }
        let isSame = verdict.outcome.rawValue == pass.outcome
        trail.add(
            .again, isSame ? .ok : .warning,
            "past every cache: \(pass.outcome)\(isSame ? "" : " (\(pass.cause))"), then \(verdict.outcome.rawValue)")
        let inspection = Inspection(
            destination: destination, verdict: verdict, mxSecurity: second.mxSecurity, hosts: second.hosts,
            steps: second.steps + trail.steps, lifetime: second.lifetime,
            elapsed: (pass.first?.elapsed ?? .zero) + second.elapsed)
        // What an earlier part of the look rests on is not known any more.
        return (inspection, pass.isWhole ? Self.foundation(answers) : Set(ResolverHealth.Part.allCases))
    }

    /// The verdict of a second look, where what the first one saw is known in part only.
    private func verdict(of second: Inspection, _ pass: Pass) -> Verdict {
        let verdict = second.verdict
        guard !pass.isWhole else { return verdict }
        if pass.progress.hasBegunAnew, !verdict.outcome.allowsDelivery {
            // Of the new records there has been one look.
            return Verdict(
                outcome: .pending, host: verdict.host,
                cause: "its MX records have changed since the look before: \(verdict.cause)", hazards: verdict.hazards)
        }
        // A failure is not disproven by leaving the host alone, and which hosts failed is no longer known.
        guard verdict.outcome == .unprobed else { return verdict }
        return Verdict(
            outcome: .unreachable, host: verdict.host,
            cause: "\(verdict.cause); on the connections before: \(pass.cause)", hazards: verdict.hazards, isOurs: true)
    }
}

extension Inspector {
    /// The same inspector before another resolver.
    fileprivate func asking(_ resolver: any Resolving) -> Inspector { asking(resolver, probing: prober) }

    /// The same inspector before another resolver, with another prober.
    fileprivate func asking(_ resolver: any Resolving, probing prober: (any Probing)?) -> Inspector {
        var other = Inspector(
            resolver: resolver, prober: prober, expiredEE: expiredEE, isComplete: isComplete, now: now)
        other.ahead = ahead
        other.limits = limits
        return other
    }
}

extension Inspection {
    /// The inspection with its failure not told yet.
    fileprivate var awaitingSecondLook: Inspection {
        withheld("all hosts are to be looked at a second time: \(verdict.cause)")
    }

    /// The inspection with its verdict not told yet.
    fileprivate func withheld(_ cause: String) -> Inspection {
        Inspection(
            destination: destination,
            verdict: Verdict(outcome: .pending, host: verdict.host, cause: cause, hazards: verdict.hazards),
            mxSecurity: mxSecurity, hosts: hosts, steps: steps, lifetime: .zero, elapsed: elapsed)
    }

    /// A look that has seen nothing.
    fileprivate static func nothing(of destination: Destination) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: .pending, cause: "nothing has been seen"),
            mxSecurity: nil, hosts: [], steps: [], lifetime: .zero, elapsed: .zero)
    }

    /// The inspection with its verdict taken back, since the way to the DNS is at fault.
    fileprivate func blamed(on why: String) -> Inspection {
        var trail = Trail(subject: destination.name.description)
        trail.add(.resolver, .failed, why)
        let found = verdict.outcome == .dnsUnavailable ? "" : "\(verdict.outcome.rawValue): "
        return doubted("\(why); what was found is not counted: \(found)\(verdict.cause)", trail.steps)
    }

    /// Whether DNSSEC is a reason why mail may not be delivered: it fails for the domain, or for a host that might be
    /// used instead of those that fail for another reason.
    fileprivate var failsForDNSSEC: Bool {
        !verdict.outcome.allowsDelivery
            && (verdict.outcome == .dnssecInvalid || hosts.contains { $0.finding.outcome == .dnssecInvalid })
    }

    /// Whether the verdict was taken back because the way to the DNS, or the resolver, is at fault.
    fileprivate var isBlamed: Bool { steps.contains { $0.kind == .resolver && $0.result == .failed } }

    /// The inspection with its verdict taken back: nothing is known.
    fileprivate func doubted(_ cause: String, _ more: [InspectionStep]) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: .dnsUnavailable, cause: cause, isOurs: true),
            mxSecurity: mxSecurity, hosts: hosts, steps: steps + more, lifetime: .zero, elapsed: elapsed)
    }
}
