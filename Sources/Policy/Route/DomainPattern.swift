public import DANE

/// What a line of the policy file, an exemption or an entry of a list of senders is about: one domain (`example.org`),
/// or its subdomains (`.example.org`).
public struct DomainPattern: Sendable, Hashable, CustomStringConvertible {
    /// The domain.
    public let domain: DomainName
    /// Whether the pattern means the subdomains and not the domain itself.
    public let isBelow: Bool

    /// A pattern with these values.
    public init(_ domain: DomainName, isBelow: Bool = false) {
        self.domain = domain
        self.isBelow = isBelow
    }

    /// Reads a pattern. U-labels become A-labels.
    ///
    /// - Returns: nil if the text is not a pattern. An address or the root is not one.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        let (isBelow, found) = text.withUTF8 { bytes in
            let isBelow = bytes.first == UInt8(ascii: ".")
            return (isBelow, Recipient.domain(UnsafeBufferPointer(rebasing: bytes.dropFirst(isBelow ? 1 : 0))))
        }
        guard case .name(let domain) = found else { return nil }
        self.init(domain, isBelow: isBelow)
    }

    /// The pattern as it is written in the file, in A-labels.
    public var description: String { (isBelow ? "." : "") + domain.description }

    /// Whether the pattern covers a domain.
    public func covers(_ name: DomainName) -> Bool {
        isBelow ? name.text.hasSuffix(".\(domain.text)") : name == domain
    }

    /// How specific the pattern is. Of two that cover a domain, the one with the larger number covers fewer others.
    var specificity: Int { isBelow ? domain.text.utf8.count : .max }
}
