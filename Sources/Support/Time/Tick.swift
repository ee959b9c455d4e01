/// A point in time in four bytes, for tables with a million entries. `ContinuousClock.Instant` takes sixteen.
///
/// A tick is 2^56 attoseconds, about 72 ms, so that it is computed with a shift and without a division. The count
/// begins a day before the first use and lasts for almost ten years.
public struct Tick: Comparable, Sendable {
    private static let epoch = ContinuousClock.now - .seconds(86400)
    private static let shift = 56

    @usableFromInline let count: UInt32

    /// Earlier than any other.
    package static let first = Tick(count: 0)
    /// Later than any other.
    package static let never = Tick(count: .max)

    private init(count: UInt32) { self.count = count }

    /// The tick of an instant. An instant before or after the range becomes its first or last tick.
    package init(_ instant: ContinuousClock.Instant) {
        count = UInt32(clamping: (instant - Self.epoch).attoseconds >> Self.shift)
    }

    /// Whether the left one is earlier.
    @inlinable
    public static func < (left: Tick, right: Tick) -> Bool { left.count < right.count }

    /// The tick that is this much later, rounded up. It is never as late as `never`.
    package static func + (tick: Tick, duration: Duration) -> Tick {
        let ticks = (duration.attoseconds + (1 << shift) - 1) >> shift
        return Tick(count: min(UInt32(clamping: Int128(tick.count) + ticks), .max - 1))
    }

    /// The time between two ticks.
    package static func - (left: Tick, right: Tick) -> Duration {
        Duration(attoseconds: (Int128(left.count) - Int128(right.count)) << shift)
    }
}
