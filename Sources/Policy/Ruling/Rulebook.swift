public import DANE

/// Verdict × policy × how long the fault has lasted → ruling.
///
/// Whose mail is ruled upon at all, and how strictly, is decided in this order; the first that applies counts:
///
/// 1. what does not leave the site is not ours (`Scope`), and `EXEMPT_LOCALPARTS` are never refused;
/// 2. an exemption (`danegate exempt`) of the address's domain or of the next hop: passed without a look;
/// 3. the most specific line of the policy file, for the address's domain, else for the next hop; a `.domain` exemption counts as such a
///    line, and wins over one that is as specific: `exempt` passes without a look; `require` goes on at 6, refused also without DANE;
/// 4. `EXEMPT_CLIENTS`, `EXEMPT_AUTH`, `EXEMPT_SENDERS`: passed without a look;
/// 5. `monitor` of the policy file: judged, logged, passed;
/// 6. `MODE=monitor`: the same for everybody;
/// 7. `enforce` and `require` of the policy file: ruled in earnest;
/// 8. `ENFORCE_SENDERS`: ruled in earnest;
/// 9. `ROLLOUT`: in earnest for its share of the domains, the rest judged, logged, passed. It is the domain that was
///    judged, and behind a next hop of this site's own the address's.
///
/// What the ruling in earnest is, the breaker, `ON_…` and `DEFER_FOR` decide after that, and then `ON_OWN_NEXT_HOP`:
/// where this site's own configuration leads to the next hop, nobody is refused for good unless it says so (F-91). Only
/// `require` weighs more: there nobody is accepted.
public struct Rulebook: Sendable {
    private let mode: Settings.Mode
    private let rollout: Int
    private let deferFor: Duration
    private let rulings: [Outcome: Settings.RulingSetting]
    private let onHazard: Settings.RulingSetting
    private let onLocalTrouble: Settings.LocalTroubleRuling
    private let onOwnNextHop: Settings.OwnNextHopRuling

    /// The rules that the settings give.
    public init(_ settings: Settings) {
        mode = settings.mode
        rollout = settings.rollout
        deferFor = settings.deferFor
        rulings = settings.rulings
        onHazard = settings.onHazard
        onLocalTrouble = settings.onLocalTrouble
        onOwnNextHop = settings.onOwnNextHop
    }

    /// Rules.
    ///
    /// - Parameters:
    ///   - verdict: What is true.
    ///   - domain: The domain that the roll-out goes by.
    ///   - policy: The domain's policy, if it has one.
    ///   - isOwnHop: Whether this site's own configuration leads to what was judged.
    ///   - isInTrouble: Whether the trouble may be our own: the breaker is open.
    ///   - isEnforced: Whether the mail is ruled in earnest whatever the roll-out says: its sender is in `ENFORCE_SENDERS`.
    ///   - failingFor: How long the outcome has lasted; asked only where that is of interest.
    public func rule(
        _ verdict: Verdict, domain: DomainName, policy: Policy.Kind?, isOwnHop: Bool = false, isInTrouble: Bool = false,
        isEnforced: Bool = false, failingFor: (Outcome) -> Duration
    ) -> Ruling {
        let outcome = policy == .require && verdict.outcome.lacksDANE ? Outcome.daneRequired : verdict.outcome
        let own = isOwnHop ? onOwnNextHop.with(policy) : nil
        if isInTrouble, !outcome.allowsDelivery {
            return ruleInTrouble(outcome, policy, own, isMonitored: isMonitored(domain, policy, isEnforced))
        }
        if policy == .require, outcome == .unprobed { return ruleUnproven(isOwnHop: isOwnHop) }
        let failing = outcome.lasts ? failingFor(outcome) : nil
        var action = action(outcome, failingFor: failing ?? .zero)
        if let own { action = own.limit(action) }
        var code = code(outcome, action, isOwnHop: isOwnHop)
        var hazard: String?
        if action == .accept, let found = verdict.hazards.first, outcome.allowsDelivery {
            switch onHazard {
            case .accept: break
            case .reject: action = .reject
            case .tempfail, .default: action = .tempfail
            }
            if let own { action = own.limit(action) }
            if action != .accept {
                hazard = found
                code = action.class.flatMap(Outcome.tlsaInvalid.enhancedCode)
            }
        }
        let isMonitored = action != .accept && (own == .monitor || isMonitored(domain, policy, isEnforced))
        return Ruling(
            action: isMonitored ? .accept : action, would: isMonitored ? action : nil, outcome: outcome, code: code,
            failingFor: failing, hazard: hazard, isOwnHop: isOwnHop)
    }

    private func code(_ outcome: Outcome, _ action: Ruling.Action, isOwnHop: Bool) -> EnhancedStatusCode? {
        if isOwnHop, action == .tempfail { return outcome.ownNextHopCode }
        return action.class.flatMap(outcome.enhancedCode)
    }

