import DANE

/// A log line: key=value pairs in a fixed order, one space between them, nothing unescaped from outside.
///
/// Kept as bytes: one is made for every recipient, while the MTA waits.
public struct LogLine: Sendable, CustomStringConvertible {
    /// The most of a value that is shown, in bytes.
    static let limit = 512

    /// The line, in printable ASCII.
    private(set) var bytes: [UInt8] = []

    /// The line.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// An empty line.
    public init() {}

    /// A line `event=…`, for what is not the ruling of a recipient.
    public init(event: String) { add("event", event) }

    /// An empty line that will have about so many bytes.
    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Adds a pair. A value that is empty or nil is written `-`; one with a space, a quote or `=` is quoted.
    public mutating func add(_ key: String, _ value: String?) {
        begin(key)
        guard var value, !value.isEmpty else {
            bytes.append(UInt8(ascii: "-"))
            return
        }
        value.withUTF8 { append($0) }
    }

    /// Adds a pair of our own words, which need no quotes.
    mutating func add(_ key: String, plain value: String) {
        begin(key)
        bytes.append(contentsOf: value.utf8)
    }

    /// Adds a pair that writes its value itself, in bytes that need no quotes.
    mutating func add(_ key: String, plainBy write: (inout [UInt8]) -> Void) {
        begin(key)
        write(&bytes)
    }

    /// The line with a pair more.
    public func adding(_ key: String, _ value: String?) -> LogLine {
        var line = self
        line.add(key, value)
        return line
    }

    private mutating func begin(_ key: String) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
        bytes.append(contentsOf: key.utf8)
        bytes.append(UInt8(ascii: "="))
    }

    private mutating func append(_ value: UnsafeBufferPointer<UInt8>) {
        let shown = UnsafeBufferPointer(rebasing: value.prefix(Self.limit))
        if shown.allSatisfy(Self.isPlain) {
            bytes.append(contentsOf: shown)
            return
        }
        // Whatever is not plain is escaped with a backslash, or is a blank or "=": there is a reason for quotes.
        bytes.append(UInt8(ascii: "\""))
        Self.escape(shown, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Whether a byte can stand in a value without quotes.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
            && byte != UInt8(ascii: "\\")
    }

    private static func escape(_ text: UnsafeBufferPointer<UInt8>, into bytes: inout [UInt8]) {
        for byte in text {
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
    }

    /// Text with everything but printable ASCII as `\xNN`, and `"` and `\` escaped; at most 512 bytes of it.
    static func escaped(_ text: String) -> String {
        var text = text
        var bytes: [UInt8] = []
        text.withUTF8 { escape(UnsafeBufferPointer(rebasing: $0.prefix(limit)), into: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
