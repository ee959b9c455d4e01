import DANE
import Support

/// Makes bytes from the network, and text from libunbound that quotes them, readable for people.
enum WireText {
    /// The longest text in bytes that leaves this target.
    static let limit = 300

    /// Any text as printable ASCII of at most `limit` bytes. Other characters become `?`.
    static func printable(_ text: some Sequence<UInt8>) -> String {
        PrintableText.of(text, limit: limit)
    }

    /// A name in uncompressed wire form that fills the bytes exactly, with the escapes of RFC 1035 §5.1.
    ///
    /// - Returns: nil if the bytes are not such a name.
    static func name(_ wire: some Collection<UInt8>) -> String? {
        var rest = wire[...]
        var text: [UInt8] = []
        guard rest.count <= 255 else { return nil }
        while let length = rest.popFirst() {
            if length == 0 { return rest.isEmpty ? printable(text.isEmpty ? Array(".".utf8) : text) : nil }
            guard length <= 63, rest.count > Int(length) else { return nil }
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            for byte in rest.prefix(Int(length)) { text += escaped(byte) }
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }

    /// Any RDATA in the form of RFC 3597 §5.
    static func unknown(_ rdata: [UInt8]) -> String {
        printable("\\# \(rdata.count) \(rdata.prefix(limit).hexadecimal)".utf8)
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "\\"): return [UInt8(ascii: "\\"), byte]
        case 0x21...0x7E: return [byte]
        default:
            let digits = [byte / 100, byte / 10 % 10, byte % 10].map { $0 + UInt8(ascii: "0") }
            return [UInt8(ascii: "\\")] + digits
        }
    }
}
