/// How strict to be with a domain: never what is true about it.
public struct Policy: Sendable, Hashable {
    /// The kinds of policy.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Never refuse, never look.
        case exempt
        /// Rule and log, and let everything pass.
        case monitor
        /// Refuse, whatever the roll-out says.
        case enforce
        /// Refuse, and refuse a domain without DANE too (RFC 7672 §2.2: mandatory DANE).
        case require
    }

    /// The kind.
    public let kind: Kind
    /// The day after which the policy no longer holds, as seconds since 1970 at that day's end in UTC; nil for ever.
    public let until: Int64?
    /// Why, in the administrator's words.
    public let reason: String?
    /// The line of the file.
    public let line: Int

    /// Whether the policy holds at a time, in seconds since 1970.
    package func holds(at now: Int64) -> Bool { until.map { now < $0 } ?? true }
}
