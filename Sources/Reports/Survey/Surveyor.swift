import DANE
import DNSSEC
import Gate
import Inspection
import Policy
import Support
import Verdicts

/// Judges the destinations of a survey: the gate's own inspection, its rulings, and manners that a list of thousands
/// needs.
///
/// A host is connected to once for a first look and once for a second one, however many destinations share it, and no
/// more often for an hour or two. In the gate each failing destination has a second connection of its own: it has
/// seldom more than one of them.
struct Surveyor: Sendable {
    /// What was seen of a host counts so long, if it had a TLS session to show; if not, and a mended host must be seen.
    private static let lifetime = (good: Duration.seconds(3600), bad: Duration.seconds(900))

    private let settings: Settings
    private let policies: PolicyTable
    private let now: @Sendable () -> Int64
    /// The look, and the one after a doubt: past what the first has kept, for nothing would be new there.
    private let looks: [SecondLook]
    private let relays: RelayJudge?
    /// What was seen of relays: a site has one, and behind it all its destinations.
    private let relayed = RelayInspections()

    /// A surveyor.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - policies: The policies.
    ///   - resolver: Who validates.
    ///   - prober: Who connects; nil where the probe is off.
    ///   - destinations: What is surveyed, and by which hosts a log shows that mail went there; nil if that does not
    ///     matter.
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
    ///   - text: The destination, as `Destination.text` writes it.
    ///   - recipients: How many the input has there.
    ///   - place: Its place in the list; nil if there is none.
    ///   - isAgain: Whether it was in doubt when it was judged first.
    ///   - hasTimes: Whether to tell how long it took.
    func judge(
        _ text: String, recipients: Int, place: Int? = nil, isAgain: Bool, hasTimes: Bool
    ) async -> SurveyResult {
        guard case .destination(let destination) = Destination.parse(nextHop: text, port: settings.probePort) else {
            // The list holds nothing else.
            let verdict = Verdict(outcome: .noSuchDomain, cause: "this is no domain name")
            return result(Subject(text: text, recipients: recipients), .root, verdict, nil, nil, nil)
        }
        var subject = Subject(text: text, recipients: recipients)
        if let place, let relays { subject.relayed = await relays.relayed(place) }
        if let relayed = subject.relayed, relayed.isMost, settings.route == .nexthop {
            subject.route = .nexthop
            // No recipient's domain leads there: this site's own configuration does.
            subject.isOwnHop = true
            return await judge(subject, destination.name, by: relayed, isAgain: isAgain, hasTimes: hasTimes)
        }
        subject.isOwnHop = destination.isOwnByForm(standard: settings.probePort)
        let policy = policies.policy(for: destination.name, at: now())?.kind
        let look = look(policy, isAgain: isAgain)
        let inspection = await Deadline.run(.seconds(90)) { await look.inspectToTheEnd(destination) }
        return result(
            subject, destination.name, inspection.verdict, policy, inspection.mxSecurity,
            hasTimes ? inspection.elapsed.tenthsOfMilliseconds : nil)
    }

    /// Judges a domain by the relay that its mail goes to, as the gate does behind one.
    private func judge(
        _ subject: Subject, _ domain: DomainName, by relayed: RelayJudge.Relayed, isAgain: Bool, hasTimes: Bool
    ) async -> SurveyResult {
        guard case .destination(let hop) = Destination.parse(nextHop: relayed.hop, port: settings.probePort) else {
            let verdict = Verdict(outcome: .opportunistic, cause: "DANE does not apply to the relay, an address")
            return result(subject, domain, verdict, nil, nil, hasTimes ? 0 : nil)
        }
        // RFC 8314 §3.3: there the gate does not look.
        guard hop.port != 465 else {
            let verdict = Verdict(outcome: .opportunistic, cause: "the relay speaks TLS from the start")
            return result(subject, domain, verdict, nil, nil, hasTimes ? 0 : nil)
        }
        let policy = StandingPolicy(domain, nextHop: hop.name, policies, nil, at: now()).kind
        let look = look(policy, isAgain: isAgain)
        let key = RelayInspections.Key(hop: hop, demandsDANE: policy == .require, isAgain: isAgain)
        let inspection = await self.relayed.inspection(key) {
            await Deadline.run(.seconds(90)) { await look.inspectToTheEnd(hop) }
        }
        return result(
            subject, domain, inspection.verdict, policy, inspection.mxSecurity,
            hasTimes ? inspection.elapsed.tenthsOfMilliseconds : nil)
    }

    private func look(_ policy: Policy.Kind?, isAgain: Bool) -> SecondLook {
        let look = looks[isAgain ? 1 : 0]
        return policy == .require ? look.demandingDANE : look
    }

    /// What a result is about.
    private struct Subject {
        let text: String
        let recipients: Int
        var relayed: RelayJudge.Relayed?
        var route = Settings.RouteSource.recipient
        /// Whether this site's own configuration leads there.
        var isOwnHop = false
    }

    private func result(
        _ subject: Subject, _ name: DomainName, _ verdict: Verdict, _ policy: Policy.Kind?,
        _ security: Inspection.Security?, _ elapsed: Double?
    ) -> SurveyResult {
        let answer = InspectionDesk.Answer(verdict: verdict, isCached: false)
        let judged = Ruleset.Subject(destination: nil, place: name, isOwnHop: subject.isOwnHop)
        let ruling = Ruleset(settings).decide(answer, on: judged, policy: policy, replies: .given, now: now).ruling
        // A survey asks what would be if all were enforced: only what policy exempts stays so.
        var enforced = settings
        enforced.mode = .enforce
        enforced.rollout = 100
        let lasting = Ruleset(enforced).decide(answer, on: judged, policy: policy, replies: .given, now: now) { _ in
            settings.deferFor
        }.ruling
        return SurveyResult(
            domain: subject.text, outcome: ruling.outcome, ruling: ruling.action, would: ruling.would,
            lasting: lasting.action, code: ruling.code?.description, host: verdict.host,
            cause: ruling.hazard ?? verdict.cause, isDegraded: verdict.isDegraded, hazards: verdict.hazards,
            mxSecurity: security, recipients: subject.recipients, relay: subject.relayed?.hop,
            relayed: subject.relayed?.recipients ?? 0, route: subject.route, elapsed: elapsed)
    }

    /// Whether a result is one that may be another if it is tried again.
    func isDoubt(_ result: SurveyResult) -> Bool {
        result.outcome.isDoubt || result.outcome == .unprobed && settings.probe
    }
}
