import Synchronization

/// An id that connects a reply with its log line: a ULID, 26 letters and digits, which sort by time.
package struct TraceID: Sendable, Hashable, CustomStringConvertible {
    /// The upper and the lower half of 128 bits: 48 bits of time in milliseconds since 1970, and 80 others.
    package let upper: UInt64
    package let lower: UInt64

    /// 80 random bits from the start, incremented for each id. So an id is unique in a process and cannot be guessed
    /// outside.
    private static let seed = (high: UInt16.random(in: 0 ... .max), low: UInt64.random(in: 0 ... .max))
    private static let counter = Atomic<UInt64>(0)

    private static let alphabet: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    /// A new id.
    package init() {
        let time = UInt64(max(0, SystemClock.coarseWall.milliseconds))
        upper = time << 16 | UInt64(Self.seed.high)
        lower = Self.seed.low &+ Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// The id with these halves, where an id was kept as such.
    package init(upper: UInt64, lower: UInt64) {
        self.upper = upper
        self.lower = lower
    }

    /// In Crockford's base 32: 10 digits of time, 16 others.
    package var description: String { LogLine(room: 26) { write(to: &$0) }.description }

    /// Writes the digits.
    package func write(to line: inout LineCursor) {
        line.put(base32: upper >> 1, from: 60, Self.alphabet)
        // The fourteenth digit has one bit of the upper half and four of the lower.
        line.put(base32: (upper & 1) << 4 | lower >> 60, from: 0, Self.alphabet)
        line.put(base32: lower, from: 55, Self.alphabet)
    }
}
