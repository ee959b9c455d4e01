public import DANE
import Support

/// Verdict × policy × how long the fault has lasted → ruling.
///
/// The following order decides whose mail is ruled upon and how strictly. The first entry that applies counts:
///
/// 1. Mail that does not leave the site is not judged (`Scope`), and `EXEMPT_LOCALPARTS` are never refused.
/// 2. An exemption (`danegate exempt`) for the address's domain or the next hop: passed without an inspection.
/// 3. The most specific line of the policy file, for the address's domain, else for the next hop. A `.domain` exemption
///    counts like such a line, and goes before one that is equally specific. `exempt` passes without an inspection;
///    `require` continues at 6, and is also refused without DANE.
/// 4. `EXEMPT_CLIENTS`, `EXEMPT_AUTH`, `EXEMPT_SENDERS`: passed without an inspection.
/// 5. `monitor` in the policy file: judged and logged, then passed.
/// 6. `MODE=monitor`: the same for everybody.
/// 7. `enforce` and `require` in the policy file: fully ruled upon.
/// 8. `ENFORCE_SENDERS`: fully ruled upon.
/// 9. `ROLLOUT`: its share of the domains is fully ruled upon, the rest is judged and logged, then passed. The domain
///    is the one that was judged; behind a next hop of this site's own it is the address's domain.
///
/// After that, the breaker, `ON_…` and `DEFER_FOR` decide the ruling, and then `ON_OWN_NEXT_HOP`: if this site's own
/// configuration names the next hop, nobody is refused permanently unless that setting says so (F-91). Only `require`
/// goes before it: then nobody is accepted.
public struct Rulebook: Sendable {
    private let mode: Settings.Mode
    private let rollout: Int
    private let deferFor: Duration
    private let rulings: [Outcome: Settings.RulingSetting]
    private let onHazard: Settings.RulingSetting
    private let onLocalTrouble: Settings.LocalTroubleRuling
    private let onOwnNextHop: Settings.OwnNextHopRuling

    /// The rules given by the settings.
    public init(_ settings: Settings) {
        mode = settings.mode
        rollout = settings.rollout
        deferFor = settings.deferFor
        rulings = settings.rulings
        onHazard = settings.onHazard
        onLocalTrouble = settings.onLocalTrouble
        onOwnNextHop = settings.onOwnNextHop
    }

    /// Rules on a verdict.
    ///
    /// - Parameters:
    ///   - verdict: What is true.
    ///   - domain: The domain that the roll-out goes by.
    ///   - policy: The policy for the domain, if there is one.
    ///   - isOwnHop: Whether this site's own configuration names what was judged.
    ///   - isInTrouble: Whether the fault may be on our side: the breaker is open.
    ///   - isEnforced: Whether the mail is fully ruled upon, whatever the roll-out says: its sender is in
    ///     `ENFORCE_SENDERS`.
    ///   - failingFor: How long the outcome has lasted. It is called only if that matters.
    public func rule(
        _ verdict: Verdict, domain: DomainName, policy: Policy.Kind?, isOwnHop: Bool = false, isInTrouble: Bool = false,
        isEnforced: Bool = false, failingFor: (Outcome) -> Duration
    ) -> Ruling {
        // D-20, D-26, RFC 7672 §2.2, §2.2.1: if DANE is mandatory, a domain without it is not delivered to.
        let outcome = policy == .require && verdict.outcome.lacksDANE ? Outcome.daneRequired : verdict.outcome
        let own = isOwnHop ? onOwnNextHop.with(policy) : nil
        if isInTrouble, !outcome.allowsDelivery {
            return ruleInTrouble(
                outcome, policy, own, verdict.hazards.first, isMonitored: isMonitored(domain, policy, isEnforced))
        }
        if policy == .require, outcome == .unprobed { return ruleUnproven(verdict.hazards.first, isOwnHop: isOwnHop) }
        let failing = outcome.lasts ? failingFor(outcome) : nil
        var action = action(outcome, failingFor: failing ?? .zero)
        // F-91: a fault of this site's own next hop is not the recipient's.
        if let own { action = own.limit(action) }
        // A permanent refusal needs an inspection of our own, whatever the settings say.
        if verdict.isForeign { action = action.deferredAtMost }
        var code = code(outcome, action, isOwnHop: isOwnHop)
        var hazard: String?
        if action == .accept, let found = verdict.hazards.first {
            action = own?.limit(hazardAction) ?? hazardAction
            if verdict.isForeign { action = action.deferredAtMost }
            if action != .accept {
                hazard = found
                code = action.class.flatMap(Outcome.tlsaInvalid.enhancedCode)
            }
        }
        // D-64, RFC 7672 §9.1: an audit-only mode rules and logs, and delivers.
        let isMonitored = action != .accept && (own == .monitor || isMonitored(domain, policy, isEnforced))
        return Ruling(
            action: isMonitored ? .accept : action, would: isMonitored ? action : nil, outcome: outcome, code: code,
            failingFor: failing, hazard: hazard, isOwnHop: isOwnHop)
    }

