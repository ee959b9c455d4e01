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
}
