/// How strict the gate is with a domain. It never changes what is true about the domain.
public struct Policy: Sendable, Hashable {
    /// The kinds of policy.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Never refuse, and never inspect.
        case exempt
        /// Rule and log, but let everything pass.
        case monitor
        /// Refuse, whatever the roll-out says.
        case enforce
        /// Refuse, and also refuse a domain without DANE (mandatory DANE: D-20, RFC 7672 §2.2).
        case require
    }

    /// The kind.
    public let kind: Kind
    /// When the policy ends, as seconds since 1970 at the end of its last day in UTC; nil if it does not end.
    public let until: Int64?
    /// Why, in the administrator's words.
    public let reason: String?
    /// The number of its line in the file.
    public let line: Int

    /// Whether the policy is valid at a time in seconds since 1970.
    package func holds(at now: Int64) -> Bool { until.map { now < $0 } ?? true }
}
