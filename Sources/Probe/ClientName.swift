public import DANE

/// The name that a probe gives in EHLO: the fully qualified domain name of this machine or, if none is known, an
/// address literal (F-79, RFC 5321 §4.1.1.1).
public enum ClientName: Hashable, Sendable {
    /// What the administrator has set: a name or an address literal.
    case set(String)
    /// The machine's own name.
    case host(String)
    /// An address literal of the local address of each connection.
    case ownAddress

    /// The word to say in EHLO on a connection.
    ///
    /// - Parameter local: The local address of the connection; nil if unknown.
    public func word(from local: IPAddress?) -> String {
        switch self {
        case .set(let text), .host(let text): text
        // A connection always has a local address. This value is only for the compiler.
        case .ownAddress: Self.literal(local ?? .v4(0x7F00_0001))
        }
    }

    /// The address literal of an address (RFC 5321 §4.1.3). An IPv4-mapped IPv6 address gives the literal for IPv4.
    public static func literal(_ address: IPAddress) -> String {
        switch address {
        case .v4: "[\(address)]"
        case .v6(0, let low) where low >> 32 == 0xFFFF: "[\(IPAddress.v4(UInt32(truncatingIfNeeded: low)))]"
        case .v6: "[IPv6:\(address)]"
        }
    }

    /// The address in an address literal; nil if the text is not one. The case of the tag does not matter.
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

    /// Reads what an administrator has set: a fully qualified name or an address literal.
    ///
    /// - Throws: Why it is refused, as a clause.
    public static func setting(_ text: String) throws(ClientNameError) -> ClientName {
        if let address = address(ofLiteral: text) { return .set(literal(address)) }
        if let address = IPAddress(text.filter { $0 != "[" && $0 != "]" }) {
            throw ClientNameError("an address is written \(literal(address)) in EHLO (RFC 5321 4.1.3)")
        }
        guard let name = DomainName(text) else {
            throw ClientNameError("it is no domain name in ASCII, and no address literal")
        }
        if let why = unfitness(of: name) { throw ClientNameError("it \(why); many hosts refuse such a name in EHLO") }
        return .set(name.text)
    }

    /// Why a name is not fully qualified, as a clause to follow "it"; nil if it is.
    ///
    /// RFC 5321 §2.3.5 requires names that the public DNS can resolve, and §4.1.2 letters, digits and inner hyphens.
    /// Hosts refuse other names, or do not offer them STARTTLS (F-79).
    static func unfitness(of name: DomainName) -> String? {
        // F-79: hosts refuse such a name, or hide STARTTLS from it.
        let labels = name.labels
        guard let first = labels.first, let last = labels.last, labels.count > 1 else {
            return "has no domain behind the host's own label"
        }
        let isPlain = labels.allSatisfy { !$0.hasPrefix("-") && !$0.hasSuffix("-") && !$0.contains("_") }
        guard isPlain else { return "has an underscore, or a hyphen at the edge of a label (RFC 5321 4.1.2)" }
        // RFC 3696 §2: no top-level domain is a number. The last part of an address is.
        if last.allSatisfy(\.isNumber) { return "ends in a number, as an address does" }
        if first.hasPrefix("localhost") { return "is that of the loopback (RFC 6761 6.3)" }
        let domain =
            last.hasPrefix("localdomain") ? String(last) : notPublic.first { name.text.hasSuffix(".\($0)") }
        return domain.map { "is below .\($0), which the public DNS does not have" }
    }

    /// Domains that the public DNS never contains: RFC 6761, 6762, 7686, 8375, 9476, and ICANN's for private use
    /// (2024-07-29). Those for tests and documentation are not listed, because somebody who sets up a test wants them.
    private static let notPublic = ["local", "localhost", "invalid", "onion", "home.arpa", "alt", "internal"]
}
