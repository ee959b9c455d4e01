public import DANE

/// What a line of the policy file, an exemption or a list of senders is about: a domain alone (`example.org`), or its subdomains
/// (`.example.org`).
public struct DomainPattern: Sendable, Hashable, CustomStringConvertible {
    /// The domain.
    public let domain: DomainName
    /// Whether its subdomains are meant, and not the domain itself.
    public let isBelow: Bool

    /// A pattern of these parts.
    public init(_ domain: DomainName, isBelow: Bool = false) {
        self.domain = domain
        self.isBelow = isBelow
    }

    /// Reads a pattern; U-labels become A-labels.
    ///
    /// - Returns: nil if it is none, an address or the root included.
    public init?(_ text: some StringProtocol) {
        let isBelow = text.hasPrefix(".")
        guard case .name(let domain) = Recipient.domain(Substring(text.dropFirst(isBelow ? 1 : 0))) else { return nil }
        self.init(domain, isBelow: isBelow)
    }

    /// The pattern as it is written, in A-labels.
    public var description: String { (isBelow ? "." : "") + domain.description }

    /// Whether a domain is meant.
    public func covers(_ name: DomainName) -> Bool {
        isBelow ? name.text.hasSuffix(".\(domain.text)") : name == domain
    }

    /// How specific the pattern is: of two that cover a domain, the one with the larger number is about fewer others.
    var specificity: Int { isBelow ? domain.text.utf8.count : .max }
}
