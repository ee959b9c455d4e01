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
struct SecondLook: Sendable {
    /// How many second looks run at once: each has a resolver of its own, with an empty cache.
    static let concurrency = 8

    private let inspector: Inspector
    /// Probes past the probe cache.
    private let uncached: (any Probing)?
    private let slots: AsyncSlots
    private let demandsDANE: Bool

    /// An inspection with a second look.
    ///
    /// - Parameters:
    ///   - inspector: The first look.
    ///   - uncached: Who connects in the second one: on a new connection each time.
    init(_ inspector: Inspector, uncached: (any Probing)?) {
        self.init(inspector, uncached: uncached, slots: AsyncSlots(Self.concurrency), demandsDANE: false)
    }

    private init(_ inspector: Inspector, uncached: (any Probing)?, slots: AsyncSlots, demandsDANE: Bool) {
        self.inspector = inspector
        self.uncached = uncached
        self.slots = slots
        self.demandsDANE = demandsDANE
    }

    /// The same for destinations of which policy demands DANE: that they lack it is a failure too, which the DNS may have
    /// mended while its denial was cached.
    var demandingDANE: SecondLook {
        SecondLook(inspector, uncached: uncached, slots: slots, demandsDANE: true)
    }

    /// Inspects; honours cancellation as `Inspector.inspect` does.
    func inspect(_ destination: Destination) async -> Inspection {
        let first = await inspector.inspect(destination)
        let outcome = first.verdict.outcome
        guard outcome.defaultRuling == .deferThenReject || demandsDANE && outcome.lacksDANE else { return first }
        return await slots.withSlot { await again(destination, first) }
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

    private func again(_ destination: Destination, _ first: Inspection) async -> Inspection {
        var trail = Trail(subject: destination.name.description)
        guard !Task.isCancelled else {
            trail.add(.again, .failed, "no time was left")
            return first.doubted("a failure could not be looked at again in time", trail.steps)
        }
        let fresh: any Resolving
        let fault: String?
        do throws(ResolverError) {
            fresh = try inspector.resolver.pastCaches()
            fault = try await fresh.selfTest()
        } catch {
            trail.add(.again, .failed, error.description)
            return first.doubted("a failure could not be looked at again: \(error.description)", trail.steps)
        }
        if let fault {
            trail.add(.resolver, .failed, fault)
            return first.doubted("the resolver does not validate: \(fault)", trail.steps)
        }
        trail.add(.resolver, .ok, "the root's keys are secure")
        let second = await inspector(asking: fresh).inspect(destination).after(first)
        let isSame = second.verdict.outcome == first.verdict.outcome
        trail.add(
            .again, isSame ? .ok : .warning,
            "past every cache: \(first.verdict.outcome.rawValue)\(isSame ? "" : " (\(first.verdict.cause))"), "
                + "then \(second.verdict.outcome.rawValue)")
        return Inspection(
            destination: destination, verdict: second.verdict, mxSecurity: second.mxSecurity, hosts: second.hosts,
            steps: second.steps + trail.steps, lifetime: second.lifetime, elapsed: first.elapsed + second.elapsed)
    }
}

extension Inspection {
    /// The inspection with its verdict taken back: nothing is known.
    fileprivate func doubted(_ cause: String, _ more: [InspectionStep]) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: .dnsUnavailable, cause: cause), mxSecurity: mxSecurity,
            hosts: hosts, steps: steps + more, lifetime: .zero, elapsed: elapsed)
    }
}
