/// A domain name in the form in which the DNS compares names: A-labels, lower case, no trailing dot.
///
/// Limits: 63 bytes per label, 255 bytes in wire form, which is 253 in text (RFC 1035 §2.3.4). Letters, digits, hyphens
/// and underscores are accepted. RFC 952 does not allow the underscore, but MX hosts with one are in use and are judged
/// like others (I-05). U-labels are not accepted: `InternationalName` in Certificates converts them before (I-01).
public struct DomainName: Hashable, Sendable {
    /// The name without its trailing dot. Empty for the root.
    public let text: String

    /// The root of the DNS, written `.`. As an MX exchange it means that the domain takes no mail (RFC 7505 §3).
    public static let root = DomainName(unchecked: "")

    private init(unchecked text: String) { self.text = text }

    /// Reads a name from text, with or without a trailing dot, in any case.
    ///
    /// - Returns: nil if the text is not a domain name: it has an empty or too long label, is too long, or contains
    ///   another character.
    public init?(_ text: some StringProtocol) {
        // No name is longer than 255 bytes. A longer text need not be read to its end to be refused.
        var start = String(decoding: text.utf8.prefix(256), as: UTF8.self)
        guard let name = start.withUTF8({ DomainName(utf8: $0) }) else { return nil }
        self = name
    }

    /// Reads a name from bytes of text. All other forms of text are read by this one, so that no two can differ.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        var count = text.count
        if count > 0, text[count - 1] == UInt8(ascii: ".") {
            count -= 1
            if count == 0 {
                self = .root
                return
            }
        }
        guard count > 0, count <= 253 else { return nil }
        // The bits of the characters that a label may have, below 64 and above: digits and `-`; letters and `_`.
        let low: UInt64 = 0x03FF_2000_0000_0000
        let high: UInt64 = 0x07FF_FFFE_87FF_FFFE
        var start = 0
        for index in 0..<count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                guard index > start, index - start <= 63 else { return nil }
                start = index + 1
            } else {
                let bits = byte < 64 ? low : high
                guard byte < 0x80, bits &>> UInt64(byte & 63) & 1 != 0 else { return nil }
            }
        }
        guard count > start, count - start <= 63 else { return nil }
        self.text = String(unsafeUninitializedCapacity: count) { lower in
            for index in 0..<count {
                let byte = text[index]
                lower[index] = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
            }
            return count
        }
    }

    /// Reads a name that was stored in the form of `text`, without an intermediate copy. At a start, a million are
    /// read.
    ///
    /// - Returns: nil if the bytes are not a name in the form of `text`.
    public init?(canonical bytes: UnsafeRawBufferPointer) {
        // `init(utf8:)` has the rules. What it would change is not in that form.
        if bytes.isEmpty {
            self = .root
            return
        }
        guard bytes.last != UInt8(ascii: "."),
            bytes.allSatisfy({ $0 < UInt8(ascii: "A") || $0 > UInt8(ascii: "Z") }),
            let name = bytes.withMemoryRebound(to: UInt8.self, { DomainName(utf8: $0) })
        else { return nil }
        self = name
    }

    /// Reads an uncompressed name in wire form (RFC 1035 §3.1) that fills the bytes exactly.
    ///
    /// - Returns: nil if the bytes are not such a name, or if a label contains bytes that `init(_:)` does not accept.
    public init?(wire: some Collection<UInt8>) {
        var rest = wire[...]
        var text: [UInt8] = []
        while let length = rest.popFirst() {
            if length == 0 {
                guard rest.isEmpty else { return nil }
                self.init(text.isEmpty ? "." : String(decoding: text, as: UTF8.self))
                return
            }
            guard length <= 63, rest.count > Int(length), text.count + Int(length) <= 254 else { return nil }
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            let label = rest.prefix(Int(length))
            // A dot inside a label would look like the border between two labels.
            guard !label.contains(UInt8(ascii: ".")) else { return nil }
            text.append(contentsOf: label)
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }

    /// The labels, leftmost first. Empty for the root.
    public var labels: [Substring] { text.isEmpty ? [] : text.split(separator: ".") }

    /// Whether the name is the root.
    public var isRoot: Bool { text.isEmpty }

    /// The name without its leftmost label. nil for the root. The parent of a single label is the root.
    public var parent: DomainName? {
        var parents = parents
        return parents.next().map { DomainName(unchecked: String($0)) }
    }

    /// The owner name of this host's TLSA records for a TCP service: `_25._tcp.` and the name (D-38, T-12; RFC 6698
    /// §3).
    ///
    /// - Parameter port: The TCP port. It is written in decimal without leading zeros.
    /// - Returns: nil if the name is too long for the prefix.
    public func tlsaOwner(port: UInt16) -> DomainName? { DomainName("_\(port)._tcp.\(text)") }

    /// Whether the name is an IPv4 address in text form, which somebody wrote where a host name belongs (D-21, RFC 7672
    /// §2.2).
    public var looksLikeAddress: Bool {
        // An IPv4 address ends in a digit. An IPv6 address cannot occur: a domain name has no colon.
        let last = text.utf8.withContiguousStorageIfAvailable { $0.last } ?? text.utf8.last
        guard let last, last >= UInt8(ascii: "0"), last <= UInt8(ascii: "9") else { return false }
        return IPAddress(text) != nil
    }
}

extension DomainName: CustomStringConvertible {
    /// The name as text; `.` for the root.
    public var description: String { text.isEmpty ? "." : text }
}
