package import Support
import Synchronization

/// How often something took how long. Any thread measures, without a lock and without memory.
///
/// A measurement is two additions. swift-metrics would look up a handler behind an existential for each, and has no
/// place for an exemplar.
package final class Histogram: Sendable {
    /// The upper bounds of the buckets, in seconds, sorted.
    package struct Bounds: Sendable {
        let seconds: [Double]

        /// How long a recipient waits. A kept verdict takes some tens of microseconds, and the deadline is 5 seconds.
        package static let wait = Bounds(seconds: [0.0001, 0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10])
        /// How long an inspection takes. The longest may take 90 seconds.
        package static let inspection = Bounds(seconds: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 90])
        /// How long a lookup takes.
        package static let lookup = Bounds(seconds: [0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10])
        /// How long a step of a probe takes.
        package static let step = Bounds(seconds: [0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30])
        /// How long anything else takes.
        package static let common = Bounds(seconds: [0.001, 0.01, 0.1, 1, 10])
    }

    /// What has been measured.
    package struct Reading: Sendable, Equatable {
        /// The upper bounds, in seconds, without the last bucket's, which has none.
        package let bounds: [Double]
        /// How many measurements fell into each bucket alone, the last one included.
        package let counts: [UInt64]
        /// The sum of all measurements, in seconds.
        package let sum: Double
        /// An example of each bucket, if there is one.
        package let exemplars: [Exemplar?]

        /// How many measurements there were.
        package var count: UInt64 { counts.reduce(0, &+) }
    }

    /// The most bounds.
    static let limit = 15
    /// A unit is 2^30 attoseconds, about a nanosecond, so that it is computed with a shift and without a division. The
    /// sum lasts for more than 600 years.
    private static let shift = 30

    private let bounds: [Double]
    /// The bounds in units, then as many as need be that nothing exceeds.
    private let limits: InlineArray<15, UInt64>
    private let counts = InlineArray<16, Atomic<UInt64>> { _ in Atomic(0) }
    private let sum = Atomic<UInt64>(0)
    private let exemplars = InlineArray<16, ExemplarSlot> { _ in ExemplarSlot() }

    /// An empty histogram with these bounds, of which there are at most 15.
    package init(_ bounds: Bounds) {
        precondition(bounds.seconds.count <= Self.limit && bounds.seconds == bounds.seconds.sorted())
        self.bounds = bounds.seconds
        let units = bounds.seconds.map { Self.units(.nanoseconds(Int64($0 * 1e9))) }
        limits = InlineArray { $0 < units.count ? units[$0] : .max }
    }

    /// Adds a measurement.
    ///
    /// - Parameter trace: The recipient that it was for, as an exemplar; nil if nobody could find it.
    @inline(__always)
    package func add(_ duration: Duration, trace: TraceID? = nil) {
        let units = Self.units(duration)
        var bucket = 0
        while bucket < Self.limit, units > limits[bucket] { bucket += 1 }
        counts[bucket].wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(units, ordering: .relaxed)
        if let trace { note(trace, units, bucket) }
    }

    /// It stands by itself, because few recipients have an exemplar.
    @inline(never)
    private func note(_ trace: TraceID, _ units: UInt64, _ bucket: Int) {
        exemplars[bucket].put(trace, units, at: SystemClock.coarseWall.milliseconds)
    }

    /// What has been measured. While others measure, sum and counts may differ by what comes in between.
    package var reading: Reading {
        // Whatever exceeds the last bound is in the bucket behind it.
        let places = bounds.count + 1
        return Reading(
            bounds: bounds, counts: (0..<places).map { counts[$0].load(ordering: .relaxed) },
            sum: Self.seconds(sum.load(ordering: .relaxed)), exemplars: (0..<places).map { exemplars[$0].read() })
    }

    @inline(__always)
    private static func units(_ duration: Duration) -> UInt64 {
        UInt64(clamping: duration.attoseconds >> Self.shift)
    }

    static func seconds(_ units: UInt64) -> Double { Double(units) * Double(1 << shift) * 1e-18 }
}
