import DANE
import DNSSEC

/// An inspection whose failure is looked at twice before it counts.
///
/// A failure may be the work of a cache: a TLSA record that was changed along with the certificate, a signature that has been
/// renewed since. So the records are fetched again past every cache, and the hosts probed again on new connections. And a bogus
/// answer may be the work of a resolver that does not validate, or of its clock: so before all that the root itself is asked for.
///
/// That a domain does not exist, or takes no mail, is no failure: it is what the DNS says, and every MTA acts on it as it is
/// cached. Looking twice would let a list of made-up domains hold up everybody else's second looks.
///
/// Where a destination has more hosts than one look goes through, the next look goes on where this one ended, be it the
/// first or the second; until then the verdict is `pending`. So a failure is told only when all hosts have been seen
/// twice (F-92).
struct SecondLook: Sendable {
    /// How many second looks run at once: each has a resolver of its own, with an empty cache.
    static let concurrency = 8

    private let inspector: Inspector
    /// Probes past the probe cache.
    private let uncached: (any Probing)?
    private let slots: AsyncSlots
    private let walks: WalkBook
    private let demandsDANE: Bool

    /// An inspection with a second look.
    ///
    /// - Parameters:
    ///   - inspector: The first look.
    ///   - uncached: Who connects in the second one: on a new connection each time.
    ///   - walks: How far looks at destinations with many hosts have come.
    init(_ inspector: Inspector, uncached: (any Probing)?, walks: WalkBook = WalkBook()) {
        self.init(
            inspector, uncached: uncached, slots: AsyncSlots(Self.concurrency), walks: walks, demandsDANE: false)
    }

    private init(
        _ inspector: Inspector, uncached: (any Probing)?, slots: AsyncSlots, walks: WalkBook, demandsDANE: Bool
    ) {
        self.inspector = inspector
        self.uncached = uncached
        self.slots = slots
        self.walks = walks
        self.demandsDANE = demandsDANE
    }

    /// The same for destinations of which policy demands DANE: that they lack it is a failure too, which the DNS may have
    /// mended while its denial was cached.
    var demandingDANE: SecondLook {
        SecondLook(inspector, uncached: uncached, slots: slots, walks: walks, demandsDANE: true)
    }

    /// Inspects; honours cancellation as `Inspector.inspect` does.
    func inspect(_ destination: Destination) async -> Inspection {
        let key = VerdictKey(destination, demandsDANE: demandsDANE)
        let kept = walks.walk(key)
        if let kept, let first = kept.first {
            return await slots.withSlot { await again(key, Pass(first, kept.progress)) }
        }
        var progress = kept?.progress ?? WalkProgress()
        let first = await inspector.inspect(destination, from: &progress)
        guard progress.isFinished else {
            if progress.seenCount > 0 { walks.keep(WalkBook.Walk(progress: progress), for: key) }
            return first
        }
        walks.forget(key)
        let outcome = first.verdict.outcome
        guard outcome.defaultRuling == .deferThenReject || demandsDANE && outcome.lacksDANE else { return first }
        let pass = Pass(first, isWhole: kept == nil)
        guard pass.isWhole else {
            // This look has made its connections; the second one begins with the next.
            walks.keep(pass.kept, for: key)
            return first.awaitingSecondLook
        }
        return await slots.withSlot { await again(key, pass) }
    }

    /// Inspects until all hosts have been seen that decide, in as many looks as that takes, 16 at most; for who asks
    /// once and not again.
    func inspectToTheEnd(_ destination: Destination) async -> Inspection {
        var inspection = await inspect(destination)
        for _ in 1..<16 where inspection.verdict.outcome == .pending && !Task.isCancelled {
            inspection = await inspect(destination)
        }
        return inspection
    }

    /// Inspects past every cache, without a second look; honours cancellation.
    ///
    /// It takes no slot: those who wait for one in a flood of failures must not keep anyone from finding out whose they are. The
    /// caller bounds how many there are.
    ///
    /// - Returns: nil if there is no resolver to be had.
    func inspectPastCaches(_ destination: Destination) async -> Inspection? {
        guard let fresh = try? inspector.resolver.pastCaches() else { return nil }
        return await inspector(asking: fresh).inspect(destination)
    }

