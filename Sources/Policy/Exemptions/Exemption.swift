/// An exemption with an end: for so long nobody is refused for a domain's sake, and nobody looks.
public struct Exemption: Sendable, Hashable {
    /// How an exemption came to its end; the raw values are those of the log and the JSON.
    public enum End: String, Sendable, Hashable {
        /// Somebody took it back.
        case removed
        /// A later one took its place.
        case replaced
        /// Its time was over.
        case expired
        /// The domain had been in order for `EXEMPT_LIFT_AFTER`.
        case lifted
    }

    /// What it is about.
    public let pattern: DomainPattern
    /// When it ends by itself, in seconds since 1970.
    public let until: Int64
    /// Why, in the words of who made it.
    public let reason: String
    /// Whether it stays although the domain is in order.
    public let keeps: Bool
    /// Who made it.
    public let by: String
    /// When it was made, in milliseconds since 1970; with `pattern` this tells it from all others.
    public let added: Int64
    /// For how long the domain has been seen in order, in milliseconds.
    public var cleanFor: Int64 = 0
    /// When it was seen in order last, in milliseconds since 1970; nil if the last look did not find it so.
    public var cleanAt: Int64?
    /// When and how it ended, in seconds since 1970; nil for a live one.
    public var ended: Int64?
    /// How it ended.
    public var end: End?
    /// Who ended it.
    public var endedBy: String?
    /// What was seen of the domain when it was looked at last.
    public var seen: String?

    /// A live exemption.
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

    /// What tells an exemption from others, in whatever file.
    package struct Key: Hashable, Sendable {
        package let pattern: DomainPattern
        package let added: Int64
    }

    /// What tells it from others.
    package var key: Key { Key(pattern: pattern, added: added) }

    /// Whether it is lifted by itself: subdomains are no destination that could be looked at.
    package var isWatched: Bool { !keeps && !pattern.isBelow }
}
