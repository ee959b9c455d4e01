/// Writes a log line into memory that has been prepared for it. A line is written for every recipient while the MTA
/// waits, so this must be fast.
///
/// What does not fit is left out. The caller that provides the memory knows how much is needed.
package struct LineCursor {
    /// The most bytes of a value that are written.
    static let valueLimit = 512

    private let room: UnsafeMutableBufferPointer<UInt8>
    /// How many bytes have been written.
    package private(set) var count = 0

    package init(_ room: UnsafeMutableBufferPointer<UInt8>) { self.room = room }

    /// The most bytes that a value needs: each of its bytes as `\xNN`, and quotes. A missing value needs one.
    package static func room(for value: String?) -> Int { value.map { min($0.utf8.count, valueLimit) * 4 + 2 } ?? 1 }

    /// The most bytes that a value needs whose bytes are not UTF-8.
    package static func room(for value: String, _ bytes: [UInt8]?) -> Int {
        max(room(for: value), bytes.map { min($0.count, valueLimit) * 4 + 2 } ?? 0)
    }

    /// Writes our own words.
    package mutating func put(_ text: StaticString) {
        put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes our own words.
    package mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { put($0) }
    }

    /// Writes a byte.
    package mutating func put(_ byte: UInt8) {
        guard count < room.count else { return }
        room[count] = byte
        count += 1
    }

    private mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress, let base = room.baseAddress, bytes.count <= room.count - count else {
            return
        }
        (base + count).update(from: start, count: bytes.count)
        count += bytes.count
    }

    /// Writes a number in decimal.
    package mutating func put(number: UInt64) {
        if number >= 10 { put(number: number / 10) }
        put(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Writes a value from outside: at most 512 bytes of it, with everything except printable ASCII as `\xNN`, and `"`
    /// and `\` escaped. An empty or nil value is written as `-`. A value with a space, a quote or `=` is quoted.
    package mutating func put(value: String?) {
        guard var value, !value.isEmpty else { return put(UInt8(ascii: "-")) }
        value.withUTF8 { put(value: UnsafeBufferPointer(rebasing: $0.prefix(Self.valueLimit))) }
    }

    /// Writes a value from outside by its bytes, if these are not UTF-8.
    package mutating func put(value: String, _ bytes: [UInt8]?) {
        guard let bytes, !bytes.isEmpty else { return put(value: value) }
        bytes.withUnsafeBufferPointer { put(value: UnsafeBufferPointer(rebasing: $0.prefix(Self.valueLimit))) }
    }

    /// Writes the address in a path as a client typed it (RFC 5321 §4.1.2), without angle brackets and source route.
    /// The null sender is `<>`. Allocates no memory.
    package mutating func put(path: ReceivedText) {
        if let bytes = path.bytes {
            bytes.withUnsafeBufferPointer { put(path: $0) }
        } else {
            var text = path.text
            text.withUTF8 { put(path: $0) }
        }
    }

    private mutating func put(path: UnsafeBufferPointer<UInt8>) {
        var rest = path[...]
        if rest.first == UInt8(ascii: "<") {
            rest.removeFirst()
            if rest.last == UInt8(ascii: ">") { rest.removeLast() }
        }
        if rest.first == UInt8(ascii: "@"), let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            rest = rest[(colon + 1)...]
        }
        guard !rest.isEmpty else { return put("<>" as StaticString) }
        put(value: UnsafeBufferPointer(rebasing: rest.prefix(Self.valueLimit)))
    }

    private mutating func put(value: UnsafeBufferPointer<UInt8>) {
        guard let base = room.baseAddress, value.count <= room.count - count else { return }
        let target = base + count
        for index in value.indices {
            guard Self.isPlain(value[index]) else {
                // A byte that is not plain is escaped with a backslash, or is a blank or "=". In each case quotes are
                // needed.
                put(UInt8(ascii: "\""))
                put(escaped: value)
                return put(UInt8(ascii: "\""))
            }
            target[index] = value[index]
        }
        count += value.count
    }

    /// Writes digits of a number in base 32, the highest first.
    ///
    /// - Parameters:
    ///   - number: The number.
    ///   - shift: By how much the number is shifted for the first digit. The last digit has a shift below five.
    ///   - alphabet: The 32 digits.
    mutating func put(base32 number: UInt64, from shift: UInt64, _ alphabet: StaticString) {
        guard let base = room.baseAddress, Int(shift / 5) < room.count - count else { return }
        var shift = shift
        while true {
            base[count] = alphabet.utf8Start[Int(number &>> shift & 31)]
            count += 1
            guard shift >= 5 else { return }
            shift -= 5
        }
    }

    /// Whether a byte may be in a value without quotes.
    private static func isPlain(_ byte: UInt8) -> Bool {
        // Most bytes are letters.
        byte > UInt8(ascii: "\\") && byte < 0x7F || byte > UInt8(ascii: "=") && byte < UInt8(ascii: "\\")
            || byte > UInt8(ascii: "\"") && byte < UInt8(ascii: "=") || byte == UInt8(ascii: "!")
    }

    /// Writes text with everything except printable ASCII as `\xNN`, and `"` and `\` escaped.
    mutating func put(escaped text: UnsafeBufferPointer<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                put(UInt8(ascii: "\\"))
                put(byte)
            case 0x20...0x7E:
                put(byte)
            default:
                put("\\x" as StaticString)
                put(digit: byte >> 4)
                put(digit: byte & 15)
            }
        }
    }

    private mutating func put(digit: UInt8) {
        put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
}
