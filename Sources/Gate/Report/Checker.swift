import DANE
import DNSSEC

/// Checks domains with the gate's own engine and settings, past its caches.
public struct Checker: Sendable {
    private let settings: Settings
    private let policies: PolicyTable
    private let resolver: any Resolving
    private let look: SecondLook
    private let comparison: Comparison?
    private let resolverFault: String?
    private let now: Int64

    /// A checker.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - policies: The policies.
    ///   - resolver: Who validates.
    ///   - prober: Who connects; nil where the probe is off.
    ///   - resolverFault: Why the resolver does not work, if it does not.
    ///   - now: The time, in seconds since 1970.
    public init(
        settings: Settings, policies: PolicyTable, resolver: any Resolving, prober: (any Probing)?,
        resolverFault: String?,
        now: Int64
    ) {
        self.settings = settings
        self.policies = policies
        self.resolver = resolver
        self.resolverFault = resolverFault
        self.now = now
        // Many domains have one provider: its hosts are probed once for all.
        let shared = prober.map { ProbeCache($0, lifetime: .seconds(60), failureLifetime: .seconds(60)) }
        look = SecondLook(
            Inspector(
                resolver: resolver, prober: shared, expiredEE: settings.expiredEE, isComplete: true, now: unixTime),
            uncached: shared?.renewing)
        // Likewise; but a further connection must be one that no look has used.
        comparison = prober.map {
            Comparison(
                prober: ProbeCache($0, lifetime: .seconds(60), failureLifetime: .seconds(60)),
                expiredEE: settings.expiredEE, now: unixTime)
        }
    }

    /// Checks a domain, or a next hop as an MTA writes it: `[host]:port`.
    public func check(_ text: String) async -> CheckReport {
        switch Destination.parse(nextHop: text, port: settings.probePort) {
        case .literal:
            return report(text, nil, Verdict(outcome: .opportunistic, cause: "DANE does not apply to an address"), nil)
        case .unmapped:
            return report(text, nil, Verdict(outcome: .opportunistic, cause: "IDNA does not map this domain"), nil)
        case .malformed, .several:
            return report(text, nil, Verdict(outcome: .noSuchDomain, cause: "this is no domain name"), nil)
        case .destination(let destination):
            if let resolverFault {
                let verdict = Verdict(outcome: .dnsUnavailable, cause: "the resolver does not work: \(resolverFault)")
                return report(destination.text(standard: settings.probePort), nil, verdict, destination)
            }
            let demandsDANE = policies.policy(for: destination.name, at: now)?.kind == .require
            let look = demandsDANE ? look.demandingDANE : look
            let inspection = await Deadline.run(.seconds(90)) {
                let inspection = await look.inspect(destination)
                return await comparison?.compare(inspection) ?? inspection
            }
            return report(
                destination.text(standard: settings.probePort), inspection, inspection.verdict, destination,
                notes: await misplacedRecords(inspection))
        }
    }

    /// Notes TLSA records of the mail domain itself where its hosts have none: RFC 7672 §2.2.3 looks for them at the hosts.
    private func misplacedRecords(_ inspection: Inspection) async -> [InspectionStep] {
        let destination = inspection.destination
        guard case .domain(let name) = destination.nextHop, let owner = name.tlsaOwner(port: destination.port),
            inspection.verdict.outcome == .opportunistic, inspection.mxSecurity == .secure,
            inspection.hosts.allSatisfy({ $0.records.isEmpty && $0.finding.name != name.description })
        else { return [] }
        guard case .secure(let found) = await resolver.tlsa(owner), !found.records.isEmpty else { return [] }
        let detail = "nobody looks for the TLSA records at \(owner): they belong below the MX hosts (RFC 7672 2.2.3)"
        return [
            InspectionStep(kind: .tlsa, subject: name.description, result: .warning, detail: detail, elapsed: .zero)
        ]
    }

    private func report(
        _ domain: String, _ inspection: Inspection?, _ verdict: Verdict, _ destination: Destination?,
        notes: [InspectionStep] = []
    ) -> CheckReport {
        let name = destination?.name ?? .root
        let policy = policies.policy(for: name, at: now)?.kind
        // A check sees a fault for the first time: how long it has lasted only the daemon knows.
        let ruling = Rulebook(settings).rule(verdict, domain: name, policy: policy) { _ in .zero }
        return CheckReport(
            domain: domain, inspection: inspection, notes: notes, verdict: verdict, ruling: ruling,
            reply: ruling.reply(verdict, domain: domain, firstSeen: nil, trace: nil, helpURL: settings.helpURL))
    }
}
