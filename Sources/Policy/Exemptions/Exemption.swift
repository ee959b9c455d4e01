/// An exemption with an end. Until then no mail is refused because of the domain, and no mail waits for an inspection
/// of it.
public struct Exemption: Sendable, Hashable {
    /// How an exemption ended. The raw values stand in the log and in the JSON.
    public enum End: String, Sendable, Hashable {
        /// Somebody removed it.
        case removed
        /// A later exemption replaced it.
        case replaced
        /// Its time was over.
        case expired
        /// The domain had been in order for `EXEMPT_LIFT_AFTER`.
        case lifted
    }

    /// The domain or domains that it is about.
    public let pattern: DomainPattern
    /// When it ends unless something ends it before, in seconds since 1970.
    public let until: Int64
    /// The reason, in the words of the person who made it.
    public let reason: String
    /// Whether it stays although the domain is in order.
    public let keeps: Bool
    /// Who made it.
    public let by: String
    /// When it was made, in milliseconds since 1970. Together with `pattern` it identifies the exemption.
    public let added: Int64
    /// How long the domain has been seen in order, in milliseconds.
    public var cleanFor: Int64 = 0
    /// When the domain was last seen in order, in milliseconds since 1970; nil if the last look found it otherwise.
    public var cleanAt: Int64?
    /// When it ended, in seconds since 1970; nil for a live exemption.
    public var ended: Int64?
    /// How it ended.
    public var end: End?
    /// Who ended it.
    public var endedBy: String?
    /// What the last look at the domain saw.
    public var seen: String?

    /// Makes a live exemption.
    public init(
        _ pattern: DomainPattern, until: Int64, reason: String, keeps: Bool = false, by: String, added: Int64
    ) {
        self.pattern = pattern
        self.until = until
        self.reason = reason
        self.keeps = keeps
        self.by = by
        self.added = added
    }

    /// Identifies an exemption, in any file.
    package struct Key: Hashable, Sendable {
        package let pattern: DomainPattern
        package let added: Int64
    }

    /// Identifies the exemption.
    package var key: Key { Key(pattern: pattern, added: added) }

    /// Whether the exemption is lifted once the domain is in order. One for subdomains is not, because they are no
    /// destination that could be looked at.
    package var isWatched: Bool { !keeps && !pattern.isBelow }
}
