import Certificates
public import DANE
import Glibc
public import Support

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
    public let bytes: [UInt8]?
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
        let read = path.utf8.withContiguousStorageIfAvailable { Self(bytes: $0, text: path, isUTF8: true) }
        self = read ?? Array(path.utf8).withUnsafeBufferPointer { Self(bytes: $0, text: path, isUTF8: true) }
    }

    /// Takes a path apart. It keeps the bytes of an address that is no UTF-8 (F-98).
    public init(received path: ReceivedText) {
        guard let bytes = path.bytes else {
            self.init(path: path.text)
            return
        }
        self = bytes.withUnsafeBufferPointer { Self(bytes: $0, text: path.text, isUTF8: false) }
    }

    /// Takes the bytes of a path apart. All texts are read by this initializer.
    ///
    /// What separates the parts of a path are single octets (RFC 5321 §4.1.2; RFC 6531 §3.3 adds to the parts only). A
    /// reader of characters would miss an `@` with a combining mark behind it.
    ///
    /// - Parameters:
    ///   - text: The path as text.
    ///   - isUTF8: Whether the bytes are UTF-8, so that the text says all.
    private init(bytes path: UnsafeBufferPointer<UInt8>, text: String, isUTF8: Bool) {
        var rest = path[...]
        if rest.first == UInt8(ascii: "<") {
            rest.removeFirst()
            if rest.last == UInt8(ascii: ">") { rest.removeLast() }
        }
        // RFC 5321 §4.1.2, appendix C: a source route `@a,@b:` is ignored.
        if rest.first == UInt8(ascii: "@"), let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            rest = rest[(colon + 1)...]
        }
        address = rest.count == path.count ? text : String(decoding: UnsafeBufferPointer(rebasing: rest), as: UTF8.self)
        // F-98: an address that is no UTF-8 is kept byte for byte.
        bytes = isUTF8 ? nil : Array(rest)
        guard let at = Self.lastUnquotedAt(rest) else {
            localLength = address.utf8.count
            domain = .none
            return
        }
        let local = UnsafeBufferPointer(rebasing: rest[..<at])
        localLength = isUTF8 ? local.count : String(decoding: local, as: UTF8.self).utf8.count
        domain = Self.domain(UnsafeBufferPointer(rebasing: rest[(at + 1)...]))
    }

    /// Whether the local part is in a list. The list is in lower case; the case of the local part does not matter.
    ///
    /// - Parameter lengths: The bits of the lengths in the list (`lengthBit`), if they are known.
    package func isLocalPart(in list: Set<String>, lengths: UInt64 = .max) -> Bool {
        guard !list.isEmpty else { return false }
        // Most local parts differ in length from all in the list. They need not be made strings of.
        if lengths & Self.lengthBit(localLength) == 0 {
            let isPlain = address.utf8.withContiguousStorageIfAvailable { bytes in
                bytes.prefix(localLength).allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\"") }
            }
            if isPlain == true { return false }
        }
        return list.contains(mailbox.lowercased())
    }

    /// The bit that stands for a length in bytes. The last one stands for all longer ones too.
    package static func lengthBit(_ length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }

    /// The mailbox that the local part names. A quoted string that needs no quotes means the same without them, and a
    /// quoted pair the same as its second octet (RFC 5321 §4.1.2).
    var mailbox: String {
        var local = localPart
        let plain = local.withUTF8 { local -> String? in
            let quote = UInt8(ascii: "\"")
            guard local.count >= 2, local.first == quote, local.last == quote else { return nil }
            var plain: [UInt8] = []
            var isEscaped = false
            for byte in local.dropFirst().dropLast() {
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                if !isEscaped { plain.append(byte) }
            }
            return String(decoding: plain, as: UTF8.self)
        }
        return plain ?? local
    }

    /// Tells what bytes are as the domain of an address.
    static func domain(_ bytes: UnsafeBufferPointer<UInt8>) -> Domain {
        guard let first = bytes.first else { return .none }
        if let name = DomainName(utf8: bytes) { return domain(name) }
        if first == UInt8(ascii: "[") { return .literal }
        guard bytes.count <= 1024, let text = String(validating: bytes, as: UTF8.self) else { return .malformed }
        // RFC 5321 §4.1.3 wants brackets around an address literal, but MTAs take an address without them for one.
        if IPAddress(text) != nil { return .literal }
        // What an MTA could not decode has become U+FFFD.
        if bytes.allSatisfy({ $0 < 0x80 }) || text.unicodeScalars.contains("\u{FFFD}") { return .malformed }
        // I-01, RFC 5890: the DNS has A-labels. I-04, RFC 6531: such a domain needs no SMTPUTF8.
        return InternationalName.domainName(text).map { domain($0) } ?? .unmapped
    }

    /// Tells what a name in the form of the DNS is as the domain of an address.
    private static func domain(_ name: DomainName) -> Domain {
        // An address stays an address with a dot at its end. IDNA makes one of full-width digits too, and the root of
        // an ideographic full stop alone.
        name.looksLikeAddress ? .literal : name.isRoot ? .malformed : .name(name)
    }

    /// Finds the last `@` outside a quoted string (RFC 5321 §4.1.2). A quote that is never closed is no quote.
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
}
