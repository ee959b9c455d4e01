import Support
import Testing

@testable import Records

/// A measurement falls into its bucket, and no thread loses one.
@Suite(.timeLimit(.minutes(1))) struct HistogramTests {
    @Test(arguments: [
        (Duration.zero, 0), (.nanoseconds(-5), 0), (.microseconds(99), 0), (.microseconds(100), 0),
        (.microseconds(101), 1), (.milliseconds(1), 1), (.milliseconds(19), 3), (.seconds(5), 8),
        (.seconds(10), 9), (.milliseconds(10_001), 10), (.seconds(1 << 40), 10),
    ]) func eachMeasurementHasItsBucket(duration: Duration, bucket: Int) {
        let histogram = Histogram(.wait)
        histogram.add(duration)
        let reading = histogram.reading
        #expect(reading.bounds.count == 10 && reading.counts.count == 11)
        #expect(reading.counts.firstIndex(of: 1) == bucket && reading.count == 1)
        #expect(reading.exemplars.allSatisfy { $0 == nil })
    }

    @Test func noThreadLosesAMeasurementOrMixesExemplars() async {
        let histogram = Histogram(.common)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for number in 0..<20_000 {
                        // The lower half of an id says what was measured with it.
                        let microseconds = UInt64(number % 900 + 1)
                        let trace = TraceID(upper: ~microseconds, lower: microseconds)
                        histogram.add(.microseconds(Int64(microseconds)), trace: trace)
                    }
                }
            }
            group.addTask {
                for _ in 0..<2_000 {
                    guard let exemplar = histogram.reading.exemplars[0] else { continue }
                    #expect(exemplar.trace.upper == ~exemplar.trace.lower)
                    #expect(abs(exemplar.seconds - Double(exemplar.trace.lower) * 1e-6) < 1e-8)
                }
            }
        }
        let reading = histogram.reading
        #expect(reading.count == 80_000 && reading.counts[0] == 80_000)
        #expect(reading.exemplars[0] != nil && reading.exemplars[1] == nil)
        let sum = (0..<20_000).reduce(0.0) { $0 + Double($1 % 900 + 1) * 1e-6 } * 4
        #expect(abs(reading.sum - sum) < 1e-3)
    }

    @Test func whatIsBeyondATallyIsNotCounted() {
        let tally = Tally()
        for index in [-1, 0, 31, 32, Int.max] { tally.add(index) }
        #expect(tally[0] == 1 && tally[31] == 1 && (1..<31).allSatisfy { tally[$0] == 0 })
    }
}
