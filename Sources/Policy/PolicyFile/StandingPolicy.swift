package import DANE
import Support

/// What the policy file and the exemptions together say of a recipient: which of them applies.
///
/// An exemption of the very domain, the address's or the next hop's, wins over every line of the file. One of `.domain` counts as a line
/// about the same, and wins over one that is as specific. Of the address's domain and the next hop the first that anything is said of
/// decides.
package enum StandingPolicy: Sendable {
    /// Nothing is said.
    case none
    /// A line of the file.
    case line(DomainPattern, Policy)
    /// An exemption.
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

    /// The kind of policy that there is to rule by.
    package var kind: Policy.Kind? {
        switch self {
        case .none: nil
        case .line(_, let policy): policy.kind
        case .exemption: .exempt
        }
    }

    /// Why mail is passed without a look, for a person who asks: until when, by whom or which line, and what for; nil if it is not.
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

    /// Why the recipient is passed on without a look; nil if it is not.
    package var exemption: String? {
        switch self {
        case .exemption(let exemption): "exempt: \(exemption.reason)"
        case .line(_, let policy) where policy.kind == .exempt: policy.reason ?? "exempt by policy"
        case .none, .line: nil
        }
    }
}
