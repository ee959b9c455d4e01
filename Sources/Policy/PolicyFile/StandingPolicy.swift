package import DANE
import Support

/// What the policy file and the exemptions together say about a recipient: which of them applies.
///
/// An exemption for exactly the address's domain or the next hop goes before every line of the file. An exemption for
/// `.domain` counts like a line for the same pattern, and goes before one that is equally specific. The address's
/// domain is checked first, then the next hop; the first one with an entry decides.
package enum StandingPolicy: Sendable {
    /// There is no entry.
    case none
    /// A line of the file applies.
    case line(DomainPattern, Policy)
    /// An exemption applies.
    case exemption(Exemption)

    /// What applies at a time in seconds since 1970.
    package init(
        _ domain: DomainName, nextHop: DomainName, _ table: PolicyTable, _ exemptions: ExemptionTable?, at now: Int64
    ) {
        let names = domain == nextHop ? [domain] : [domain, nextHop]
        if let exemptions {
            for name in names {
                guard let exemption = exemptions.exemption(ofExactly: name, at: now) else { continue }
                self = .exemption(exemption)
                return
            }
        }
        for name in names {
            let line = table.line(for: name, at: now)
            let exemption = exemptions?.exemption(of: name, at: now)
            if let exemption, exemption.pattern.specificity >= line?.pattern.specificity ?? 0 {
                self = .exemption(exemption)
                return
            }
            if let line {
                self = .line(line.pattern, line.policy)
                return
            }
        }
        self = .none
    }

    /// The kind of policy to rule by; nil if there is none.
    package var kind: Policy.Kind? {
        switch self {
        case .none: nil
        case .line(_, let policy): policy.kind
        case .exemption: .exempt
        }
    }

    /// Why mail passes without an inspection, in words for people: until when, by whom or by which line, and the
    /// reason. nil if it does not.
    package var whyExempt: String? {
        switch self {
        case .exemption(let exemption):
            let domain = exemption.pattern.isBelow ? " (\(exemption.pattern))" : ""
            return "until \(UnixTime.minute(exemption.until))\(domain), by \(exemption.by): \(exemption.reason)"
        case .line(_, let policy) where policy.kind == .exempt:
            let until = policy.until.map { "until \(UnixTime.minute($0)), " } ?? ""
            return "\(until)by line \(policy.line) of the policy file\(policy.reason.map { ": \($0)" } ?? "")"
        case .none, .line: return nil
        }
    }

    /// The same for anybody: until when, but neither by whom nor why.
    package var exemptOpenly: String? {
        switch self {
        case .exemption(let exemption): "until \(UnixTime.minute(exemption.until))"
        case .line(_, let policy) where policy.kind == .exempt:
            policy.until.map { "until \(UnixTime.minute($0))" } ?? "by this site's policy"
        case .none, .line: nil
        }
    }

    /// Why the recipient passes without an inspection; nil if it does not.
    package var exemption: String? {
        switch self {
        case .exemption(let exemption):
            "exempt: \(exemption.reason)" + (exemption.isFromOtherHost ? " (\(exemption.by))" : "")
        case .line(_, let policy) where policy.kind == .exempt: policy.reason ?? "exempt by policy"
        case .none, .line: nil
        }
    }
}
