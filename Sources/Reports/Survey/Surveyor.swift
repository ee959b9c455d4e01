import DANE
import DNSSEC
import Gate
import Inspection
import Policy
import Support
import Verdicts

/// Judges the destinations of a survey with the daemon's own inspection and rulings, and with limits that a list of
/// thousands needs.
///
/// A host is connected to once for the first look and once for the second, however many destinations share it, and then
/// not again for an hour or less. The daemon, in contrast, makes a second connection per failing destination, because
/// it seldom has more than one of these.
struct Surveyor: Sendable {
    /// How long the findings about a host are kept: those with a TLS session, and others, so that a repaired host is
    /// seen.
    private static let lifetime = (good: Duration.seconds(3600), bad: Duration.seconds(900))

    private let settings: Settings
    private let policies: PolicyTable
    private let now: @Sendable () -> Int64
    /// The first look, and the one after a doubt. The latter does not use what the first look has kept, because that
    /// would bring nothing new.
    private let looks: [SecondLook]
    private let relays: RelayJudge?
    /// The inspections of relays. A site has one relay, and all its destinations are behind it.
    private let relayed = RelayInspections()

    /// Makes a surveyor.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - policies: The policies.
    ///   - resolver: The validating resolver.
    ///   - prober: The prober; nil if the probe is off.
    ///   - destinations: The destinations, and the hosts by which their mail went according to a log; nil if relays do
    ///     not matter.
    ///   - now: The time, in seconds since 1970.
    init(
        settings: Settings, policies: PolicyTable, resolver: any Resolving, prober: (any Probing)?,
        destinations: (DestinationList, RelayedMail)? = nil, now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        self.policies = policies
        self.now = now
        let answers = HostAnswers(resolver)
        relays = destinations.map { RelayJudge(answers, $0, $1, port: settings.probePort) }
        let lifetime = max(Self.lifetime.good, settings.probeTTL)
        func cache() -> ProbeCache? {
            prober.map { ProbeCache($0, lifetime: lifetime, failureLifetime: Self.lifetime.bad) }
        }
        looks = (0..<2).map { _ in
            SecondLook(
                Inspector(
                    resolver: answers, prober: cache(), expiredEE: settings.expiredEE, isComplete: false, now: now),
                uncached: cache())
        }
    }

    /// Judges a destination.
    ///
    /// - Parameters:
    ///   - text: The destination, in the form of `Destination.text`.
    ///   - recipients: The number of its recipients in the input.
    ///   - place: The destination's place in the list; nil if it has none.
    ///   - isAgain: Whether this is the second look, after a doubt.
    ///   - hasTimes: Whether the result says how long the inspection took.
    func judge(
        _ text: String, recipients: Int, place: Int? = nil, isAgain: Bool, hasTimes: Bool
    ) async -> SurveyResult {
        guard case .destination(let destination) = Destination.parse(nextHop: text, port: settings.probePort) else {
            // The list has nothing but destinations in it, so this cannot happen.
            let verdict = Verdict(outcome: .noSuchDomain, cause: "this is no domain name")
            return result(Subject(text: text, recipients: recipients), Judged(name: .root, verdict: verdict))
        }
        var subject = Subject(text: text, recipients: recipients)
        if let place, let relays { subject.relayed = await relays.relayed(place) }
        if let relayed = subject.relayed, relayed.isMost, settings.route == .nexthop {
            subject.route = .nexthop
            // F-91: no recipient's domain leads there, so this site's own configuration does.
            subject.isOwnHop = true
            return await judge(subject, destination.name, by: relayed, isAgain: isAgain, hasTimes: hasTimes)
        }
        subject.isOwnHop = destination.isOwnByForm(standard: settings.probePort)
        let policy = policies.policy(for: destination.name, at: now())?.kind
        let look = look(policy, isAgain: isAgain)
        let inspection = await Deadline.run(.seconds(90)) { await look.inspectToTheEnd(destination) }
        return result(subject, Judged(name: destination.name, inspection, policy: policy, hasTimes: hasTimes))
    }

