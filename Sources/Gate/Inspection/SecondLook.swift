import DANE
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
struct SecondLook: Sendable {
    /// How many second looks run at once: each has a resolver of its own, with an empty cache.
    static let concurrency = 8

    private let inspector: Inspector
    /// Probes past the probe cache.
    private let uncached: (any Probing)?
    private let path: any DNSPath
    private let slots: AsyncSlots
    private var demandsDANE = false

    /// An inspection with a second look.
    ///
    /// - Parameters:
    ///   - inspector: The first look.
    ///   - uncached: Who connects in the second one: on a new connection each time.
    ///   - path: The way to the DNS; by default only a self-test of the inspector's resolver tells about it.
    init(_ inspector: Inspector, uncached: (any Probing)?, path: (any DNSPath)? = nil) {
        self.inspector = inspector
        self.uncached = uncached
        self.path = path ?? TestedPath(inspector.resolver)
        slots = AsyncSlots(Self.concurrency)
    }

    /// The same for destinations of which policy demands DANE: that they lack it is a failure too, which the DNS may have
    /// mended while its denial was cached.
    var demandingDANE: SecondLook {
        var look = self
        look.demandsDANE = true
        return look
    }

    /// Inspects; honours cancellation as `Inspector.inspect` does.
    func inspect(_ destination: Destination) async -> Inspection {
        let answers = NotedAnswers(inspector.resolver)
        let first = await inspector.asking(answers).inspect(destination)
        let outcome = first.verdict.outcome
        if outcome.allowsDelivery, !answers.parts.isEmpty { path.noteDoubt(of: answers.parts, at: destination) }
        guard outcome.defaultRuling == .deferThenReject || demandsDANE && outcome.lacksDANE else { return first }
        if first.failsForDNSSEC, let why = path.knownTrouble(with: Self.foundation(answers)) {
            return first.blamed(on: why)
        }
        let (second, parts) = await slots.withSlot { await again(destination, first) }
        // Outside the slot: several inspections share a test.
        guard second.failsForDNSSEC, let why = await path.trouble(with: parts) else { return second }
        return second.blamed(on: why)
    }

    /// The inspection with another cause, if it is in doubt because the way to the DNS does not let everything through.
    ///
    /// This makes a self-test for each inspection in doubt: it is meant for commands that look at a few domains.
    func blamingPath(_ inspection: Inspection) async -> Inspection {
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
    func inspectPastCaches(_ destination: Destination) async -> Inspection? {
        guard let fresh = try? inspector.resolver.pastCaches() else { return nil }
        return await inspector.asking(fresh, probing: uncached).inspect(destination)
    }

    /// The second look.
    ///
    /// - Returns: What it found, and the parts of the way to the DNS that a failure of DNSSEC in it rests on.
    private func again(
        _ destination: Destination, _ first: Inspection
    ) async -> (Inspection, Set<ResolverHealth.Part>) {
        var trail = Trail(subject: destination.name.description)
        guard !Task.isCancelled else {
            trail.add(.again, .failed, "no time was left")
            return (first.doubted("a failure could not be looked at again in time", trail.steps), [])
        }
        let fresh: any Resolving
        do throws(ResolverError) { fresh = try inspector.resolver.pastCaches() } catch {
            trail.add(.again, .failed, error.description)
            return (first.doubted("a failure could not be looked at again: \(error.description)", trail.steps), [])
        }
        if let fault = await fresh.selfTest([.rootKeys]).fault {
            trail.add(.resolver, .failed, fault.sentence)
            return (first.doubted("the resolver does not validate: \(fault.sentence)", trail.steps), [])
        }
        trail.add(.resolver, .ok, "the root's keys are secure")
        let answers = NotedAnswers(fresh)
        let second = await inspector.asking(answers, probing: uncached).inspect(destination).after(first)
        let isSame = second.verdict.outcome == first.verdict.outcome
        trail.add(
            .again, isSame ? .ok : .warning,
            "past every cache: \(first.verdict.outcome.rawValue)\(isSame ? "" : " (\(first.verdict.cause))"), "
                + "then \(second.verdict.outcome.rawValue)")
        let inspection = Inspection(
            destination: destination, verdict: second.verdict, mxSecurity: second.mxSecurity, hosts: second.hosts,
            steps: second.steps + trail.steps, lifetime: second.lifetime, elapsed: first.elapsed + second.elapsed)
        return (inspection, Self.foundation(answers))
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
        return other
    }
}

extension Inspection {
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
            destination: destination, verdict: Verdict(outcome: .dnsUnavailable, cause: cause), mxSecurity: mxSecurity,
            hosts: hosts, steps: steps + more, lifetime: .zero, elapsed: elapsed)
    }
}
