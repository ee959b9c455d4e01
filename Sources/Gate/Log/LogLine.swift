import DANE

/// A log line: key=value pairs in a fixed order, one space between them, nothing unescaped from outside.
public struct LogLine: Sendable, CustomStringConvertible {
    /// The line.
    public private(set) var description = ""

    /// An empty line.
    public init() {}

    /// A line `event=…`, for what is not the ruling of a recipient.
    public init(event: String) { add("event", event) }

    /// Adds a pair. A value that is empty or nil is written `-`; one with a space, a quote or `=` is quoted.
    public mutating func add(_ key: String, _ value: String?) {
        if !description.isEmpty { description += " " }
        description += key
        description += "="
        guard let value, !value.isEmpty else {
            description += "-"
            return
        }
        let escaped = Self.escaped(value)
        let isPlain = escaped.utf8.allSatisfy {
            $0 != 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\\")
        }
        description += isPlain ? escaped : "\"\(escaped)\""
    }

    /// The line with a pair more.
    public func adding(_ key: String, _ value: String?) -> LogLine {
        var line = self
        line.add(key, value)
        return line
    }

    /// Text with everything but printable ASCII as `\xNN`, and `"` and `\` escaped; at most 512 bytes of it.
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8.prefix(512) {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x20...0x7E:
                bytes.append(byte)
            default:
                bytes.append(contentsOf: "\\x".utf8)
                bytes.append(contentsOf: [byte].hexadecimal.utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