    /// The second look's inspector.
    private func inspector(asking fresh: any Resolving) -> Inspector {
        var again = Inspector(
            resolver: fresh, prober: uncached, expiredEE: inspector.expiredEE, isComplete: inspector.isComplete,
            now: inspector.now)
        again.ahead = inspector.ahead
        return again
    }

    /// A second look: what the first one came to, and how far it has come itself.
    private struct Pass {
        let outcome: String
        let cause: String
        /// The first look, or its last part if it had several.
        let first: Inspection?
        /// Whether the first look was one.
        let isWhole: Bool
        var progress: WalkProgress

        /// A second look that begins.
        init(_ first: Inspection, isWhole: Bool) {
            outcome = first.verdict.outcome.rawValue
            cause = first.verdict.cause
            self.first = first
            self.isWhole = isWhole
            progress = WalkProgress()
        }

        /// A second look that goes on.
        init(_ first: WalkBook.FirstLook, _ progress: WalkProgress) {
            outcome = first.outcome
            cause = first.cause
            self.first = nil
            isWhole = false
            self.progress = progress
        }

        /// What is kept for the next look.
        var kept: WalkBook.Walk {
            let first = WalkBook.FirstLook(
                outcome: outcome, cause: TraceEntry.bounded(cause, TraceEntry.Limit.cause))
            return WalkBook.Walk(progress: progress, first: first)
        }
    }

    private func again(_ key: VerdictKey, _ pass: Pass) async -> Inspection {
        let destination = key.destination
        var pass = pass
        var trail = Trail(subject: destination.name.description)
        // What took several looks is not begun anew because the last one was in vain.
        func doubted(_ cause: String) -> Inspection {
            if !pass.isWhole { walks.keep(pass.kept, for: key) }
            return (pass.first ?? .nothing(of: destination)).doubted(cause, trail.steps)
        }
        guard !Task.isCancelled else {
            trail.add(.again, .failed, "no time was left")
            return doubted("a failure could not be looked at again in time")
        }
        let fresh: any Resolving
        let fault: String?
        do throws(ResolverError) {
            fresh = try inspector.resolver.pastCaches()
            fault = try await fresh.selfTest()
        } catch {
            trail.add(.again, .failed, error.description)
            return doubted("a failure could not be looked at again: \(error.description)")
        }
        if let fault {
            trail.add(.resolver, .failed, fault)
            return doubted("the resolver does not validate: \(fault)")
        }
        trail.add(.resolver, .ok, "the root's keys are secure")
        var second = await inspector(asking: fresh).inspect(destination, from: &pass.progress)
        if let first = pass.first { second = second.after(first) }
        let verdict = verdict(of: second, pass)
        if pass.progress.isFinished { walks.forget(key) } else { walks.keep(pass.kept, for: key) }
        let isSame = verdict.outcome.rawValue == pass.outcome
        trail.add(
            .again, isSame ? .ok : .warning,
            "past every cache: \(pass.outcome)\(isSame ? "" : " (\(pass.cause))"), then \(verdict.outcome.rawValue)")
        return Inspection(
            destination: destination, verdict: verdict, mxSecurity: second.mxSecurity, hosts: second.hosts,
            steps: second.steps + trail.steps, lifetime: second.lifetime,
            elapsed: (pass.first?.elapsed ?? .zero) + second.elapsed)
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
            cause: "\(verdict.cause); on the connections before: \(pass.cause)", hazards: verdict.hazards)
    }
}

extension Inspection {
    /// The inspection with its failure not told yet.
    fileprivate var awaitingSecondLook: Inspection {
        let cause = "all hosts are to be looked at a second time: \(verdict.cause)"
        return Inspection(
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

    /// The inspection with its verdict taken back: nothing is known.
    fileprivate func doubted(_ cause: String, _ more: [InspectionStep]) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: .dnsUnavailable, cause: cause), mxSecurity: mxSecurity,
            hosts: hosts, steps: steps + more, lifetime: .zero, elapsed: elapsed)
    }
}
