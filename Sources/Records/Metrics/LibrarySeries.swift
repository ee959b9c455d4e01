import CoreMetrics
import Synchronization

/// One series that a library counts.
final class LibrarySeries: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private struct State {
        var count: UInt64 = 0
        var number = 0.0
    }

    let kind: MetricFamily.Kind
    private let state = Mutex(State())
    private let histogram: Histogram?

    /// A series of this kind.
    init(_ kind: MetricFamily.Kind) {
        self.kind = kind
        histogram = kind == .histogram ? Histogram(.common) : nil
    }

    /// Its present value.
    var value: MetricFamily.Value {
        if let histogram { return .histogram(histogram.reading) }
        let state = state.withLock { $0 }
        switch kind {
        case .counter: return .count(state.count)
        case .summary: return .summary(count: state.count, sum: state.number)
        case .gauge, .histogram: return .number(state.number)
        }
    }

    // A counter.

    func increment(by amount: Int64) {
        state.withLock { $0.count &+= UInt64(clamping: amount) }
    }

    func reset() { state.withLock { $0 = State() } }

    // A meter.

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { state.withLock { $0.number = value } }

    func increment(by amount: Double) { state.withLock { $0.number += amount } }

    func decrement(by amount: Double) { state.withLock { $0.number -= amount } }

    // A recorder: of one that is not to be summed up, the last value counts.

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        state.withLock { state in
            state.count &+= 1
            state.number = kind == .summary ? state.number + value : value
        }
    }

    // A timer.

    func recordNanoseconds(_ duration: Int64) { histogram?.add(.nanoseconds(max(0, duration))) }
}
