import Glibc

/// Reads a line of bytes from its front, without a copy: mail logs have millions of lines.
struct ByteScanner {
    private var rest: UnsafeBufferPointer<UInt8>

    /// At the front of a line.
    init(_ line: UnsafeBufferPointer<UInt8>) { rest = line }

    /// Whether what is left begins so.
    func starts(with text: StaticString) -> Bool {
        guard let base = rest.baseAddress, rest.count >= text.utf8CodeUnitCount else { return false }
        return memcmp(text.utf8Start, base, text.utf8CodeUnitCount) == 0
    }

    /// Passes over a text, if it is there.
    mutating func skip(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        drop(text.utf8CodeUnitCount)
        return true
    }

    /// Passes over everything up to the end of a text, if it is there.
    mutating func skip(past text: StaticString) -> Bool {
        guard let place = place(of: text) else { return false }
        drop(place + text.utf8CodeUnitCount)
        return true
    }

    /// Whether a text is in what is left.
    func contains(_ text: StaticString) -> Bool { place(of: text) != nil }

    /// The next word, and the blanks behind it gone; nil at the end.
    mutating func token() -> UnsafeBufferPointer<UInt8>? {
        let count = rest.prefix { $0 != UInt8(ascii: " ") }.count
        guard count > 0 else { return nil }
        let word = rest.part(0..<count)
        drop(count)
        drop(rest.prefix { $0 == UInt8(ascii: " ") }.count)
        return word
    }

    /// An address up to its `>`, which does not count inside quotes (RFC 5321 §4.1.2) unless they never end.
    mutating func address() -> UnsafeBufferPointer<UInt8>? {
        guard let end = end(minding: true) ?? end(minding: false) else { return nil }
        let address = rest.part(0..<end)
        drop(end + 1)
        return address
    }

    private func end(minding quotes: Bool) -> Int? {
        var isQuoted = false
        var isEscaped = false
        for index in rest.indices {
            switch rest[index] {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\"") where quotes: isQuoted.toggle()
            case UInt8(ascii: ">") where !isQuoted: return index
            default: break
            }
        }
        return nil
    }

    /// Passes over the priority of a syslog message, `<22>`.
    ///
    /// - Returns: Whether a version follows, as in RFC 5424; it is passed over too.
    mutating func skipPriority() -> Bool {
        guard rest.first == UInt8(ascii: "<"), let close = rest.prefix(5).firstIndex(of: UInt8(ascii: ">")),
            close > 1, rest[1..<close].allSatisfy(\.isDigit)
        else { return false }
        drop(close + 1)
        return skip("1 ")
    }

    /// Passes over a time stamp and the blank behind it: `Nov 23 22:43:10`, `2026-11-23T22:43:10.123456+01:00`.
    mutating func skipTime() -> Bool {
        let length =
            if fits("Aaa _0 00:00:00"), Self.months.contains(where: { starts(with: $0) }) {
                15
            } else if fits("0000-00-00T00:00:00") || fits("0000-00-00 00:00:00") {
                19
            } else {
                0
            }
        guard length > 0 else { return false }
        // Fractions of a second and the zone.
        let more = rest[length...].prefix { $0.isDigit || [0x2B, 0x2C, 0x2D, 0x2E, 0x3A, 0x5A].contains($0) }.count
        guard more <= 20, rest.count > length + more, rest[length + more] == UInt8(ascii: " ") else { return false }
        drop(length + more)
        drop(rest.prefix { $0 == UInt8(ascii: " ") }.count)
        return true
    }

    private static let months: [StaticString] = [
        "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
    ]

    /// Whether what is left begins as a pattern says: `0` for a digit, `_` for a digit or a blank, `A` and `a` for letters.
    private func fits(_ pattern: StaticString) -> Bool {
        guard rest.count >= pattern.utf8CodeUnitCount else { return false }
        return pattern.withUTF8Buffer { pattern in
            pattern.indices.allSatisfy { index in
                let byte = rest[index]
                return switch pattern[index] {
                case UInt8(ascii: "0"): byte.isDigit
                case UInt8(ascii: "_"): byte.isDigit || byte == UInt8(ascii: " ")
                case UInt8(ascii: "A"), UInt8(ascii: "a"): byte.isAlphanumeric && !byte.isDigit
                default: byte == pattern[index]
                }
            }
        }
    }

    private func place(of text: StaticString) -> Int? {
        text.withUTF8Buffer { text in
            guard let base = rest.baseAddress, let first = text.first, let start = text.baseAddress else { return nil }
            var from = 0
            while rest.count - from >= text.count,
                let found = memchr(base + from, Int32(first), rest.count - from - text.count + 1)
            {
                let place = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                if memcmp(base + place, start, text.count) == 0 { return place }
                from = place + 1
            }
            return nil
        }
    }

    private mutating func drop(_ count: Int) { rest = rest.part(min(count, rest.count)..<rest.count) }
}

extension UnsafeBufferPointer<UInt8> {
    /// A part, its first byte at 0.
    func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self[range]) }
}

extension UInt8 {
    /// Whether this is an ASCII digit.
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// Whether this is an ASCII letter or digit.
    var isAlphanumeric: Bool { isDigit || (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z") }
}
