/// A point in time in four bytes: tenths of a second on the continuous clock, for tables of a million entries.
///
/// `ContinuousClock.Instant` takes sixteen. The count begins a day before the first use and lasts for thirteen years.
struct Tick: Comparable, Sendable {
    private static let epoch = ContinuousClock.now - .seconds(86400)

    /// Tenths of a second since the count began.
    let tenths: UInt32

    /// Earlier than any other.
    static let first = Tick(tenths: 0)
    /// Later than any other.
    static let never = Tick(tenths: .max)

    private init(tenths: UInt32) { self.tenths = tenths }

    /// The tick that an instant falls into; what lies before or behind the count becomes its first or last one.
    init(_ instant: ContinuousClock.Instant) {
        tenths = UInt32(clamping: Self.tenths(instant - Self.epoch))
    }

    static func < (left: Tick, right: Tick) -> Bool { left.tenths < right.tenths }

    /// The tick so much later, rounded up; never so late as `never`.
    static func + (tick: Tick, duration: Duration) -> Tick {
        let sum = Int64(tick.tenths) + tenths(duration + .milliseconds(99))
        return Tick(tenths: min(UInt32(clamping: sum), .max - 1))
    }

    /// How long after another tick this one is.
    static func - (left: Tick, right: Tick) -> Duration {
        .milliseconds((Int64(left.tenths) - Int64(right.tenths)) * 100)
    }

    private static func tenths(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return (seconds &* 10) &+ attoseconds / 100_000_000_000_000_000
    }
}
