import Foundation
import Synchronization

/// An id that ties a reply to its log line: a ULID, 26 letters and digits, in the order of time.
struct TraceID: Sendable, Hashable, CustomStringConvertible {
    private let time: UInt64
    private let high: UInt16
    private let low: UInt64

    /// 80 bits from the system at start, counted up for each id: unique within a process, and not to be guessed outside.
    private static let seed = (high: UInt16.random(in: 0 ... .max), low: UInt64.random(in: 0 ... .max))
    private static let counter = Atomic<UInt64>(0)

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// A new id.
    init() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        time = UInt64(max(0, now.tv_sec)) * 1000 + UInt64(now.tv_nsec / 1_000_000)
        high = Self.seed.high
        low = Self.seed.low &+ Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Crockford's base 32: 10 digits of time, 16 of the rest.
    var description: String {
        let bits = UInt128(time) << 80 | UInt128(high) << 64 | UInt128(low)
        return String(
            decoding: (0..<26).reversed().map { Self.alphabet[Int(truncatingIfNeeded: bits >> (5 * $0)) & 31] },
            as: UTF8.self)
    }
}