    /// While the trouble is our own nobody is refused for good, and no fault of the recipient's grows older.
    ///
    /// That policy demands DANE weighs more than that we cannot tell: such a recipient is never accepted unseen.
    private func ruleInTrouble(
        _ outcome: Outcome, _ policy: Policy.Kind?, _ own: Settings.OwnNextHopRuling?, isMonitored: Bool
    ) -> Ruling {
        let isAccepted =
            rulings[outcome] == .accept || own == .accept || onLocalTrouble == .accept && policy != .require
        guard !isAccepted else {
            return Ruling(
                action: .accept, would: nil, outcome: outcome, code: nil, failingFor: nil, hazard: nil,
                isOwnHop: own != nil)
        }
        let isMonitored = onLocalTrouble == .monitor && policy != .require || own == .monitor || isMonitored
        return Ruling(
            action: isMonitored ? .accept : .tempfail, would: isMonitored ? .tempfail : nil, outcome: outcome,
            code: code(outcome, .tempfail, isOwnHop: own != nil), failingFor: nil, hazard: nil, isOwnHop: own != nil)
    }

    /// Where policy demands DANE, what nobody has seen is neither DANE nor its absence: a doubt, for which RFC 7672 §2.2 has delivery
    /// put off. Only that a site accepts what lacks DANE altogether makes it accept this too.
    private func ruleUnproven(isOwnHop: Bool) -> Ruling {
        let isAccepted = rulings[.daneRequired] == .accept
        let would: Ruling.Action? = !isAccepted && mode == .monitor ? .tempfail : nil
        return Ruling(
            action: isAccepted || mode == .monitor ? .accept : .tempfail, would: would, outcome: .unprobed,
            code: isAccepted ? nil : Outcome.daneRequired.enhancedCode(.persistentTransient), failingFor: nil,
            hazard: nil, isOwnHop: isOwnHop)
    }

    private func action(_ outcome: Outcome, failingFor: Duration) -> Ruling.Action {
        switch rulings.isEmpty ? .default : rulings[outcome] ?? .default {
        case .accept: return .accept
        case .tempfail: return .tempfail
        case .reject: return .reject
        case .default: break
        }
        switch outcome.defaultRuling {
        case .accept: return .accept
        case .reject: return .reject
        case .tempfail: return .tempfail
        case .deferThenReject: return failingFor >= deferFor ? .reject : .tempfail
        }
    }

    /// Whether somebody may be refused for good because of a verdict, now or once the fault has lasted.
    ///
    /// - Parameter policy: The domain's policy, if it has one.
    package func mayReject(_ verdict: Verdict, policy: Policy.Kind?) -> Bool {
        let outcome = policy == .require && verdict.outcome.lacksDANE ? Outcome.daneRequired : verdict.outcome
        if action(outcome, failingFor: deferFor) == .reject { return true }
        return onHazard == .reject && !verdict.hazards.isEmpty
    }

    /// Whether a recipient passes whatever is found out.
    package func isMonitored(
        _ domain: DomainName, policy: Policy.Kind?, isEnforced: Bool, isOwnHop: Bool
    ) -> Bool {
        isMonitored(domain, policy, isEnforced) || isOwnHop && onOwnNextHop.with(policy) == .monitor
    }

    /// Whether all recipients do, whoever they are.
    package var monitorsAll: Bool { mode == .monitor }

    private func isMonitored(_ domain: DomainName, _ policy: Policy.Kind?, _ isEnforced: Bool) -> Bool {
        switch policy {
        case .exempt, .monitor: true
        case .enforce, .require: mode == .monitor
        case nil: mode == .monitor || !isEnforced && !isRolledOut(domain)
        }
    }

    /// Whether a domain belongs to the share that is ruled in earnest.
    package func isRolledOut(_ domain: DomainName) -> Bool { rollout >= 100 || Self.place(of: domain) < rollout }

    /// The place of a domain in the roll-out, 0 to 99: it belongs to every larger share.
    ///
    /// By FNV-1a of its name, so that it is the same on every machine and after every start, and that a larger share holds the smaller
    /// ones.
    package static func place(of domain: DomainName) -> Int {
        let hash = domain.text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Int((hash ^ hash >> 32) % 100)
    }
}

extension Settings.OwnNextHopRuling {
    /// What holds beside a policy: one that demands DANE lets nobody pass.
    fileprivate func with(_ policy: Policy.Kind?) -> Self {
        policy == .require && (self == .accept || self == .monitor) ? .tempfail : self
    }

    /// What becomes of a ruling.
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
    /// The class of the reply; nil for an accepted recipient.
    var `class`: EnhancedStatusCode.Class? {
        switch self {
        case .accept: nil
        case .tempfail: .persistentTransient
        case .reject: .permanent
        }
    }
}
