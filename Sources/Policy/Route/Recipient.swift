public import DANE
import Certificates
import Glibc

/// A recipient as the MTA gave it in RCPT, taken apart.
public struct Recipient: Sendable, Hashable {
    /// The part after the last `@` outside quotes.
    public enum Domain: Sendable, Hashable {
        /// No part, as in `<postmaster>` and other local names.
        case none
        /// D-21, RFC 7672 §2.2: an address literal (RFC 5321 §4.1.3). No DANE policy exists for it.
        case literal
        /// I-01, RFC 5890: a domain name, with its U-labels converted to A-labels.
        case name(DomainName)
        /// No domain name: a label or the name is too long or empty, or it has characters that no domain name has.
        case malformed
        /// U-labels that IDNA does not map to A-labels. What the MTA makes of them is not known here.
        case unmapped
    }

    /// The address as typed, without angle brackets and source route.
    public let address: String
    /// F-98: the bytes of an address that is no UTF-8; nil if `address` says all.
    public internal(set) var bytes: [UInt8]?
    /// What the part after the last `@` is.
    public let domain: Domain
    /// The length in bytes of the part before the last `@`.
    private let localLength: Int

    /// The part before the last `@`.
    public var localPart: String {
        localLength == address.utf8.count ? address : String(decoding: address.utf8.prefix(localLength), as: UTF8.self)
    }

    /// The `@` and the domain, without the name of a user; empty for the null sender.
    package var withoutLocalPart: String {
        if address.isEmpty { return "" }
        // A text that is no domain name may be anything, also a part of an address.
        return if case .name(let name) = domain { "@\(name)" } else { "@" }
    }

    /// Takes a path apart.
    ///
    /// - Parameter path: The forward-path of RFC 5321 §4.1.2. MTAs give it with or without angle brackets.
    public init(path: String) {
        var path = path
        // Nearly all paths are plain: each of their characters is one byte.
        let whole = path
        if let plain = path.withUTF8({ Self(ascii: $0, of: whole) }) { self = plain } else { self.init(anyPath: path) }
    }

    private init(anyPath path: String) {
        var rest = Substring(path)
        if rest.first == "<" {
            rest = rest.dropFirst()
            if rest.last == ">" { rest = rest.dropLast() }
        }
        // RFC 5321 §4.1.2, appendix C: a source route `@a,@b:` is ignored.
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

    /// Takes apart a path of ASCII characters alone, one byte each; nil for all other paths.
    private init?(ascii path: UnsafeBufferPointer<UInt8>, of whole: String) {
        guard path.allSatisfy({ $0 < 0x80 }) else { return nil }
        var rest = path[...]
        if rest.first == UInt8(ascii: "<") {
            rest.removeFirst()
            if rest.last == UInt8(ascii: ">") { rest.removeLast() }
        }
        // RFC 5321 §4.1.2, appendix C: a source route `@a,@b:` is ignored.
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

    /// Whether the local part is in a list. The list is in lower case; the case of the local part does not matter.
    package func isLocalPart(in list: Set<String>) -> Bool {
        guard !list.isEmpty else { return false }
        var address = address
        let isPlain = address.withUTF8 { bytes in
            bytes.prefix(localLength).allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\"") }
        }
        // Most local parts differ in length from all in the list. They need not be made strings of.
        if isPlain, !list.contains(where: { $0.utf8.count == localLength }) { return false }
        return list.contains(mailbox.lowercased())
    }

    /// The mailbox that the local part names. A quoted string that needs no quotes means the same without them (RFC
    /// 5321 §4.1.2).
    var mailbox: String {
        guard localPart.count >= 2, localPart.first == "\"", localPart.last == "\"" else { return localPart }
        return String(localPart.dropFirst().dropLast()).replacing("\\", with: "")
    }

    /// Tells what a text is as the domain of an address.
    static func domain(_ text: Substring) -> Domain {
        if text.isEmpty { return .none }
        // RFC 5321 wants brackets around an address literal, but MTAs take an address without them for one.
        if text.first == "[" || IPAddress(text) != nil { return .literal }
        if let name = DomainName(text) {
            // An address stays an address with a dot at its end.
            if name.looksLikeAddress { return .literal }
            return name.isRoot ? .malformed : .name(name)
        }
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        // String(decoding:) has put U+FFFD in the place of bytes that are no UTF-8.
        if isASCII || text.unicodeScalars.contains("\u{FFFD}") || text.utf8.count > 1024 { return .malformed }
        // I-01, RFC 5890: the DNS has A-labels. I-04, RFC 6531: such a domain needs no SMTPUTF8.
        guard let name = InternationalName.domainName(String(text)) else { return .unmapped }
        // IDNA makes an address of full-width digits, and the root of an ideographic full stop alone.
        if name.looksLikeAddress { return .literal }
        return name.isRoot ? .malformed : .name(name)
    }

    private static func lastUnquotedAt(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        let last = text.lastIndex(of: UInt8(ascii: "@"))
        // Hardly any address has quotes.
        guard let start = text.base.baseAddress,
            memchr(start + text.startIndex, Int32(UInt8(ascii: "\"")), text.count) != nil
        else { return last }
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

    /// Finds the last `@` outside a quoted string (RFC 5321 §4.1.2). A quote that is never closed is no quote.
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
