import DANE
import DNSSEC

/// Judges the destinations of a survey: the gate's own inspection, its rulings, and manners that a list of thousands needs.
///
/// A host is connected to once for a first look and once for a second one, however many destinations share it, and no more often for an
/// hour or two. In the gate each failing destination has a second connection of its own: it has seldom more than one of them.
struct Surveyor: Sendable {
    /// What was seen of a host counts so long, if it had a TLS session to show; if not, and a mended host must be seen.
    private static let lifetime = (good: Duration.seconds(3600), bad: Duration.seconds(900))

    private let settings: Settings
    private let policies: PolicyTable
    private let now: @Sendable () -> Int64
    /// The look, and the one after a doubt: past what the first has kept, for nothing would be new there.
    private let looks: [SecondLook]

    /// A surveyor.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - policies: The policies.
    ///   - resolver: Who validates.
    ///   - prober: Who connects; nil where the probe is off.
    ///   - now: The time, in seconds since 1970.
    init(
        settings: Settings, policies: PolicyTable, resolver: any Resolving, prober: (any Probing)?,
        now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        self.policies = policies
        self.now = now
        let answers = HostAnswers(resolver)
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
    ///   - isAgain: Whether it was in doubt when it was judged first.
    ///   - hasTimes: Whether to tell how long it took.
    func judge(_ text: String, recipients: Int, isAgain: Bool, hasTimes: Bool) async -> SurveyResult {
        guard case .destination(let destination) = Destination.parse(nextHop: text, port: settings.probePort) else {
            // The list holds nothing else.
            let verdict = Verdict(outcome: .noSuchDomain, cause: "this is no domain name")
            return result(text, nil, verdict, nil, recipients, nil, nil)
        }
        let policy = policies.policy(for: destination.name, at: now())?.kind
        let look = policy == .require ? looks[isAgain ? 1 : 0].demandingDANE : looks[isAgain ? 1 : 0]
        let inspection = await Deadline.run(.seconds(90)) { await look.inspectToTheEnd(destination) }
        return result(
            text, destination, inspection.verdict, policy, recipients, inspection.mxSecurity,
            hasTimes ? inspection.elapsed.tenthsOfMilliseconds : nil)
    }

    private func result(
        _ text: String, _ destination: Destination?, _ verdict: Verdict, _ policy: Policy.Kind?, _ recipients: Int,
        _ security: Inspection.Security?, _ elapsed: Double?
    ) -> SurveyResult {
        let name = destination?.name ?? .root
        let isOwn = destination?.isOwnByForm(standard: settings.probePort) ?? false
        let ruling = Rulebook(settings).rule(verdict, domain: name, policy: policy, isOwnHop: isOwn) { _ in .zero }
        // A survey asks what would be if all were enforced: only what policy exempts stays so.
        var enforced = settings
        enforced.mode = .enforce
        enforced.rollout = 100
        let lasting = Rulebook(enforced).rule(verdict, domain: name, policy: policy, isOwnHop: isOwn) { _ in
            settings.deferFor
        }
        return SurveyResult(
            domain: text, outcome: ruling.outcome, ruling: ruling.action, would: ruling.would, lasting: lasting.action,
            code: ruling.code?.description, host: verdict.host, cause: ruling.hazard ?? verdict.cause,
            isDegraded: verdict.isDegraded, hazards: verdict.hazards, mxSecurity: security, recipients: recipients,
            elapsed: elapsed)
    }

    /// Whether a result is one that may be another if it is tried again.
    func isDoubt(_ result: SurveyResult) -> Bool {
        result.outcome.isDoubt || result.outcome == .unprobed && settings.probe
    }
}