    private func code(_ outcome: Outcome, _ action: Ruling.Action, isOwnHop: Bool) -> EnhancedStatusCode? {
        if isOwnHop, action == .tempfail { return outcome.ownNextHopCode }
        return action.class.flatMap(outcome.enhancedCode)
    }

    /// The ruling while the fault is on our side: nobody is refused permanently, and no fault of a recipient gets
    /// older.
    ///
    /// If policy demands DANE, that goes before our doubt: such a recipient is never accepted without a check.
    private func ruleInTrouble(
        _ outcome: Outcome, _ policy: Policy.Kind?, _ own: Settings.OwnNextHopRuling?, _ hazard: String?,
        isMonitored: Bool
    ) -> Ruling {
        let isAccepted =
            rulings[outcome] == .accept || own == .accept || onLocalTrouble == .accept && policy != .require
        guard !isAccepted else {
            // Whoever is to blame for the outcome, the records that harm the MTA have been seen.
            let isPutOff = hazard != nil && (own?.limit(hazardAction) ?? hazardAction) != .accept
            let isMonitored = own == .monitor || isMonitored
            return Ruling(
                action: isPutOff && !isMonitored ? .tempfail : .accept,
                would: isPutOff && isMonitored ? .tempfail : nil, outcome: outcome,
                code: isPutOff ? Outcome.tlsaInvalid.enhancedCode(.persistentTransient) : nil, failingFor: nil,
                hazard: isPutOff ? hazard : nil, isOwnHop: own != nil)
        }
        let isMonitored = onLocalTrouble == .monitor && policy != .require || own == .monitor || isMonitored
        return Ruling(
            action: isMonitored ? .accept : .tempfail, would: isMonitored ? .tempfail : nil, outcome: outcome,
            code: code(outcome, .tempfail, isOwnHop: own != nil), failingFor: nil, hazard: nil, isOwnHop: own != nil)
    }

    /// The ruling if policy demands DANE and the hosts were not probed. That is neither DANE nor its absence but a
    /// doubt, so delivery is deferred (D-20, RFC 7672 §2.2). It is accepted only if the site accepts a lack of DANE as
    /// well, and then a hazard counts as it does elsewhere.
    private func ruleUnproven(_ hazard: String?, isOwnHop: Bool) -> Ruling {
        let isAccepted = rulings[.daneRequired] == .accept
        let action: Ruling.Action = !isAccepted ? .tempfail : hazard == nil ? .accept : hazardAction
        let isHazard = isAccepted && action != .accept
        let isMonitored = action != .accept && mode == .monitor
        return Ruling(
            action: isMonitored ? .accept : action, would: isMonitored ? action : nil, outcome: .unprobed,
            code: action.class.flatMap((isHazard ? Outcome.tlsaInvalid : .daneRequired).enhancedCode), failingFor: nil,
            hazard: isHazard ? hazard : nil, isOwnHop: isOwnHop)
    }

