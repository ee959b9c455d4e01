/// A log line: key=value pairs in a fixed order, separated by one space. Everything from outside is escaped.
public struct LogLine: Sendable, CustomStringConvertible {
    /// The line in printable ASCII.
    package private(set) var bytes: [UInt8] = []

    /// The line.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// An empty line.
    public init() {}

    /// A line `event=…`, for anything except the ruling on a recipient.
    public init(event: String) { add("event", event) }

    /// A line that `write` writes into this many bytes.
    package init(room: Int, _ write: (inout LineCursor) -> Void) {
        bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            var cursor = LineCursor(buffer)
            write(&cursor)
            count = cursor.count
        }
    }

    /// Adds a pair. An empty or nil value is written as `-`. A value with a space, a quote or `=` is quoted.
    public mutating func add(_ key: String, _ value: String?) {
        let isFirst = bytes.isEmpty
        bytes +=
            LogLine(room: key.utf8.count + 2 + LineCursor.room(for: value)) { cursor in
                if !isFirst { cursor.put(UInt8(ascii: " ")) }
                cursor.put(key)
                cursor.put(UInt8(ascii: "="))
                cursor.put(value: value)
            }.bytes
    }

    /// The line with one more pair.
    public func adding(_ key: String, _ value: String?) -> LogLine {
        var line = self
        line.add(key, value)
        return line
    }

    /// Text with everything except printable ASCII as `\xNN`, and `"` and `\` escaped. At most 512 bytes of it are
    /// used.
    package static func escaped(_ text: String) -> String {
        LogLine(room: LineCursor.room(for: text)) { cursor in
            var text = text
            text.withUTF8 { cursor.put(escaped: UnsafeBufferPointer(rebasing: $0.prefix(LineCursor.valueLimit))) }
        }.description
    }

    /// The same for text whose bytes are given if they are not UTF-8.
    package static func escaped(_ text: String, _ bytes: [UInt8]?) -> String {
        guard let bytes else { return escaped(text) }
        return LogLine(room: LineCursor.room(for: text, bytes)) { cursor in
            bytes.withUnsafeBufferPointer {
                cursor.put(escaped: UnsafeBufferPointer(rebasing: $0.prefix(LineCursor.valueLimit)))
            }
        }.description
    }

    /// The first bytes of a text, escaped, followed by `...` if there are more. For use in a sentence.
    package static func beginning(of text: some Collection<UInt8>) -> String {
        let bytes = Array(text.prefix(81))
        return escaped("", Array(bytes.prefix(80))) + (bytes.count > 80 ? "..." : "")
    }

    /// The bytes of a text that the log has escaped; nil if it contains no escape.
    package static func unescaped(_ text: String) -> [UInt8]? {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if next == UInt8(ascii: "x"), rest.count >= 2, let escaped = UInt8(digits, radix: 16) {
                bytes.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(next)
            }
        }
        return bytes
    }
}