    /// Judges a domain by the relay that takes its mail, as the daemon behind such a relay does.
    private func judge(
        _ subject: Subject, _ domain: DomainName, by relayed: RelayJudge.Relayed, isAgain: Bool, hasTimes: Bool
    ) async -> SurveyResult {
        guard case .destination(let hop) = Destination.parse(nextHop: relayed.hop, port: settings.probePort) else {
            let verdict = Verdict(outcome: .opportunistic, cause: "DANE does not apply to the relay, an address")
            return result(subject, Judged(name: domain, verdict: verdict, elapsed: hasTimes ? 0 : nil))
        }
        // RFC 8314 §3.3: on this port TLS begins with the connection. The daemon does not inspect it.
        guard hop.port != 465 else {
            let verdict = Verdict(outcome: .opportunistic, cause: "the relay speaks TLS from the start")
            return result(subject, Judged(name: domain, verdict: verdict, elapsed: hasTimes ? 0 : nil))
        }
        let policy = StandingPolicy(domain, nextHop: hop.name, policies, nil, at: now()).kind
        let look = look(policy, isAgain: isAgain)
        let key = RelayInspections.Key(hop: hop, demandsDANE: policy == .require, isAgain: isAgain)
        let inspection = await self.relayed.inspection(key) {
            await Deadline.run(.seconds(90)) { await look.inspectToTheEnd(hop) }
        }
        return result(subject, Judged(name: domain, inspection, policy: policy, hasTimes: hasTimes))
    }

    private func look(_ policy: Policy.Kind?, isAgain: Bool) -> SecondLook {
        let look = looks[isAgain ? 1 : 0]
        return policy == .require ? look.demandingDANE : look
    }

    /// The subject of a result.
    private struct Subject {
        let text: String
        let recipients: Int
        var relayed: RelayJudge.Relayed?
        var route = Settings.RouteSource.recipient
        /// F-91: whether this site's own configuration leads there.
        var isOwnHop = false
    }

    /// What was found out about a subject.
    private struct Judged {
        /// The name that the policy file and the roll-out go by.
        let name: DomainName
        let verdict: Verdict
        var policy: Policy.Kind?
        var mxSecurity: Inspection.Security?
        /// In milliseconds; nil if the result does not say it.
        var elapsed: Double?

        init(name: DomainName, verdict: Verdict, elapsed: Double? = nil) {
            (self.name, self.verdict, self.elapsed) = (name, verdict, elapsed)
        }

        init(name: DomainName, _ inspection: Inspection, policy: Policy.Kind?, hasTimes: Bool) {
            self.init(
                name: name, verdict: inspection.verdict,
                elapsed: hasTimes ? inspection.elapsed.tenthsOfMilliseconds : nil)
            (self.policy, mxSecurity) = (policy, inspection.mxSecurity)
        }
    }

    private func result(_ subject: Subject, _ judged: Judged) -> SurveyResult {
        let (verdict, policy) = (judged.verdict, judged.policy)
        let answer = InspectionService.Answer(verdict: verdict, isCached: false)
        let ruled = Ruleset.Subject(destination: nil, place: judged.name, isOwnHop: subject.isOwnHop)
        let ruling = Ruleset(settings).decide(answer, on: ruled, policy: policy, replies: .given, now: now).ruling
        // A survey asks what would happen in full enforcement. Only exemptions by policy remain.
        var enforced = settings
        enforced.mode = .enforce
        enforced.rollout = 100
        let lasting = Ruleset(enforced).decide(answer, on: ruled, policy: policy, replies: .given, now: now) { _ in
            settings.deferFor
        }.ruling
        return SurveyResult(
            domain: subject.text, outcome: ruling.outcome, ruling: ruling.action, would: ruling.would,
            lasting: lasting.action, code: ruling.code?.description, host: verdict.host,
            cause: ruling.hazard ?? verdict.cause, isDegraded: verdict.isDegraded, hazards: verdict.hazards,
            mxSecurity: judged.mxSecurity, recipients: subject.recipients, relay: subject.relayed?.hop,
            relayed: subject.relayed?.recipients ?? 0, route: subject.route, elapsed: judged.elapsed)
    }

    /// Whether a second look may change the result.
    func isDoubt(_ result: SurveyResult) -> Bool {
        result.outcome.isDoubt || result.outcome == .unprobed && settings.probe
    }
}
