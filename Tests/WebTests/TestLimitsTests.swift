import DANE
import Testing

@testable import Web

/// How many tests a client may begin.
@Suite struct TestLimitsTests {
    private let now = ContinuousClock.now
    private let client = IPAddress("192.0.2.1")

    @Test func aClientHasSomeInARowAndThenOneInAWhile() throws {
        let limits = TestLimits(total: 100)
        #expect(limits.left(client, at: now).tests == TestLimits.burst)
        for left in (0..<TestLimits.burst).reversed() {
            try limits.enter(client, at: now)
            limits.leave(client)
            #expect(limits.left(client, at: now).tests == left)
        }
        #expect(throws: TestLimits.Refusal.client(TestLimits.interval)) { try limits.enter(client, at: now) }
        #expect(limits.left(client, at: now) == .init(tests: 0, next: TestLimits.interval))
        // Nobody else suffers, and who has no address has no limit.
        try limits.enter(IPAddress("192.0.2.2"), at: now)
        try limits.enter(nil, at: now)
        let later = now + TestLimits.interval
        #expect(limits.left(client, at: later).tests == 1)
        try limits.enter(client, at: later)
        #expect(throws: TestLimits.Refusal.self) { try limits.enter(client, at: later) }
        #expect(limits.left(client, at: now + TestLimits.interval * 40).tests == TestLimits.burst)
    }

    @Test func oneClientHasFewAtOnce() throws {
        let limits = TestLimits(total: 100)
        for _ in 0..<TestLimits.atOnce { try limits.enter(client, at: now) }
        #expect(throws: TestLimits.Refusal.self) { try limits.enter(client, at: now) }
        limits.leave(client)
        try limits.enter(client, at: now)
    }

    @Test func allHaveALimitTogether() throws {
        let limits = TestLimits(total: 3)
        for number in 1...3 { try limits.enter(IPAddress("192.0.2.\(number)"), at: now) }
        #expect(throws: TestLimits.Refusal.all) { try limits.enter(IPAddress("192.0.2.9"), at: now) }
        #expect(throws: TestLimits.Refusal.all) { try limits.enter(nil, at: now) }
        limits.leave(IPAddress("192.0.2.1"))
        try limits.enter(IPAddress("192.0.2.9"), at: now)
        #expect(limits.running == 3)
    }

    /// Whoever has a network of IPv6 has 2^64 addresses.
    @Test func anIPv6NetworkIsOneClient() throws {
        let limits = TestLimits(total: 100)
        for number in 0..<TestLimits.burst {
            let client = IPAddress("2001:db8:0:1::\(number + 1)")
            try limits.enter(client, at: now)
            limits.leave(client)
        }
        #expect(throws: TestLimits.Refusal.self) { try limits.enter(IPAddress("2001:db8:0:1::ffff"), at: now) }
        try limits.enter(IPAddress("2001:db8:0:2::1"), at: now)
    }

    /// Beyond the clients that are remembered, newcomers are one client. One of them may have a place of its own later,
    /// and its end must not be taken for another's.
    @Test func newcomersAreOneClientForAsLongAsTheyMust() throws {
        let limits = TestLimits(total: 100_000)
        func fill(at time: ContinuousClock.Instant) throws {
            for number in 0..<TestLimits.most {
                let one = IPAddress("10.0.\(number / 250).\(number % 250)")
                try limits.enter(one, at: time)
                limits.leave(one)
            }
        }
        try fill(at: now)
        try limits.enter(client, at: now)
        // The others are forgotten, and it has a place.
        let later = now + TestLimits.interval * 2
        try limits.enter(client, at: later)
        limits.leave(client)
        limits.leave(client)
        let latest = later + TestLimits.interval * 20
        try fill(at: latest)
        for number in 0..<TestLimits.atOnce { try limits.enter(IPAddress("192.0.2.\(number + 100)"), at: latest) }
        #expect(throws: TestLimits.Refusal.self) { try limits.enter(IPAddress("192.0.2.200"), at: latest) }
    }
}
