import DANE
import Inspection
public import Policy
import Support

/// What `danegate settings --policy` says about a domain: how its mail is treated, and why.
public struct PolicyReport: Sendable {
    /// How mail to the domain is treated. The raw values are those in JSON.
    enum Effect: String, Sendable {
        /// Passed without an inspection.
        case passed
        /// Judged and logged, then passed.
        case monitored
        /// Fully ruled upon.
        case enforced
        /// Fully ruled upon, and also refused without DANE.
        case required
    }

    /// A line of the file that is about the domain.
    struct Candidate: Sendable {
        let pattern: DomainPattern
        let policy: Policy
        /// Why it does not apply; nil if it applies.
        let whyNot: String?
    }

    let domain: DomainName
    let path: String?
    let effect: Effect
    /// Why, as a clause.
    let why: String
    let lines: [Candidate]
    let exemption: Exemption?
    /// Why the exemption does not apply; nil if it applies or there is none.
    let exemptionLoss: String?
    let mode: Settings.Mode
    /// The ruling if this site's own configuration leads to the domain and something is wrong there.
    let onOwnNextHop: Settings.OwnNextHopRuling
    let share: Int
    let place: Int
    /// The settings that rule by the source of a message, as they are set.
    let sources: [(name: String, text: String)]

    /// The names of those settings, in the order in which they are checked.
    private static let sourceNames = ["EXEMPT_CLIENTS", "EXEMPT_AUTH", "EXEMPT_SENDERS", "ENFORCE_SENDERS"]

    /// A report on a domain, taken as the next hop and as the domain of the address. For an address, its local part
    /// counts too.
    ///
    /// - Parameters:
    ///   - argument: The domain, the next hop or the address.
    ///   - reader: The settings.
    ///   - table: The policies of the file.
    ///   - exemptions: The exemptions in force.
    ///   - now: The time in seconds since 1970.
    public init(
        _ argument: DestinationArgument, _ reader: SettingsReader, _ table: PolicyTable, exemptions: [Exemption],
        at now: Int64
    ) {
        let settings = reader.settings
        let domain = argument.destination.name
        self.domain = domain
        path = settings.policyFile
        mode = settings.mode
        onOwnNextHop = settings.onOwnNextHop
        share = settings.rollout
        place = Rulebook.place(of: domain)
        sources = reader.inForce.filter { Self.sourceNames.contains($0.name) && !$0.text.isEmpty }
            .map { ($0.name, $0.text) }
        let held = ExemptionTable(exemptions)
        exemption = held.exemption(of: domain, at: now)
        let standing = StandingPolicy(domain, nextHop: domain, table, held, at: now)
        let isExempt = argument.isExempt(settings)
        let byPolicy = Self.effect(standing, settings, isRolledOut: Rulebook(settings).isRolledOut(domain), place)
        // The local part is checked before everything else.
        (effect, why) = isExempt ? (.passed, "\(argument.mailbox ?? "") is one of EXEMPT_LOCALPARTS") : byPolicy
        if exemption != nil, case .line(_, let policy) = standing {
            exemptionLoss = "line \(policy.line) is more specific"
        } else {
            exemptionLoss = nil
        }
        var holding = table.line(for: domain, at: now)?.policy.line
        var loss = "less specific"
        if case .exemption = standing {
            holding = nil
            loss = "an exemption goes before it"
        }
        lines = table.lines(for: domain).map { pattern, policy in
            let whyNot = !policy.holds(at: now) ? "expired" : policy.line == holding ? nil : loss
            return Candidate(pattern: pattern, policy: policy, whyNot: whyNot)
        }
    }

    private static func effect(
        _ standing: StandingPolicy, _ settings: Settings, isRolledOut: Bool, _ place: Int
    ) -> (Effect, String) {
        let isMonitor = settings.mode == .monitor
        switch standing {
        case .exemption(let exemption):
            return (.passed, "the exemption of \(exemption.pattern) until \(UnixTime.minute(exemption.until))")
        case .line(_, let policy):
            let line = "line \(policy.line) of the policy file"
            switch policy.kind {
            case .exempt: return (.passed, line)
            case .monitor: return (.monitored, line)
            case .enforce, .require:
                if isMonitor { return (.monitored, "MODE=monitor refuses nobody; \(line) is \(policy.kind.rawValue)") }
                return (policy.kind == .require ? .required : .enforced, line)
            }
        case .none:
            if isMonitor { return (.monitored, "MODE=monitor refuses nobody") }
            if settings.rollout >= 100 { return (.enforced, "nothing says otherwise") }
            let place = "its place in the roll-out is \(place), and ROLLOUT=\(settings.rollout)"
            return (isRolledOut ? .enforced : .monitored, place)
        }
    }
}
