import Glibc

/// The bytes of a line. They are valid only during the call.
package typealias LentBytes = UnsafeBufferPointer<UInt8>

/// Reads the bytes of a line from the front. It makes no copy, because mail logs have millions of lines.
package struct ByteScanner {
    /// The bytes that have not been read.
    package private(set) var rest: LentBytes

    /// Begins at the front of a line.
    package init(_ line: LentBytes) { rest = line }

    /// Whether nothing is left.
    package var isAtEnd: Bool { rest.isEmpty }

    /// The next byte; nil at the end.
    package var next: UInt8? { rest.first }

    /// Whether the rest begins with a text.
    package func starts(with text: StaticString) -> Bool {
        guard let base = rest.baseAddress, rest.count >= text.utf8CodeUnitCount else { return false }
        return memcmp(text.utf8Start, base, text.utf8CodeUnitCount) == 0
    }

    /// Skips a text if the rest begins with it.
    package mutating func skip(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        drop(text.utf8CodeUnitCount)
        return true
    }

    /// Skips all up to the end of a text, if the rest contains it.
    package mutating func skip(past text: StaticString) -> Bool {
        guard let place = place(of: text) else { return false }
        drop(place + text.utf8CodeUnitCount)
        return true
    }

    /// Whether the rest contains a text.
    package func contains(_ text: StaticString) -> Bool { place(of: text) != nil }

    /// Takes the next word, and skips the blanks and tabs after it; nil at the end.
    package mutating func token() -> LentBytes? {
        let word = peek()
        guard !word.isEmpty else { return nil }
        drop(word.count)
        skipBlanks()
        return word
    }

    /// Returns the next word without taking it; empty at a blank or at the end.
    package func peek() -> LentBytes { rest.part(0..<rest.prefix { !$0.isBlank }.count) }

    /// Skips blanks and tabs.
    package mutating func skipBlanks() { drop(rest.prefix(while: \.isBlank).count) }

    /// Takes all up to a byte, and skips the byte. If the byte is not there it returns nil, and skips nothing.
    package mutating func take(upTo byte: UInt8) -> LentBytes? {
        guard let place = rest.firstIndex(of: byte) else { return nil }
        defer { drop(place + 1) }
        return rest.part(0..<place)
    }

    /// Takes all before a text, or all of the rest if the text is not there.
    package mutating func take(before text: StaticString) -> LentBytes {
        let count = place(of: text) ?? rest.count
        defer { drop(count) }
        return rest.part(0..<count)
    }

    /// Takes so many bytes, or as many as there are.
    package mutating func take(_ count: Int) -> LentBytes {
        let count = min(count, rest.count)
        defer { drop(count) }
        return rest.part(0..<count)
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

    /// Skips so many bytes.
    package mutating func drop(_ count: Int) { rest = rest.part(min(count, rest.count)..<rest.count) }
}

extension UnsafeBufferPointer<UInt8> {
    /// Returns a part, whose first byte has index 0.
    package func part(_ range: Range<Int>) -> LentBytes { UnsafeBufferPointer(rebasing: self[range]) }

    /// Whether these are the bytes of a text.
    package func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount, let base = baseAddress else {
            return isEmpty && text.utf8CodeUnitCount == 0
        }
        return memcmp(base, text.utf8Start, count) == 0
    }

    /// The bytes without blanks, tabs and carriage returns at both ends.
    package var trimmed: LentBytes {
        var range = indices
        while let last = range.last, self[last].isBlank || self[last] == 0x0D { range = range.dropLast() }
        while let first = range.first, self[first].isBlank || self[first] == 0x0D { range = range.dropFirst() }
        return part(range)
    }

    /// The bytes as text. Bytes that are no UTF-8 are replaced.
    package var text: String { String(decoding: self, as: UTF8.self) }
}

extension UInt8 {
    /// Whether this is an ASCII digit.
    package var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// Whether this is an ASCII letter or digit.
    package var isAlphanumeric: Bool {
        isDigit || (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z")
    }

    /// Whether this is an ASCII letter.
    package var isLetter: Bool { !isDigit && isAlphanumeric }

    /// Whether this is a blank or a tab.
    package var isBlank: Bool { self == 0x20 || self == 0x09 }
}
