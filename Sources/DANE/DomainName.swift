/// A domain name in the form the DNS compares: A-labels, lower case, no trailing dot.
///
/// The limits are those of RFC 1035 §2.3.4 (63 bytes a label, 255 in wire form, hence 253 in text). Letters, digits, hyphens
/// and underscores are taken: RFC 952 does not know the underscore, but MX hosts that carry one are in use and are judged
/// like others. U-labels are not taken here; they are converted at the border (`InternationalName` in Certificates).
public struct DomainName: Hashable, Sendable {
    /// The name without its trailing dot; empty for the root.
    public let text: String

    /// The root of the DNS, written `.`; as an MX exchange it says "no mail here" (RFC 7505 §3).
    public static let root = DomainName(unchecked: "")

    private init(unchecked text: String) { self.text = text }

    /// Reads a name from text, with or without a trailing dot, in any case.
    ///
    /// - Returns: nil if the text is no domain name: an empty or overlong label, an overlong name, or any other character.
    public init?(_ text: some StringProtocol) {
        // More bytes than any name has say no more than these.
        var start = String(decoding: text.utf8.prefix(256), as: UTF8.self)
        guard let name = start.withUTF8({ DomainName(utf8: $0) }) else { return nil }
        self = name
    }

    /// Reads a name from text in bytes, as `init(_:)` does from a string: for what is read once a recipient.
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
        var isName = true
        self.text = String(unsafeUninitializedCapacity: count) { lower in
            var label = 0
            for index in 0..<count {
                let byte = text[index]
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"):
                    lower[index] = byte
                    label += 1
                case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    lower[index] = byte | 0x20
                    label += 1
                case UInt8(ascii: ".") where label > 0:
                    lower[index] = byte
                    label = 0
                default:
                    isName = false
                }
                if label > 63 || !isName {
                    isName = false
                    return 0
                }
            }
            if label == 0 { isName = false }
            return count
        }
        guard isName else { return nil }
    }

    /// Takes a name that was written down as `text`, without a copy on the way: a million of them are read at a start.
    ///
    /// - Returns: nil if the bytes are no name in the form of `text`.
    public init?(canonical bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= 253 else { return nil }
        var label = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "."):
                guard label > 0 else { return nil }
                label = 0
                continue
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                label += 1
            default: return nil
            }
            guard label <= 63 else { return nil }
        }
        // No dot at the end; the root is empty.
        guard label > 0 || bytes.isEmpty else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// Reads an uncompressed name in wire form (RFC 1035 §3.1) that fills the bytes exactly.
    ///
    /// - Returns: nil if the bytes are no such name, or if a label holds bytes that `init(_:)` does not take.
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
            // A dot inside a label would read as two labels.
            guard !label.contains(UInt8(ascii: ".")) else { return nil }
            text.append(contentsOf: label)
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }

    /// The labels from the left; none for the root.
    public var labels: [Substring] { text.isEmpty ? [] : text.split(separator: ".") }

    /// Whether this is the root.
    public var isRoot: Bool { text.isEmpty }

    /// The name without its leftmost label; nil for the root. The parent of a single label is the root.
    public var parent: DomainName? {
        guard !isRoot else { return nil }
        guard let dot = text.firstIndex(of: ".") else { return .root }
        return DomainName(unchecked: String(text[text.index(after: dot)...]))
    }

    /// The owner name of this host's TLSA records for a TCP service (RFC 6698 §3): `_25._tcp.` and the name.
    ///
    /// - Parameter port: The TCP port, in decimal without leading zeros.
    /// - Returns: nil if the name is too long for the prefix.
    public func tlsaOwner(port: UInt16) -> DomainName? { DomainName("_\(port)._tcp.\(text)") }

    /// Whether the name's labels all are numbers, four of them: an IPv4 address that somebody wrote where a host name belongs.
    public var looksLikeAddress: Bool {
        // The last label of an IPv4 address is a number, and there is no colon in a name.
        guard let last = text.utf8.last, last >= UInt8(ascii: "0"), last <= UInt8(ascii: "9") else { return false }
        return IPAddress(text) != nil
    }
}

extension DomainName: CustomStringConvertible {
    /// The name as text; `.` for the root.
    public var description: String { text.isEmpty ? "." : text }
}
