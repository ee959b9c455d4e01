import DANE
import DNSSEC
import Probe
import Support

/// Finds out what is true about a destination: the MX records, the hosts in the order of a delivering client, the
/// verdict. It handles rows V1 to V5 of the decision table (RFC 7672 §2.1.2 and §2.2.1); `HostInspector` judges the
/// hosts.
package struct Inspector: Sendable {
    /// The most connections at once for one destination. A stranger's zone must not take all probes, nor direct them
    /// all at a victim.
    static let probesAtOnce = 8

    let resolver: any Resolving
    let prober: (any Probing)?
    let expiredEE: ExpiredEE
    /// Whether to look at every host, for the analyzer. The gate stops where a delivering client would.
    let isComplete: Bool
    /// Seconds since 1970, for the dates of certificates.
    let now: @Sendable () -> Int64
    /// How many seconds after the present certificates are judged for.
    package var ahead: Int64 = 0
    /// The limits of a look.
    var limits: LookLimits
    /// The slots of one destination.
    private var slots = AsyncSlots(Self.probesAtOnce)

    /// An inspector.
    ///
    /// - Parameters:
    ///   - resolver: Makes the validated lookups.
    ///   - prober: Makes the connections; nil to look at the DNS only.
    ///   - expiredEE: How to treat an expired certificate that a DANE-EE record matches.
    ///   - isComplete: Whether to look at hosts after the deciding one, too.
    ///   - now: The time in seconds since 1970.
    package init(
        resolver: any Resolving, prober: (any Probing)?, expiredEE: ExpiredEE, isComplete: Bool,
        now: @escaping @Sendable () -> Int64
    ) {
        self.resolver = resolver
        self.prober = prober
        self.expiredEE = expiredEE
        self.isComplete = isComplete
        self.now = now
        limits = isComplete ? .analyzer : .gate
    }

    /// Inspects a destination in one look, from the beginning. If it is cancelled, whatever is not known by then is a
    /// doubt.
    func inspect(_ destination: Destination) async -> Inspection {
        var progress = WalkProgress()
        return await inspect(destination, from: &progress)
    }

    /// Inspects a destination in one look, which continues where the previous one stopped.
    ///
    /// - Parameter progress: How far the walk through the hosts has come. Until the walk is finished, the verdict is
    ///   `pending`, or a doubt if the look was cancelled.
    func inspect(_ destination: Destination, from progress: inout WalkProgress) async -> Inspection {
        var one = self
        one.slots = AsyncSlots(Self.probesAtOnce)
        return await one.inspectAlone(destination, &progress)
    }

    private func inspectAlone(_ destination: Destination, _ progress: inout WalkProgress) async -> Inspection {
        let start = ContinuousClock.now
        progress.connections = 0
        var trail = Trail(subject: destination.name.description)
        let route: Route
        switch destination.nextHop {
        case .host(let name):
            // D-56, RFC 7672 §3.2.2: without MX records, the name of the next hop is a reference identifier beside its
            // expansion.
            let subject = HostInspector.Subject(name: name, preference: 0, nextHop: name, expandedNextHop: nil)
            route = .hosts([subject], isSecure: true, security: nil, lifetime: nil)
        case .domain(let name):
            route = Self.route(name, await resolver.mx(name), at: now(), &trail)
        }
        switch route {
        case .ended(let verdict, let security, let lifetime):
            // A DNS failure at present is no reason to forget how far the walk has come.
            if !verdict.outcome.isDoubt { progress.finish() }
            return Inspection(
                destination: destination, verdict: verdict, mxSecurity: security, hosts: [], steps: trail.steps,
                lifetime: lifetime ?? .zero, elapsed: .now - start)
        case .hosts(let subjects, let isSecure, let security, let lifetime):
            progress.begin(subjects, isSecure: isSecure)
            let earlier = progress.findings
            let earlierLifetime = progress.lifetime()
            var walk = walk(subjects, of: destination, isSecure: isSecure, from: progress)
            await walk.run()
            progress = walk.progress
            progress.connections = walk.prober?.made ?? 0
            let hosts = walk.hosts
            var verdict = Verdict(walking: earlier + hosts.map(\.finding))
            if !progress.isFinished {
                trail.add(.mx, .warning, "\(progress.seenCount) of \(subjects.count) hosts are seen; \(goingOn)")
                if !verdict.outcome.allowsDelivery { verdict = progress.unfinished(verdict, of: subjects.count) }
            }
            if verdict.outcome.allowsDelivery { verdict.source = hosts.foreignSource }
            let lifetimes = [earlierLifetime, hosts.compactMap(\.lifetime).min(), lifetime].compactMap { $0 }
            return Inspection(
                destination: destination, verdict: verdict, mxSecurity: security,
                hosts: hosts, steps: trail.steps + hosts.flatMap(\.steps), lifetime: lifetimes.min() ?? .zero,
                elapsed: .now - start)
        }
    }

    /// The words for what happens to the hosts that a look left out.
    private var goingOn: String {
        isComplete
            ? "a check makes at most \(limits.connections) connections and asks about \(limits.hosts) hosts"
            : "the next look goes on there"
    }

    /// The walk of a look through the hosts.
    private func walk(
        _ subjects: [HostInspector.Subject], of destination: Destination, isSecure: Bool, from progress: WalkProgress
    ) -> HostWalk {
        let asker = ProbeAsker(zone: Neighbourhood(of: destination.name.text).name)
        let connections = prober.map { LookProber($0, for: asker, dead: progress.dead) }
        let inspector = HostInspector(
            resolver: resolver, prober: connections, slots: slots, port: destination.port, expiredEE: expiredEE,
            isComplete: isComplete, now: now, ahead: ahead)
        return HostWalk(
            subjects, isSecure: isSecure, from: progress, inspector: inspector, prober: connections, limits: limits,
            isComplete: isComplete)
    }

    /// What follows from the MX answer.
    private enum Route {
        case ended(Verdict, Inspection.Security?, lifetime: Duration?)
        case hosts([HostInspector.Subject], isSecure: Bool, security: Inspection.Security?, lifetime: Duration?)
    }

    private static func route(
        _ domain: DomainName, _ answer: Answer<MXRecord>, at now: Int64, _ trail: inout Trail
    ) -> Route {
        // V1; D-07, RFC 7672 §2.1.2; S-03, RFC 5321 §5.1; F-26, F-27: if the servers cannot be determined, delivery is
        // delayed.
        switch answer {
        case .bogus(let why):
            trail.add(.mx, .failed, why.step(at: now))
            let cause = why.cause(for: "its MX records", at: now)
            return .ended(Verdict(outcome: .dnssecInvalid, cause: cause), .bogus, lifetime: nil)
        case .failed(let why):
            trail.add(.mx, .failed, "no answer: \(why)")
            let cause = "its MX records could not be looked up: \(why)"
            let verdict = Verdict(outcome: .dnsUnavailable, cause: cause, isOurs: why.isOurs)
            return .ended(verdict, .failed, lifetime: nil)
        case .secure(let found):
            return route(domain, found, isSecure: true, &trail)
        case .insecure(let found):
            return route(domain, found, isSecure: false, &trail)
        }
    }

    private static func route(
        _ domain: DomainName, _ found: Found<MXRecord>, isSecure: Bool, _ trail: inout Trail
    ) -> Route {
        let security: Inspection.Security = isSecure ? .secure : .insecure
        // D-25, D-54, RFC 7672 §2.2.1, §3.2.2; S-01, RFC 5321 §5.1: the resolver has followed an alias; both names
        // count.
        let expanded = isSecure ? found.canonicalName : nil
        func subject(_ name: DomainName, _ preference: UInt16) -> HostInspector.Subject {
            .init(name: name, preference: preference, nextHop: isSecure ? domain : nil, expandedNextHop: expanded)
        }
        switch found.existence {
        case .noSuchName:
            // V2; S-02, RFC 5321 §5.1: a domain that does not exist is a permanent error, signed or not.
            trail.add(.mx, .failed, "\(security.rawValue): the domain does not exist")
            return .ended(
                Verdict(outcome: .noSuchDomain, cause: "the domain does not exist"), security, lifetime: found.ttl)
        case .noData:
            // V4; S-04, RFC 5321 §5.1: the implicit MX. For RFC 7672 §2.2.1, the way to it is secure if the denial is.
            trail.add(.mx, .ok, "\(security.rawValue): no MX records, the domain itself is the host")
            return .hosts([subject(domain, 0)], isSecure: isSecure, security: security, lifetime: found.ttl)
        case .records:
            break
        }
        let named = found.records.sorted { ($0.preference, "\($0.exchange)") < ($1.preference, "\($1.exchange)") }
        let list = named.map { "\($0.preference) \($0.exchange.text)" }.joined(separator: ", ")
        trail.add(.mx, .ok, "\(security.rawValue): \(String(list.prefix(600)))")
        if named.allSatisfy({ $0.exchange == .null }) {
            // V3; N-01, N-04, RFC 7505 §3, §5: it should be one record with preference 0. Senders look only at the ".",
            // and do not require a signature.
            if named.contains(where: { $0.preference != 0 }) || named.count > 1 {
                trail.add(.mx, .warning, "a null MX must be a single record of preference 0 (RFC 7505 3)")
            }
            return .ended(Verdict(outcome: .nullMX, cause: "its MX record is \".\""), security, lifetime: found.ttl)
        }
        if named.contains(where: { $0.exchange == .null }) {
            // N-02, RFC 7505 §3; F-39: this is forbidden, and senders treat it differently. It proves nothing, so the
            // other hosts are judged.
            trail.add(.mx, .warning, "a null MX stands beside other MX records (RFC 7505 3); it is passed over")
        }
        let subjects = named.compactMap { record -> HostInspector.Subject? in
            // D-28, RFC 7672 §2.2.1: the name as published.
            guard case .host(let name) = record.exchange else { return nil }
            return subject(name, record.preference)
        }
        // S-05, RFC 5321 §5.1: if there are MX records, the domain's own address is not used, even if none is usable.
        guard !subjects.isEmpty else {
            let cause = "its MX records name no host"
            return .ended(Verdict(outcome: .noMailHost, cause: cause), security, lifetime: found.ttl)
        }
        return .hosts(subjects, isSecure: isSecure, security: security, lifetime: found.ttl)
    }
}

extension MXRecord.Exchange {
    /// The exchange as text for people.
    var text: String {
        switch self {
        case .null: "."
        case .host(let name): name.description
        case .malformed(let escaped): escaped
        }
    }
}

extension [InspectedHost] {
    /// The other host whose finding stands for one of these; 0 if this host has seen all of them itself.
    fileprivate var foreignSource: UInt16 {
        for case .foreign(let foreign) in lazy.flatMap(\.addresses).map(\.report.end) { return foreign.source }
        return 0
    }
}
