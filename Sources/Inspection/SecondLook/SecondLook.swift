package import DANE
import DNSSEC

/// An inspection that looks at a failure twice before it counts.
///
/// A cache may have caused the failure: a TLSA record was changed together with the certificate, or a signature has
/// been renewed since (D-59, RFC 7672 §4; F-01, F-03, F-26). So the records are fetched again, bypassing all caches,
/// and the hosts are probed again on new connections (F-52, F-61). A bogus answer may also come from a resolver that
/// does not validate, or from a wrong clock. So the root itself is looked up before all that (D-01, RFC 7672 §2.1.1).
///
/// The way to the DNS may also pass some things and lose others: signed data arrives, and the proof that something is
/// absent does not. So if DNSSEC fails in the second look too, a self-test that begins after it decides whether the
/// domain is at fault (F-86, F-87). While denials fail, nothing is `dnssec-invalid`. While TLSA lookups fail, nothing
/// that depends on a TLSA answer is.
///
/// If a domain does not exist or takes no mail, that is not a failure: the DNS says so, and every MTA acts on it as
/// cached. A second look would allow a list of invented domains to delay the second looks of everybody else.
///
/// If a destination has more hosts than one look covers, the next look continues where this one stopped, in the first
/// look and in the second. Until then the verdict is `pending`. So a failure is reported only after all hosts have been
/// seen twice (F-92). Both looks for one recipient together make no more connections than one look may. If the first
/// one has made more than half of them, the second one begins with the next recipient (F-126).
package struct SecondLook: Sendable {
    private let inspector: Inspector
    /// Makes probes that bypass the probe cache.
    private let uncached: (any Probing)?
    private let path: any DNSPath
    private let queue: SecondLookQueue
    private let walks: WalkBook
    private var demandsDANE = false

    /// An inspection with a second look.
    ///
    /// - Parameters:
    ///   - inspector: Makes the first look.
    ///   - uncached: Makes the connections of the second look, each of them new.
    ///   - path: The way to the DNS. By default, only a self-test of the inspector's resolver tells about it.
    ///   - walks: How far looks at destinations with many hosts have come.
    ///   - queue: Where failures wait for their second look. By default a queue of its own.
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

    /// The same for destinations for which policy demands DANE. That they lack DANE is then also a failure, which the
    /// DNS may have repaired while its denial was cached (D-20, D-26, RFC 7672 §2.2, §2.2.1).
    package var demandingDANE: SecondLook {
        var look = self
        look.demandsDANE = true
        return look
    }

    /// Inspects a destination. It honours cancellation like `Inspector.inspect`.
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
        // The analyzer serves one administrator, who waits for the end.
        let made = inspector.isComplete ? 0 : progress.connections
        let pass = Pass(first, isWhole: kept == nil, connections: made)
        guard pass.isWhole, made * 2 <= inspector.limits.connections else {
            // F-126: the second look would make as many connections as this one has made. So it begins with the next
            // recipient.
            walks.keep(pass.kept, for: key)
            return first.awaitingSecondLook
        }
        return await confirmed(key, pass)
    }

    /// Makes the second look. If that also fails because of DNSSEC, tests the way to the DNS.
    private func confirmed(_ key: VerdictKey, _ pass: Pass) async -> Inspection {
        // Its turn may come late. Until then it must not keep a place, nor keep waiting threads from those whose
        // inspection has just begun.
        InspectionHandle.current?.stepAside()
        let lanes = LanePath(of: key.destination.name.text)
        guard let (second, parts) = await queue.look(at: lanes, { await again(key, pass, $0) }) else {
            return untold(key, pass)
        }
        // Outside the queue, as several inspections share a test.
        // F-86, F-87: a way to the DNS that loses denials or TLSA records proves nothing.
        guard second.failsForDNSSEC, let why = await path.trouble(with: parts) else { return second }
        return second.blamed(on: why)
    }

    /// The inspection of a failure that got no second look.
    private func untold(_ key: VerdictKey, _ pass: Pass) -> Inspection {
        guard !Task.isCancelled else { return outOfTime(key, pass) }
        // If it took several looks, they are not repeated because the last one failed.
        if !pass.isWhole { walks.keep(pass.kept, for: key) }
        let first = pass.first ?? .nothing(of: key.destination)
        return first.withheld("a failure is to be looked at again, and too many others wait for that: \(pass.cause)")
    }

    private func outOfTime(_ key: VerdictKey, _ pass: Pass) -> Inspection {
        doubted(
            key, pass, failed: .again, detail: "no time was left",
            because: "a failure could not be looked at again in time")
    }

    /// The inspection of a failure that could not be looked at again.
    ///
    /// - Parameters:
    ///   - kind: The step that failed.
    ///   - detail: How it failed.
    ///   - cause: Why nothing is known.
    private func doubted(
        _ key: VerdictKey, _ pass: Pass, failed kind: InspectionStep.Kind, detail: String, because cause: String
    ) -> Inspection {
        var trail = Trail(subject: key.destination.name.description)
        trail.add(kind, .failed, detail)
        // If it took several looks, they are not repeated because the last one failed.
        if !pass.isWhole { walks.keep(pass.kept, for: key) }
        return (pass.first ?? .nothing(of: key.destination)).doubted(cause, trail.steps)
    }

    /// How full the queue of second looks is.
    package var occupancy: Occupancy { queue.occupancy }

    /// Inspects until all hosts that decide have been seen, in as many looks as necessary, but at most 16. For callers
    /// that ask only once.
    package func inspectToTheEnd(_ destination: Destination) async -> Inspection {
        var inspection = await inspect(destination)
        for _ in 1..<16 where inspection.verdict.outcome == .pending && !Task.isCancelled {
            inspection = await inspect(destination)
        }
        return inspection
    }

    /// The inspection with another cause, if it is in doubt because the way to the DNS loses something.
    ///
    /// It makes a self-test per inspection in doubt, so it is for commands that look at a few domains.
    package func blamingPath(_ inspection: Inspection) async -> Inspection {
        guard inspection.verdict.outcome == .dnsUnavailable, !inspection.isBlamed,
            let why = await path.trouble(with: Set(ResolverHealth.Part.allCases))
        else { return inspection }
        return inspection.blamed(on: why)
    }

    /// The parts that a DNSSEC failure depends on. A proof may be missing whatever fault libunbound names.
    private static func foundation(_ answers: NotedAnswers) -> Set<ResolverHealth.Part> {
        answers.parts.union([.rootKeys, .denials])
    }

    /// Inspects, bypassing all caches, without a second look. It honours cancellation.
    ///
    /// It takes no slot, so that a flood of failures which wait for slots cannot prevent finding out whose failures
    /// they are. The caller limits how many run.
    ///
    /// - Returns: nil if no resolver can be made.
    package func inspectPastCaches(_ destination: Destination) async -> Inspection? {
        guard let fresh = try? inspector.resolver.pastCaches() else { return nil }
        return await inspector.asking(fresh, probing: uncached).inspect(destination)
    }

    /// Makes the second look.
    ///
    /// - Returns: What it found, and the parts of the way to the DNS that a DNSSEC failure in it depends on.
    private func again(
        _ key: VerdictKey, _ pass: Pass, _ ticket: SecondLookQueue.Ticket
    ) async -> (Inspection, Set<ResolverHealth.Part>) {
        let destination = key.destination
        var pass = pass
        guard !Task.isCancelled else { return (outOfTime(key, pass), []) }
        let fresh: any Resolving
        switch ticket {
        case .none(let why):
            let cause = "a failure could not be looked at again: \(why)"
            return (doubted(key, pass, failed: .again, detail: why, because: cause), [])
        case .invalid(let why):
            let cause = "the resolver does not validate: \(why)"
            return (doubted(key, pass, failed: .resolver, detail: why, because: cause), [])
        case .open(let resolver): fresh = resolver
        }
        var trail = Trail(subject: destination.name.description)
        trail.add(.resolver, .ok, "the root's keys are secure")
        let answers = NotedAnswers(fresh)
        var again = inspector.asking(answers, probing: uncached)
        // F-126: both looks together make no more connections than one look may.
        again.limits.connections -= pass.connections
        // D-59, RFC 7672 §4; F-01, F-03, F-26: the records anew. F-52, F-61: the hosts on new connections.
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
        // It is no longer known what an earlier part of the look depended on.
        return (inspection, pass.isWhole ? Self.foundation(answers) : Set(ResolverHealth.Part.allCases))
    }

    /// The verdict of a second look if only part of the first one's result is known.
    private func verdict(of second: Inspection, _ pass: Pass) -> Verdict {
        let verdict = second.verdict
        guard !pass.isWhole else { return verdict }
        if pass.progress.hasBegunAnew, !verdict.outcome.allowsDelivery {
            // The new records have been looked at only once.
            return Verdict(
                outcome: .pending, host: verdict.host,
                cause: "its MX records have changed since the look before: \(verdict.cause)", hazards: verdict.hazards)
        }
        // A host that was not probed again does not disprove a failure, and which hosts failed is no longer known.
        guard verdict.outcome == .unprobed else { return verdict }
        return Verdict(
            outcome: .unreachable, host: verdict.host,
            cause: "\(verdict.cause); on the connections before: \(pass.cause)", hazards: verdict.hazards, isOurs: true)
    }
}

