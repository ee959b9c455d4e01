public import DANE

/// What a probe calls itself in EHLO (RFC 5321 §4.1.1.1): the fully-qualified domain name of this machine or, where
/// it has none that is known, an address literal.
public enum ClientName: Hashable, Sendable {
    /// What the administrator has set: a name, or an address literal.
    case set(String)
    /// The machine's own name.
    case host(String)
    /// The address literal of each connection's own address.
    case ownAddress

    /// The word for a connection.
    ///
    /// - Parameter local: The connection's own address; nil if it is not known.
    public func word(from local: IPAddress?) -> String {
        switch self {
        case .set(let text), .host(let text): text
        // What has no address of its own has no connection either.
        case .ownAddress: Self.literal(local ?? .v4(0x7F00_0001))
        }
    }

    /// The word in brackets for an address (RFC 5321 §4.1.3). An IPv4 address in IPv6's clothes is IPv4's.
    public static func literal(_ address: IPAddress) -> String {
        switch address {
        case .v4: "[\(address)]"
        case .v6(0, let low) where low >> 32 == 0xFFFF: "[\(IPAddress.v4(UInt32(truncatingIfNeeded: low)))]"
        case .v6: "[IPv6:\(address)]"
        }
    }

    /// The address of a literal; nil if the text is none. The tag's case does not matter.
    public static func address(ofLiteral text: String) -> IPAddress? {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count <= 64 else { return nil }
        let inner = text.dropFirst().dropLast()
        guard inner.lowercased().hasPrefix("ipv6:") else {
            guard case .v4(let number) = IPAddress(inner) else { return nil }
            return .v4(number)
        }
        guard case .v6(let high, let low) = IPAddress(inner.dropFirst(5)) else { return nil }
        return .v6(high, low)
    }

    /// What an administrator may set: a fully-qualified name, or an address literal.
    ///
    /// - Throws: Why it may not be, a clause.
    public static func setting(_ text: String) throws(Refusal) -> ClientName {
        if let address = address(ofLiteral: text) { return .set(literal(address)) }
        if let address = IPAddress(text.filter { $0 != "[" && $0 != "]" }) {
            throw Refusal("an address is written \(literal(address)) in EHLO (RFC 5321 4.1.3)")
        }
        guard let name = DomainName(text) else {
            throw Refusal("it is no domain name in ASCII, and no address literal")
        }
        if let why = unfitness(of: name) { throw Refusal("it \(why); many hosts refuse such a name in EHLO") }
        return .set(name.text)
    }

    /// Why a text may not be said in EHLO; a clause.
    public struct Refusal: Error, Sendable, CustomStringConvertible {
        /// The clause.
        public let description: String
        init(_ description: String) { self.description = description }
    }

    /// Why a name is no fully-qualified one, to follow "it"; nil if it is.
    ///
    /// RFC 5321 §2.3.5 wants names that the public DNS can resolve, and §4.1.2 letters, digits and inner hyphens.
    static func unfitness(of name: DomainName) -> String? {
        let labels = name.labels
        guard let first = labels.first, let last = labels.last, labels.count > 1 else {
            return "has no domain behind the host's own label"
        }
        let isPlain = labels.allSatisfy { !$0.hasPrefix("-") && !$0.hasSuffix("-") && !$0.contains("_") }
        guard isPlain else { return "has an underscore, or a hyphen at the edge of a label (RFC 5321 4.1.2)" }
        // RFC 3696 §2: no top-level domain is a number, and an address is.
        if last.allSatisfy(\.isNumber) { return "ends in a number, as an address does" }
        if first.hasPrefix("localhost") { return "is that of the loopback (RFC 6761 6.3)" }
        let domain =
            last.hasPrefix("localdomain") ? String(last) : notPublic.first { name.text.hasSuffix(".\($0)") }
        return domain.map { "is below .\($0), which the public DNS does not have" }
    }

    /// Domains that the public DNS never has: RFC 6761, 6762, 7686, 8375, 9476, and ICANN's for private use
    /// (2024-07-29). Those for tests and documentation are left out: whoever sets up a test means it.
    private static let notPublic = ["local", "localhost", "invalid", "onion", "home.arpa", "alt", "internal"]
}
