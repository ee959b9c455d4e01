public import DANE

/// Verdict × policy × how long the fault has lasted → ruling.
public struct Rulebook: Sendable {
    private let mode: Settings.Mode
    private let rollout: Int
    private let deferFor: Duration
    private let rulings: [Outcome: Settings.RulingSetting]
    private let onHazard: Settings.RulingSetting
    private let onLocalTrouble: Settings.LocalTroubleRuling

    /// The rules that the settings give.
    public init(_ settings: Settings) {
        mode = settings.mode
        rollout = settings.rollout
        deferFor = settings.deferFor
        rulings = settings.rulings
        onHazard = settings.onHazard
        onLocalTrouble = settings.onLocalTrouble
    }

    /// Rules.
    ///
    /// - Parameters:
    ///   - verdict: What is true.
    ///   - domain: The domain that policy and roll-out go by.
    ///   - policy: The domain's policy, if it has one.
    ///   - isInTrouble: Whether the trouble may be our own: the breaker is open.
    ///   - failingFor: How long the outcome has lasted; asked only where that is of interest.
    public func rule(
        _ verdict: Verdict, domain: DomainName, policy: Policy.Kind?, isInTrouble: Bool = false,
        failingFor: (Outcome) -> Duration
    ) -> Ruling {
        let outcome = policy == .require && verdict.outcome.lacksDANE ? Outcome.daneRequired : verdict.outcome
        if isInTrouble, !outcome.allowsDelivery { return ruleInTrouble(outcome, domain, policy) }
        let failing = outcome.lasts ? failingFor(outcome) : nil
        var action = action(outcome, failingFor: failing ?? .zero)
        var code = action.class.flatMap(outcome.enhancedCode)
        var hazard: String?
        if action == .accept, let found = verdict.hazards.first, outcome.allowsDelivery {
            switch onHazard {
            case .accept: break
            case .reject: action = .reject
            case .tempfail, .default: action = .tempfail
            }
            if action != .accept {
                hazard = found
                code = action.class.flatMap(Outcome.tlsaInvalid.enhancedCode)
            }
        }
        let isMonitored = action != .accept && isMonitored(domain, policy)
        return Ruling(
            action: isMonitored ? .accept : action, would: isMonitored ? action : nil, outcome: outcome, code: code,
            failingFor: failing, hazard: hazard)
    }

    /// While the trouble is our own nobody is refused for good, and no fault of the recipient's grows older.
    ///
    /// That policy demands DANE weighs more than that we cannot tell: such a recipient is never accepted unseen.
    private func ruleInTrouble(_ outcome: Outcome, _ domain: DomainName, _ policy: Policy.Kind?) -> Ruling {
        let isAccepted = rulings[outcome] == .accept || onLocalTrouble == .accept && policy != .require
        guard !isAccepted else {
            return Ruling(
                action: .accept, would: nil, outcome: outcome, code: nil, failingFor: nil, hazard: nil)
        }
        let isMonitored = onLocalTrouble == .monitor && policy != .require || isMonitored(domain, policy)
        return Ruling(
            action: isMonitored ? .accept : .tempfail, would: isMonitored ? .tempfail : nil, outcome: outcome,
            code: outcome.enhancedCode(.persistentTransient), failingFor: nil, hazard: nil)
    }

    private func action(_ outcome: Outcome, failingFor: Duration) -> Ruling.Action {
        switch rulings[outcome] ?? .default {
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

    private func isMonitored(_ domain: DomainName, _ policy: Policy.Kind?) -> Bool {
        switch policy {
        case .exempt, .monitor: true
        case .enforce, .require: mode == .monitor
        case nil: mode == .monitor || !isRolledOut(domain)
        }
    }

    /// Whether a domain belongs to the share that is ruled in earnest: by FNV-1a of its name, so that it is the same on every
    /// machine and after every start, and that a larger share holds the smaller ones.
    private func isRolledOut(_ domain: DomainName) -> Bool {
        guard rollout < 100 else { return true }
        let hash = domain.text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return (hash ^ hash >> 32) % 100 < UInt64(rollout)
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
