import DANE
import DNSSEC
import Probe

/// Finds out what is true about a destination: the MX records, the hosts in the order of a delivering client, the verdict.
/// Rows V1 to V5 of the table in rules.md, section 1; the hosts are `HostInspector`'s.
struct Inspector: Sendable {
    /// Hosts talked to at once for one destination: a stranger's zone must not take all probes, nor point them at a victim.
    static let probesAtOnce = 8

    let resolver: any Resolving
    let prober: (any Probing)?
    let expiredEE: ExpiredEE
    /// Whether to look at every host, for the analyzer; the gate stops where a delivering client would.
    let isComplete: Bool
    /// Seconds since 1970, for the dates of certificates.
    let now: @Sendable () -> Int64
    /// So many seconds from now certificates are judged.
    var ahead: Int64 = 0
    /// The bounds of a look.
    var limits: LookLimits
    /// Those of one destination.
    private var slots = AsyncSlots(Self.probesAtOnce)

    /// An inspector.
    ///
    /// - Parameters:
    ///   - resolver: Who validates.
    ///   - prober: Who connects; nil to look at the DNS alone.
    ///   - expiredEE: What to make of an expired certificate that a DANE-EE record matches.
    ///   - isComplete: Whether to look at hosts behind the deciding one too.
    ///   - now: The time, in seconds since 1970.
    init(
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

    /// Inspects a destination: one look, from the beginning. Honours cancellation: what has not been found out by then
    /// is a doubt.
    func inspect(_ destination: Destination) async -> Inspection {
        var progress = WalkProgress()
        return await inspect(destination, from: &progress)
    }

    /// Inspects a destination: one look, which goes on where the one before it ended.
    ///
    /// - Parameter progress: How far the walk through its hosts has come. As long as that is not finished, the verdict
    ///   is `pending`,
    ///   or a doubt where the look was cancelled.
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
            // RFC 7672 §3.2.2: without MX records the next hop's own name is a reference identifier beside its
            // expansion.
            let subject = HostInspector.Subject(name: name, preference: 0, nextHop: name, expandedNextHop: nil)
            route = .hosts([subject], isSecure: true, security: nil, lifetime: nil)
        case .domain(let name):
            route = Self.route(name, await resolver.mx(name), at: now(), &trail)
        }
        switch route {
        case .ended(let verdict, let security, let lifetime):
            // That the DNS has no answer now is no reason to forget how far the walk had come.
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
            let lifetimes = [earlierLifetime, hosts.compactMap(\.lifetime).min(), lifetime].compactMap { $0 }
            return Inspection(
                destination: destination, verdict: verdict, mxSecurity: security,
                hosts: hosts, steps: trail.steps + hosts.flatMap(\.steps), lifetime: lifetimes.min() ?? .zero,
                elapsed: .now - start)
        }
    }

    /// What becomes of the hosts that a look left out.
    private var goingOn: String {
        isComplete
            ? "a check makes at most \(limits.connections) connections and asks about \(limits.hosts) hosts"
            : "the next look goes on there"
    }

    /// A look's walk through the hosts.
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

    /// What the MX answer comes to.
    private enum Route {
        case ended(Verdict, Inspection.Security?, lifetime: Duration?)
        case hosts([HostInspector.Subject], isSecure: Bool, security: Inspection.Security?, lifetime: Duration?)
    }

    private static func route(
        _ domain: DomainName, _ answer: Answer<MXRecord>, at now: Int64, _ trail: inout Trail
    ) -> Route {
        /// RFC 7672 §2.1.2: if the servers cannot be determined, delivery is delayed.
        switch answer {
        case .bogus(let why):
            trail.add(.mx, .failed, why.step(at: now))
            let cause = why.cause(for: "its MX records", at: now)
            return .ended(Verdict(outcome: .dnssecInvalid, cause: cause), .bogus, lifetime: nil)
        case .failed(let why):
            trail.add(.mx, .failed, "no answer: \(why)")
            let cause = "its MX records could not be looked up: \(why)"
            let verdict = Verdict(outcome: .dnsUnavailable, cause: cause, isOurs: OwnFailure.isOne(why))
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
        let expanded = isSecure ? found.canonicalName : nil
        func subject(_ name: DomainName, _ preference: UInt16) -> HostInspector.Subject {
            .init(name: name, preference: preference, nextHop: isSecure ? domain : nil, expandedNextHop: expanded)
        }
        switch found.existence {
        case .noSuchName:
            /// RFC 5321 §5.1: a domain that does not exist is a permanent error, signed or not.
            trail.add(.mx, .failed, "\(security.rawValue): the domain does not exist")
            return .ended(
                Verdict(outcome: .noSuchDomain, cause: "the domain does not exist"), security, lifetime: found.ttl)
        case .noData:
            /// RFC 5321 §5.1: the implicit MX. RFC 7672 §2.2.1 reads "secure" as "securely denied".
            trail.add(.mx, .ok, "\(security.rawValue): no MX records, the domain itself is the host")
            return .hosts([subject(domain, 0)], isSecure: isSecure, security: security, lifetime: found.ttl)
        case .records:
            break
        }
        let named = found.records.sorted { ($0.preference, "\($0.exchange)") < ($1.preference, "\($1.exchange)") }
        let list = named.map { "\($0.preference) \($0.exchange.text)" }.joined(separator: ", ")
        trail.add(.mx, .ok, "\(security.rawValue): \(String(list.prefix(600)))")
        if named.allSatisfy({ $0.exchange == .null }) {
            /// RFC 7505 §3: one record, preference 0. Senders look at the "." alone (rules.md N-01).
            if named.contains(where: { $0.preference != 0 }) || named.count > 1 {
                trail.add(.mx, .warning, "a null MX must be a single record of preference 0 (RFC 7505 3)")
            }
            return .ended(Verdict(outcome: .nullMX, cause: "its MX record is \".\""), security, lifetime: found.ttl)
        }
        if named.contains(where: { $0.exchange == .null }) {
            /// RFC 7505 §3 forbids it, and senders differ: nothing is proven, so the other hosts are judged (rules.md N-02).
            trail.add(.mx, .warning, "a null MX stands beside other MX records (RFC 7505 3); it is passed over")
        }
        let subjects = named.compactMap { record -> HostInspector.Subject? in
            guard case .host(let name) = record.exchange else { return nil }
            return subject(name, record.preference)
        }
        guard !subjects.isEmpty else {
            let cause = "its MX records name no host"
            return .ended(Verdict(outcome: .noMailHost, cause: cause), security, lifetime: found.ttl)
        }
        return .hosts(subjects, isSecure: isSecure, security: security, lifetime: found.ttl)
    }
}

extension MXRecord.Exchange {
    /// The exchange as a person reads it.
    var text: String {
        switch self {
        case .null: "."
        case .host(let name): name.description
        case .malformed(let escaped): escaped
        }
    }
}
