import Glibc

/// Bytes of a line, lent for the length of a call.
package typealias LentBytes = UnsafeBufferPointer<UInt8>

/// Reads a line of bytes from its front, without a copy: mail logs have millions of lines.
package struct ByteScanner {
    /// What has not been read.
    package private(set) var rest: LentBytes

    /// At the front of a line.
    package init(_ line: LentBytes) { rest = line }

    /// Whether nothing is left.
    package var isAtEnd: Bool { rest.isEmpty }

    /// The next byte; nil at the end.
    package var next: UInt8? { rest.first }

    /// Whether what is left begins so.
    package func starts(with text: StaticString) -> Bool {
        guard let base = rest.baseAddress, rest.count >= text.utf8CodeUnitCount else { return false }
        return memcmp(text.utf8Start, base, text.utf8CodeUnitCount) == 0
    }

    /// Passes over a text, if it is there.
    package mutating func skip(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        drop(text.utf8CodeUnitCount)
        return true
    }

    /// Passes over everything up to the end of a text, if it is there.
    package mutating func skip(past text: StaticString) -> Bool {
        guard let place = place(of: text) else { return false }
        drop(place + text.utf8CodeUnitCount)
        return true
    }

    /// Whether a text is in what is left.
    package func contains(_ text: StaticString) -> Bool { place(of: text) != nil }

    /// The next word, and the blanks and tabs behind it gone; nil at the end.
    package mutating func token() -> LentBytes? {
        let word = peek()
        guard !word.isEmpty else { return nil }
        drop(word.count)
        skipBlanks()
        return word
    }

    /// The next word, which stays; empty at a blank or at the end.
    package func peek() -> LentBytes { rest.part(0..<rest.prefix { !$0.isBlank }.count) }

    /// Passes over blanks and tabs.
    package mutating func skipBlanks() { drop(rest.prefix(while: \.isBlank).count) }

    /// Takes everything up to a byte, and passes over that too; nil, and nothing passed over, if it is not there.
    package mutating func take(upTo byte: UInt8) -> LentBytes? {
        guard let place = rest.firstIndex(of: byte) else { return nil }
        defer { drop(place + 1) }
        return rest.part(0..<place)
    }

    /// Takes everything up to a text, which stays; all that is left if it is not there.
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

    /// Passes over so many bytes.
    package mutating func drop(_ count: Int) { rest = rest.part(min(count, rest.count)..<rest.count) }
}

extension UnsafeBufferPointer<UInt8> {
    /// A part, its first byte at 0.
    package func part(_ range: Range<Int>) -> LentBytes { UnsafeBufferPointer(rebasing: self[range]) }

    /// Whether these are the bytes of a text.
    package func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount, let base = baseAddress else {
            return isEmpty && text.utf8CodeUnitCount == 0
        }
        return memcmp(base, text.utf8Start, count) == 0
    }

    /// Without blanks, tabs and carriage returns at both ends.
    package var trimmed: LentBytes {
        var range = indices
        while let last = range.last, self[last].isBlank || self[last] == 0x0D { range = range.dropLast() }
        while let first = range.first, self[first].isBlank || self[first] == 0x0D { range = range.dropFirst() }
        return part(range)
    }

    /// The bytes as text; what is no UTF-8 is replaced.
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
