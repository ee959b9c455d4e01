/// Writes a log line into memory that has been prepared for it. A line is written for every recipient while the MTA
/// waits, so this must be fast.
///
/// What does not fit is left out. The caller that provides the memory knows how much is needed.
public struct LineCursor {
    /// The most bytes of a value that are written.
    @usableFromInline static let valueLimit = 512

    @usableFromInline let room: UnsafeMutableBufferPointer<UInt8>
    /// How many bytes have been written.
    @usableFromInline
    package var count = 0
    /// Whether something did not fit and has been left out.
    @usableFromInline
    package var isCut = false

    package init(_ room: UnsafeMutableBufferPointer<UInt8>) { self.room = room }

    /// The most bytes that a value needs: each of its bytes as `\xNN`, and quotes. A missing value needs one.
    @inlinable
    public static func room(for value: String?) -> Int { value.map { min($0.utf8.count, valueLimit) * 4 + 2 } ?? 1 }

    /// The most bytes that a value needs whose bytes are not UTF-8.
    @inlinable
    public static func room(for value: String, _ bytes: [UInt8]?) -> Int {
        max(room(for: value), bytes.map { min($0.count, valueLimit) * 4 + 2 } ?? 0)
    }

    /// Writes our own words.
    @inlinable @inline(__always)
    public mutating func put(_ text: StaticString) {
        put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes our own words.
    package mutating func put(_ text: String) {
        Self.with(text) { put($0) }
    }

    /// Calls `body` with the bytes of a text, without a copy if they lie together, as they do in nearly all texts.
    private static func with(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        guard text.utf8.withContiguousStorageIfAvailable(body) == nil else { return }
        var text = text
        text.withUTF8(body)
    }

    /// Writes a byte.
    @inlinable
    public mutating func put(_ byte: UInt8) {
        guard count < room.count else {
            isCut = true
            return
        }
        room[count] = byte
        count += 1
    }

    @inlinable @inline(__always)
    mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        guard let base = room.baseAddress, bytes.count <= room.count - count else {
            isCut = true
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
        guard let value, !value.isEmpty else { return put(UInt8(ascii: "-")) }
        Self.with(value) { put(value: UnsafeBufferPointer(rebasing: $0.prefix(Self.valueLimit))) }
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
            Self.with(path.text) { put(path: $0) }
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
        guard let base = room.baseAddress, value.count <= room.count - count else {
            isCut = true
            return
        }
        guard Self.isPlain(value) else {
            // A byte that is not plain is escaped with a backslash, or is a blank or "=". In each case quotes are
            // needed.
            put(UInt8(ascii: "\""))
            put(escaped: value)
            return put(UInt8(ascii: "\""))
        }
        guard let start = value.baseAddress else { return }
        (base + count).update(from: start, count: value.count)
        count += value.count
    }

    /// Whether a value needs no quotes.
    static func isPlain(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard value.count >= 8 else { return value.allSatisfy(isPlain) }
        let bytes = UnsafeRawBufferPointer(value)
        var odd: UInt64 = 0
        var place = 0
        while place <= bytes.count - 8 {
            odd |= oddities(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        // The last eight may have been looked at in part.
        odd |= oddities(bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
        return odd == 0 || value.allSatisfy(isPlain)
    }

    /// Looks at eight bytes at once. Returns zero if none of them needs quotes or is a `!`.
    private static func oddities(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The highest bit of a byte that is less than `bound`; it may also be set of a byte after such a one.
        func below(_ word: UInt64, _ bound: UInt64) -> UInt64 { (word &- ones &* bound) & ~word }
        let equals = below(word ^ ones &* 0x3D, 1)
        let backslashes = below(word ^ ones &* 0x5C, 1)
        // Beyond `~`: the highest bit is set, or adding one sets it.
        let beyond = word | (word &+ ones)
        // A quote is the one after `!`, which is rare.
        return (below(word, 0x23) | equals | backslashes | beyond) & (ones << 7)
    }

    /// Writes digits of a number in base 32, the highest first.
    ///
    /// - Parameters:
    ///   - number: The number.
    ///   - shift: By how much the number is shifted for the first digit. The last digit has a shift below five.
    ///   - alphabet: The 32 digits.
    mutating func put(base32 number: UInt64, from shift: UInt64, _ alphabet: StaticString) {
        guard let base = room.baseAddress, Int(shift / 5) < room.count - count else {
            isCut = true
            return
        }
        let digits = alphabet.utf8Start
        var shift = shift
        var place = count
        while true {
            base[place] = digits[Int(number &>> shift & 31)]
            place &+= 1
            guard shift >= 5 else { break }
            shift &-= 5
        }
        count = place
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
