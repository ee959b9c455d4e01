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
    /// The bytes of the address, where they are no UTF-8; nil where `address` says all.
    public internal(set) var bytes: [UInt8]?
    /// What stands behind the last `@`.
    public let domain: Domain
    /// How many bytes stand before it.
    private let localLength: Int

    /// What stands before the last `@`.
    public var localPart: String {
        localLength == address.utf8.count ? address : String(decoding: address.utf8.prefix(localLength), as: UTF8.self)
    }

    /// `@` and the domain alone, without the name of a user; empty for the null sender.
    package var withoutLocalPart: String {
        if address.isEmpty { return "" }
        // What is no domain name may be anything, a part of an address too.
        return if case .name(let name) = domain { "@\(name)" } else { "@" }
    }

    /// Takes a path apart.
    ///
    /// - Parameter path: RFC 5321 §4.1.2's forward-path, with or without angle brackets (milter.md A10).
    public init(path: String) {
        var path = path
        // As nearly all are: their bytes are their characters.
        let whole = path
        if let plain = path.withUTF8({ Self(ascii: $0, of: whole) }) { self = plain } else { self.init(anyPath: path) }
    }

    private init(anyPath path: String) {
        var rest = Substring(path)
        if rest.first == "<" {
            rest = rest.dropFirst()
            if rest.last == ">" { rest = rest.dropLast() }
        }
        /// RFC 5321 §4.1.2, appendix C: a source route `@a,@b:` is ignored.
        if rest.first == "@", let colon = rest.firstIndex(of: ":") { rest = rest[rest.index(after: colon)...] }
        address = String(rest)
        guard let at = Self.lastUnquotedAt(rest) else {
            localLength = address.utf8.count
            domain = .none
            return
        }
        localLength = rest[..<at].utf8.count
        domain = Self.domain(rest[rest.index(after: at)...])
    }

    /// A path of ASCII alone; nil for others, whose characters are more than their bytes.
    private init?(ascii path: UnsafeBufferPointer<UInt8>, of whole: String) {
        guard path.allSatisfy({ $0 < 0x80 }) else { return nil }
        var rest = path[...]
        if rest.first == UInt8(ascii: "<") {
            rest.removeFirst()
            if rest.last == UInt8(ascii: ">") { rest.removeLast() }
        }
        /// RFC 5321 §4.1.2, appendix C: a source route `@a,@b:` is ignored.
        if rest.first == UInt8(ascii: "@"), let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            rest = rest[(colon + 1)...]
        }
        address =
            rest.count == path.count ? whole : String(decoding: UnsafeBufferPointer(rebasing: rest), as: UTF8.self)
        guard let at = Self.lastUnquotedAt(rest) else {
            localLength = rest.count
            domain = .none
            return
        }
        localLength = at - rest.startIndex
        let behind = UnsafeBufferPointer(rebasing: rest[(at + 1)...])
        if let name = DomainName(utf8: behind), !name.isRoot, !name.looksLikeAddress {
            domain = .name(name)
        } else {
            domain = Self.domain(Substring(decoding: behind, as: UTF8.self))
        }
    }

    /// Whether a local part is one of a list in lower case, whatever its own case.
    package func isLocalPart(in list: Set<String>) -> Bool {
        guard !list.isEmpty else { return false }
        var address = address
        let isPlain = address.withUTF8 { bytes in
            bytes.prefix(localLength).allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\"") }
        }
        // Most local parts are longer or shorter than any in the list: there is no need to make a string of them.
        if isPlain, !list.contains(where: { $0.utf8.count == localLength }) { return false }
        return list.contains(mailbox.lowercased())
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

    private static func lastUnquotedAt(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        let last = text.lastIndex(of: UInt8(ascii: "@"))
        guard text.contains(UInt8(ascii: "\"")) else { return last }
        var found: Int?
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "@") where !isQuoted: found = index
            default: break
            }
        }
        return isQuoted ? last : found
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
