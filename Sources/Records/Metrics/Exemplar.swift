package import Support
import Synchronization

/// A recipient that stands for a bucket of a histogram: `danegate trace --id` finds it unless it was accepted.
package struct Exemplar: Sendable, Equatable {
    /// The id in reply, log line and trace.
    package let trace: TraceID
    /// What was measured, in seconds.
    package let seconds: Double
    /// When, in milliseconds since 1970.
    package let time: Int64
}

/// The place of one exemplar. A newer one replaces it. Any thread may put or read, none waits.
///
/// It is a sequence lock of which writers give up: whoever finds another thread writing leaves its own exemplar out, as
/// one recipient is as good an example as another.
struct ExemplarSlot: ~Copyable {
    /// Odd while it is written; 0 while it is empty.
    private let sequence = Atomic<UInt64>(0)
    private let upper = Atomic<UInt64>(0)
    private let lower = Atomic<UInt64>(0)
    private let units = Atomic<UInt64>(0)
    private let time = Atomic<Int64>(0)

    /// Puts an exemplar.
    ///
    /// - Parameter units: What was measured, in the units of `Histogram`.
    borrowing func put(_ trace: TraceID, _ units: UInt64, at time: Int64) {
        let before = sequence.load(ordering: .relaxed)
        guard before & 1 == 0,
            sequence.compareExchange(expected: before, desired: before + 1, ordering: .acquiring).exchanged
        else { return }
        // Released one by one: none may be seen before the sequence is odd.
        upper.store(trace.upper, ordering: .releasing)
        lower.store(trace.lower, ordering: .releasing)
        self.units.store(units, ordering: .releasing)
        self.time.store(time, ordering: .releasing)
        sequence.store(before + 2, ordering: .releasing)
    }

    /// The exemplar; nil if there is none, or it is being replaced all the time.
    borrowing func read() -> Exemplar? {
        for _ in 0..<16 {
            let before = sequence.load(ordering: .acquiring)
            if before == 0 { return nil }
            let trace = TraceID(
                upper: upper.load(ordering: .acquiring), lower: lower.load(ordering: .acquiring))
            let found = Exemplar(
                trace: trace, seconds: Histogram.seconds(units.load(ordering: .acquiring)),
                time: time.load(ordering: .acquiring))
            if before & 1 == 0, sequence.load(ordering: .relaxed) == before { return found }
        }
        return nil
    }
}
