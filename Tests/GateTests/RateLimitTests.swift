import Testing

@testable import Support

/// So many in an interval, and the others are counted.
@Suite struct RateLimitTests {
    @Test func whatIsTooMuchIsCountedAndToldWithTheNext() {
        let start = ContinuousClock.now
        var limit = RateLimit(most: 2, per: .seconds(10))
        func take(_ seconds: Int) -> Int? { limit.take(at: start + .seconds(seconds)) }
        #expect([take(0), take(3), take(4), take(9)] == [0, 0, nil, nil])
        // The interval began with the first.
        #expect([take(10), take(10), take(19)] == [2, 0, nil])
        // After a silence it begins anew, and the count of those before is not lost.
        #expect([take(100), take(109), take(109), take(110)] == [1, 0, nil, 1])
    }

    @Test func oneInAnIntervalIsTheFirst() {
        let start = ContinuousClock.now
        var limit = RateLimit(most: 1, per: .seconds(60))
        let told = (0..<180).compactMap { limit.take(at: start + .seconds($0)) }
        #expect(told == [0, 59, 59])
    }
}