    /// What becomes of mail to a destination whose records would crash an MTA, or block it.
    private var hazardAction: Ruling.Action {
        switch onHazard {
        case .accept: .accept
        case .reject: .reject
        case .tempfail, .default: .tempfail
        }
    }

    private func action(_ outcome: Outcome, failingFor: Duration) -> Ruling.Action {
        switch rulings.isEmpty ? .default : rulings[outcome] ?? .default {
        case .accept: return .accept
        case .tempfail: return .tempfail
        case .reject: return .reject
        case .default: break
        }
        // S-02, S-03, RFC 5321 §5.1.
        switch outcome.defaultRuling {
        case .accept: return .accept
        case .reject: return .reject
        case .tempfail: return .tempfail
        case .deferThenReject: return failingFor >= deferFor ? .reject : .tempfail
        }
    }

    /// Whether a verdict may lead to a permanent refusal, now or once the fault has lasted.
    ///
    /// - Parameter policy: The policy for the domain, if there is one.
    package func mayReject(_ verdict: Verdict, policy: Policy.Kind?) -> Bool {
        let outcome = policy == .require && verdict.outcome.lacksDANE ? Outcome.daneRequired : verdict.outcome
        if action(outcome, failingFor: deferFor) == .reject { return true }
        return onHazard == .reject && !verdict.hazards.isEmpty
    }

    /// Whether a recipient passes whatever the verdict is.
    package func isMonitored(
        _ domain: DomainName, policy: Policy.Kind?, isEnforced: Bool, isOwnHop: Bool
    ) -> Bool {
        isMonitored(domain, policy, isEnforced) || isOwnHop && onOwnNextHop.with(policy) == .monitor
    }

    /// Whether all recipients pass, whoever they are.
    package var monitorsAll: Bool { mode == .monitor }

    /// Whether a domain is accepted although it harms the MTA.
    package var acceptsHazards: Bool { onHazard == .accept }

    /// Whether all domains are fully ruled upon.
    package var isRolledOutEverywhere: Bool { rollout >= 100 }

    private func isMonitored(_ domain: DomainName, _ policy: Policy.Kind?, _ isEnforced: Bool) -> Bool {
        switch policy {
        case .exempt, .monitor: true
        case .enforce, .require: mode == .monitor
        case nil: mode == .monitor || !isEnforced && !isRolledOut(domain)
        }
    }

    /// Whether a domain belongs to the share that is fully ruled upon.
    package func isRolledOut(_ domain: DomainName) -> Bool { rollout >= 100 || Self.place(of: domain) < rollout }

    /// The place of a domain in the roll-out, 0 to 99. It belongs to every share that is larger than its place.
    ///
    /// It is an FNV-1a hash of the name. So it is the same on every machine and after every start, and a larger share
    /// contains the smaller ones.
    package static func place(of domain: DomainName) -> Int {
        Int(FNV1a(domain.text).folded % 100)
    }
}

extension Settings.OwnNextHopRuling {
    /// The ruling in combination with a policy. If the policy demands DANE, nobody passes.
    fileprivate func with(_ policy: Policy.Kind?) -> Self {
        policy == .require && (self == .accept || self == .monitor) ? .tempfail : self
    }

    /// The action that this setting allows at most.
    fileprivate func limit(_ action: Ruling.Action) -> Ruling.Action {
        guard action != .accept else { return .accept }
        return switch self {
        case .tempfail, .monitor: .tempfail
        case .reject: action
        case .accept: .accept
        }
    }
}

extension Ruling.Action {
    /// The action with a deferral in place of a rejection.
    fileprivate var deferredAtMost: Self { self == .reject ? .tempfail : self }

    /// The class of the reply; nil for an accepted recipient.
    var `class`: EnhancedStatusCode.Class? {
        switch self {
        case .accept: nil
        case .tempfail: .persistentTransient
        case .reject: .permanent
        }
    }
}
