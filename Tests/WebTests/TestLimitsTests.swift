import DANE
import Testing

@testable import Web

/// How many tests a client may begin.
@Suite struct TestLimitsTests {
    private let now = ContinuousClock.now
    private let client = Self.client("192.0.2.1")

    private static func client(_ address: String) -> PageClient { .visitor(IPAddress(address)) }

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
        // Nobody else suffers, and administrators have no limit.
        try limits.enter(Self.client("192.0.2.2"), at: now)
        try limits.enter(.administrator, at: now)
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

    /// Its own refusal: it has not begun too many, and need not wait for long.
    @Test func tooManyAtOnceIsSaidSo() throws {
        let limits = TestLimits(total: 100)
        for _ in 0..<TestLimits.atOnce { try limits.enter(client, at: now) }
        #expect(throws: TestLimits.Refusal.atOnce) { try limits.enter(client, at: now) }
    }

    /// Visitors whose address nobody says are one client: else a socket without a proxy's word would have no limit.
    @Test func visitorsWithoutAnAddressShareOneAllowance() throws {
        let limits = TestLimits(total: 100)
        let unknown = PageClient.visitor(nil)
        for _ in 0..<TestLimits.burst {
            try limits.enter(unknown, at: now)
            limits.leave(unknown)
        }
        #expect(throws: TestLimits.Refusal.client(TestLimits.interval)) { try limits.enter(unknown, at: now) }
        #expect(limits.left(unknown, at: now).tests == 0)
        for _ in 0..<50 { try limits.enter(.administrator, at: now) }
        #expect(limits.left(.administrator, at: now).tests == TestLimits.burst)
    }

    @Test func allHaveALimitTogether() throws {
        let limits = TestLimits(total: 3)
        for number in 1...3 { try limits.enter(Self.client("192.0.2.\(number)"), at: now) }
        #expect(throws: TestLimits.Refusal.all) { try limits.enter(Self.client("192.0.2.9"), at: now) }
        #expect(throws: TestLimits.Refusal.all) { try limits.enter(.administrator, at: now) }
        limits.leave(Self.client("192.0.2.1"))
        try limits.enter(Self.client("192.0.2.9"), at: now)
        #expect(limits.running == 3)
    }

    /// Whoever has a network of IPv6 has 2^64 addresses.
    @Test func anIPv6NetworkIsOneClient() throws {
        let limits = TestLimits(total: 100)
        for number in 0..<TestLimits.burst {
            let client = Self.client("2001:db8:0:1::\(number + 1)")
            try limits.enter(client, at: now)
            limits.leave(client)
        }
        #expect(throws: TestLimits.Refusal.self) { try limits.enter(Self.client("2001:db8:0:1::ffff"), at: now) }
        try limits.enter(Self.client("2001:db8:0:2::1"), at: now)
    }

    /// Beyond the clients that are remembered, newcomers are one client. One of them may have a place of its own later,
    /// and its end must not be taken for another's.
    @Test func newcomersAreOneClientForAsLongAsTheyMust() throws {
        let limits = TestLimits(total: 100_000)
        func fill(at time: ContinuousClock.Instant) throws {
            for number in 0..<TestLimits.most {
                let one = Self.client("10.0.\(number / 250).\(number % 250)")
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
        for number in 0..<TestLimits.atOnce { try limits.enter(Self.client("192.0.2.\(number + 100)"), at: latest) }
        #expect(throws: TestLimits.Refusal.self) { try limits.enter(Self.client("192.0.2.200"), at: latest) }
    }
}
