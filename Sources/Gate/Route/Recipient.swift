public import DANE
import Certificates

/// A recipient as the MTA gave it in RCPT, taken apart.
public struct Recipient: Sendable, Hashable {
    /// What stands behind the last `@` outside quotes.
    public enum Domain: Sendable, Hashable {
        /// Nothing: `<postmaster>`, a local name.
        case none
        /// An address literal, RFC 5321 §4.1.3: no DNS policy exists for it.
        case literal
        /// A domain name, U-labels converted to A-labels.
        case name(DomainName)
        /// No domain name: a label or the name too long or empty, or characters that no domain name has.
        case malformed
        /// U-labels that IDNA does not map to A-labels. What the MTA makes of them is not known here.
        case unmapped
    }

    /// The address without angle brackets and source route, as typed.
    public let address: String
    /// What stands before the last `@`.
    public let localPart: String
    /// What stands behind it.
    public let domain: Domain

    /// Takes a path apart.
    ///
    /// - Parameter path: RFC 5321 §4.1.2's forward-path, with or without angle brackets (milter.md A10).
    public init(path: String) {
        var rest = Substring(path)
        if rest.first == "<" {
            rest = rest.dropFirst()
            if rest.last == ">" { rest = rest.dropLast() }
        }
        /// RFC 5321 §4.1.2, appendix C: a source route `@a,@b:` is ignored.
        if rest.first == "@", let colon = rest.firstIndex(of: ":") { rest = rest[rest.index(after: colon)...] }
        address = String(rest)
        guard let at = Self.lastUnquotedAt(rest) else {
            localPart = address
            domain = .none
            return
        }
        localPart = String(rest[..<at])
        domain = Self.domain(rest[rest.index(after: at)...])
    }

    /// The mailbox that the local part names: a quoted string that needs no quotes is the same without (RFC 5321 §4.1.2).
    var mailbox: String {
        guard localPart.count >= 2, localPart.first == "\"", localPart.last == "\"" else { return localPart }
        return String(localPart.dropFirst().dropLast()).replacing("\\", with: "")
    }

    /// What a text is as the domain of an address.
    static func domain(_ text: Substring) -> Domain {
        if text.isEmpty { return .none }
        // Without brackets it is no literal of RFC 5321, but MTAs take it for one.
        if text.first == "[" || IPAddress(text) != nil { return .literal }
        if let name = DomainName(text) {
            // With a dot at its end it is an address all the same.
            if name.looksLikeAddress { return .literal }
            return name.isRoot ? .malformed : .name(name)
        }
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        // String(decoding:) turned bytes that are no UTF-8 into U+FFFD.
        if isASCII || text.unicodeScalars.contains("\u{FFFD}") || text.utf8.count > 1024 { return .malformed }
        guard let name = InternationalName.domainName(String(text)) else { return .unmapped }
        // What IDNA makes of full-width digits is an address, and of an ideographic full stop alone the root, as above.
        if name.looksLikeAddress { return .literal }
        return name.isRoot ? .malformed : .name(name)
    }

    /// The last `@` outside a quoted string (RFC 5321 §4.1.2); an unclosed quote is no quote.
    private static func lastUnquotedAt(_ text: Substring) -> Substring.Index? {
        var found: Substring.Index?
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case "@" where !isQuoted: found = index
            default: break
            }
        }
        return isQuoted ? text.lastIndex(of: "@") : found
    }
}
