import DANE
public import DNSSEC
import Gate
public import Inspection
public import Policy
import Probe
import Support
import Verdicts

/// Checks domains with the daemon's own inspection and settings, but without its caches.
public struct Checker: Sendable {
    private let settings: Settings
    private let policies: PolicyTable
    private let exemptions: ExemptionTable
    private let resolver: any Resolving
    private let look: SecondLook
    private let comparison: Comparison?
    private let resolverFault: String?
    private let now: Int64
    private let days: Int?

    /// Makes a checker.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - policies: The policies.
    ///   - exemptions: The live exemptions. They change the ruling, not the inspection.
    ///   - resolver: The validating resolver.
    ///   - prober: The prober; nil if the probe is off.
    ///   - resolverFault: Why the resolver does not work; nil if it does.
    ///   - now: The time, in seconds since 1970.
    ///   - days: So many days from now: what is there today is judged as of then, as if nobody renewed anything. Nil:
    ///     as of now.
    public init(
        settings: Settings, policies: PolicyTable, exemptions: [Exemption] = [], resolver: any Resolving,
        prober: (any Probing)?, resolverFault: String?, now: Int64, days: Int? = nil
    ) {
        self.exemptions = ExemptionTable(exemptions)
        self.days = days
        let ahead = Int64(days ?? 0) * 86_400
        self.settings = settings
        self.policies = policies
        self.resolver = resolver
        self.resolverFault = resolverFault
        self.now = now
        // Many domains share one provider. Its hosts are probed once for all of them.
        let shared = prober.map {
            ProbeCache($0, lifetime: .seconds(60), failureLifetime: .seconds(60), keepsDialogue: true)
        }
        var inspector = Inspector(
            resolver: resolver, prober: shared, expiredEE: settings.expiredEE, isComplete: true, now: unixTime)
        inspector.ahead = ahead
        look = SecondLook(
            inspector, uncached: shared?.renewing)
        // The same for comparisons, but each of their connections must be a new one.
        comparison = prober.map {
            Comparison(
                prober: ProbeCache($0, lifetime: .seconds(60), failureLifetime: .seconds(60), keepsDialogue: true),
                expiredEE: settings.expiredEE, now: { unixTime() + ahead })
        }
    }

    /// Checks one domain for a notice, with a prober of its own that is shut down afterwards.
    ///
    /// It applies the RFCs alone. Exchange Online may check the dates of a certificate under DANE-EE (`EXPIRED_EE`),
    /// but that is no fault of the domain.
    ///
    /// - Throws: Why no lookup can work with these settings.
    public static func report(
        on argument: DestinationArgument, _ settings: Settings, _ policies: PolicyTable, _ resolver: Resolver
    ) async throws(ResolverError) -> CheckReport {
        var settings = settings
        settings.expiredEE = .ignore
        let health = await resolver.selfTest([.rootKeys])
        if let unusable = health.unusable { throw unusable }
        let prober = settings.probe ? Prober(settings.probeConfiguration) : nil
        let checker = Checker(
            settings: settings, policies: policies, resolver: resolver, prober: prober,
            resolverFault: health.fault?.sentence, now: unixTime())
        let report = await checker.check(argument.text(standard: settings.probePort))
        await prober?.shutdown()
        return report
    }

    /// Checks the destination of an argument. If the local part of an address is never refused, the ruling says so,
    /// whatever is found.
    public func check(_ argument: DestinationArgument) async -> CheckReport {
        let report = await check(argument.text(standard: settings.probePort))
        guard argument.isExempt(settings), let mailbox = argument.mailbox else { return report }
        return self.report(
            on: report.domain, report.inspection, report.verdict, at: argument.destination, notes: report.notes,
            expiries: report.expiries, exempt: "by DANEGATE_EXEMPT_LOCALPARTS: \(mailbox)")
    }

    /// Checks a domain, or a next hop in the form of an MTA: `[host]:port`.
    public func check(_ text: String) async -> CheckReport {
        switch Destination.parse(nextHop: text, port: settings.probePort) {
        case .literal:
            return unlooked(text, Verdict(outcome: .opportunistic, cause: "DANE does not apply to an address"))
        case .unmapped:
            return unlooked(text, Verdict(outcome: .opportunistic, cause: "IDNA does not map this domain"))
        case .malformed, .several:
            return unlooked(text, Verdict(outcome: .noSuchDomain, cause: "this is no domain name"))
        case .destination(let destination):
            if let resolverFault {
                let verdict = Verdict(
                    outcome: .dnsUnavailable, cause: "the resolver does not work: \(resolverFault)", isOurs: true)
                return unlooked(destination.text(standard: settings.probePort), verdict, at: destination)
            }
            let demandsDANE = standing(destination.name).kind == .require
            let look = demandsDANE ? look.demandingDANE : look
            var inspection = await Deadline.run(.seconds(90)) {
                let inspection = await look.blamingPath(look.inspect(destination))
                return await comparison?.compare(inspection) ?? inspection
            }
            let notes = await misplacedRecords(inspection)
            var expiries: [Foresight.Expiry] = []
            if let days {
                let foresight = Foresight(resolver: resolver, days: days, now: now)
                (inspection, expiries) = await foresight.look(inspection)
            }
            return report(
                on: destination.text(standard: settings.probePort), inspection, inspection.verdict, at: destination,
                notes: notes, expiries: expiries)
        }
    }

    /// F-15: notes TLSA records at the mail domain itself if its hosts have none. RFC 7672 §2.2.3 looks for them at the
    /// hosts.
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

    /// Returns what the policy file and the exemptions say of a domain.
    private func standing(_ name: DomainName) -> StandingPolicy {
        StandingPolicy(name, nextHop: name, policies, exemptions, at: now)
    }

    /// The report on a text that was not inspected.
    private func unlooked(_ text: String, _ verdict: Verdict, at destination: Destination? = nil) -> CheckReport {
        report(on: text, nil, verdict, at: destination)
    }

    private func report(
        on domain: String, _ inspection: Inspection?, _ verdict: Verdict, at destination: Destination?,
        notes: [InspectionStep] = [], expiries: [Foresight.Expiry] = [], exempt: String? = nil
    ) -> CheckReport {
        let name = destination?.name ?? .root
        let standing = standing(name)
        // A check sees a fault for the first time. Only the daemon knows how long it has lasted.
        let policy = exempt == nil ? standing.kind : .exempt
        // A check does not know the recipient either. F-91: if no recipient's domain can lead to a destination, this
        // site's configuration does.
        let isOwn = destination?.isOwnByForm(standard: settings.probePort) ?? false
        let answer = InspectionService.Answer(verdict: verdict, isCached: false)
        let ruled = Ruleset(settings).decide(
            answer,
            on: .init(
                destination: destination, place: name, isOwnHop: isOwn, name: isOwn ? name.description : domain),
            policy: policy, now: { now })
        return CheckReport(
            domain: domain, inspection: inspection, notes: notes, expiries: expiries,
            exempt: exempt ?? standing.whyExempt,
            exemptOpenly: exempt == nil ? standing.exemptOpenly : "for this mailbox, by this site's settings",
            verdict: verdict, ruling: ruled.ruling, reply: ruled.reply)
    }
}