extension Inspector {
    /// The same inspector with another resolver.
    fileprivate func asking(_ resolver: any Resolving) -> Inspector { asking(resolver, probing: prober) }

    /// The same inspector with another resolver and another prober.
    fileprivate func asking(_ resolver: any Resolving, probing prober: (any Probing)?) -> Inspector {
        var other = Inspector(
            resolver: resolver, prober: prober, expiredEE: expiredEE, isComplete: isComplete, now: now)
        other.ahead = ahead
        other.limits = limits
        return other
    }
}

extension Inspection {
    /// The inspection whose failure is not reported yet.
    fileprivate var awaitingSecondLook: Inspection {
        withheld("all hosts are to be looked at a second time: \(verdict.cause)")
    }

    /// The inspection whose verdict is not reported yet.
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

    /// The inspection with its verdict withdrawn, because the way to the DNS is at fault.
    fileprivate func blamed(on why: String) -> Inspection {
        var trail = Trail(subject: destination.name.description)
        trail.add(.resolver, .failed, why)
        let found = verdict.outcome == .dnsUnavailable ? "" : "\(verdict.outcome.rawValue): "
        return doubted(
            "\(why); what was found is not counted: \(found)\(verdict.cause)", trail.steps, isWithdrawn: true)
    }

    /// Whether DNSSEC is a reason why mail may not be delivered: it fails for the domain, or for a host that might be
    /// used instead of those that fail for another reason.
    fileprivate var failsForDNSSEC: Bool {
        !verdict.outcome.allowsDelivery
            && (verdict.outcome == .dnssecInvalid || hosts.contains { $0.finding.outcome == .dnssecInvalid })
    }

    /// Whether the verdict was withdrawn because the way to the DNS, or the resolver, is at fault.
    fileprivate var isBlamed: Bool { steps.contains { $0.kind == .resolver && $0.result == .failed } }

    /// The inspection with its verdict withdrawn: nothing is known.
    fileprivate func doubted(
        _ cause: String, _ more: [InspectionStep], isWithdrawn: Bool = false
    ) -> Inspection {
        var nothing = Verdict(outcome: .dnsUnavailable, cause: cause, isOurs: true)
        nothing.isWithdrawn = isWithdrawn
        return Inspection(
            destination: destination, verdict: nothing, mxSecurity: mxSecurity, hosts: hosts, steps: steps + more,
            lifetime: .zero, elapsed: elapsed)
    }
}
