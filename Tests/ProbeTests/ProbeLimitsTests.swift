import DANE
import RuleMarks
import Testing
import World

@testable import Probe

@Suite("A host is spared", .timeLimit(.minutes(2)))
struct ProbeLimitsTests {
    private let host = ProbeLimits.Endpoint(address: .v4(0xC000_0201), port: 25)

    @Test func soManyAnHour() {
        let limits = ProbeLimits(atOnce: 8, hourly: 60)
        var now = ContinuousClock.now
        func probe() -> Bool {
            defer { limits.leave(host, at: now) }
            return limits.enter(host, at: now).slots != nil
        }
        // A sixth in a row, then one a minute.
        #expect((0..<20).count { _ in probe() } == 10)
        now += .seconds(59)
        #expect(!probe())
        now += .seconds(2)
        #expect(probe())
        #expect(!probe())
        // Another port, or another address, is another host, as long as its network is not spent either.
        for other in [
            ProbeLimits.Endpoint(address: host.address, port: 587), .init(address: .v4(0xC000_0202), port: 25),
        ] {
            #expect(limits.enter(other, at: now).slots != nil)
            limits.leave(other, at: now)
        }
        // In an hour it has its tokens back, and no more of them.
        now += .seconds(36_000)
        #expect((0..<20).count { _ in probe() } == 10)
    }

    @Test func anyNumberWhereThereIsNoBound() {
        let limits = ProbeLimits(atOnce: 8, hourly: 0)
        for _ in 0..<10_000 {
            #expect(limits.enter(host).slots != nil)
            limits.leave(host)
        }
        #expect(limits.count == 0)
    }

    @Test func theTableIsBounded() {
        let limits = ProbeLimits(atOnce: 8, hourly: 60)
        let now = ContinuousClock.now
        for number in 0..<UInt32(ProbeLimits.limit + 1000) {
            let host = ProbeLimits.Endpoint(address: .v4(number << 8), port: 25)
            // Whom there is no room for may be probed: the bound of all probes together is left.
            #expect(limits.enter(host, at: now).slots != nil)
            limits.leave(host, at: now)
        }
        #expect(limits.count == ProbeLimits.limit)
        let later = now + .seconds(3600)
        #expect(limits.enter(ProbeLimits.Endpoint(address: .v4(0xFFFF_0000), port: 25), at: later).slots != nil)
        #expect(limits.count == 1)
    }

    // MARK: Fair between zones

    private func ask(_ limits: ProbeLimits, _ zone: String, at now: ContinuousClock.Instant, vouched: Bool = false)
        -> Bool
    {
        defer { limits.leave(host, at: now) }
        return limits.enter(host, for: ProbeAsker(zone: zone, isVouched: vouched), at: now).slots != nil
    }

    /// One zone points its names at a provider's host, many in a row and then ten a second.
    @Test(.rules("F-121")) func oneZoneDoesNotUseUpAHost() {
        let limits = ProbeLimits(atOnce: 8, hourly: 1800)
        var now = ContinuousClock.now
        #expect((0..<1000).count { _ in ask(limits, "attack.example", at: now) } == 300)
        for second in 0..<300 {
            now += .seconds(1)
            for _ in 0..<10 { _ = ask(limits, "attack.example", at: now) }
            if second % 60 == 0 { #expect(ask(limits, "good.example", at: now)) }
            #expect(ask(limits, "good\(second).example", at: now), "second \(second)")
        }
    }

    /// Hundreds of zones of one owner use up a host, and who is known to be in order there keeps a share.
    @Test(.rules("F-121")) func whoWasVerifiedKeepsAShare() {
        let limits = ProbeLimits(atOnce: 8, hourly: 1800)
        let now = ContinuousClock.now
        let taken = (0..<5000).count { ask(limits, "a\($0 % 2500).example", at: now) }
        #expect((500...600).contains(taken))
        #expect(!ask(limits, "good.example", at: now))
        #expect((0..<50).allSatisfy { ask(limits, "good\($0).example", at: now, vouched: true) })
    }

    /// One zone's names on all addresses of a stranger's network.
    @Test(.rules("F-122"), arguments: ["192.0.2.0/24", "2001:db8:0:100::/56"])
    func oneZoneDoesNotFloodANetwork(_ range: String) throws {
        let limits = ProbeLimits(atOnce: 8, hourly: 1800)
        let now = ContinuousClock.now
        let network = try #require(AddressRange(range))
        func host(_ number: UInt32) -> ProbeLimits.Endpoint {
            switch network.base {
            case .v4(let base): .init(address: .v4(base + number % 256), port: 25)
            // On as many /64 as there are.
            case .v6(let high, _): .init(address: .v6(high + UInt64(number % 256), UInt64(number)), port: 25)
            }
        }
        func ask(_ number: UInt32, _ zone: String) -> ProbeLimits.Entry {
            defer { limits.leave(host(number), at: now) }
            return limits.enter(host(number), for: ProbeAsker(zone: zone), at: now)
        }
        var spent = 0
        let taken = (0..<UInt32(20_000)).count { number in
            let entry = ask(number, "attack.example")
            if case .networkSpent(network) = entry { spent += 1 }
            return entry.slots != nil
        }
        #expect(taken == 600 && spent == 20_000 - 600)
        // A provider's customers in the same network.
        #expect((0..<UInt32(1000)).allSatisfy { ask($0, "good\($0).example").slots != nil })
    }

    /// On real connections: they take turns, and all have theirs.
    ///
    /// The client's own connections are counted: when the host gets to know of one, or of its end, is the host's
    /// affair.
    @Test func soManyAtOnce() async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run(timeout: .seconds(60), perHost: 2) { world in
            let address = try await world.hosts.add(.silent)
            let other = try await world.hosts.add(.normal(chain))
            let tasks = (0..<6).map { _ in Task { await world.probe(address) } }
            #expect(await ProbeWorld.until { world.prober.connections == 2 })
            // They hold up nobody else, though they wait.
            #expect(await world.probe(other).end.kind == "secured")
            #expect(await ProbeWorld.until { world.prober.connections == 2 })
            tasks.forEach { $0.cancel() }
            for task in tasks { #expect(await task.value.end.reason == "cancelled") }
            let ends = await withTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { await world.probe(other).end.kind } }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(ends == ["secured": 20])
        }
    }

    /// A host's slots are handed on, and never more of them are held than there are.
    @Test func neverMoreThanTheHostsOwn() async throws {
        let limits = ProbeLimits(atOnce: 3, hourly: 0)
        let host = host
        let most = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    guard let slots = limits.enter(host).slots else { return 0 }
                    defer { limits.leave(host) }
                    guard await slots.acquire(within: .seconds(60)) == .granted else { return 0 }
                    defer { slots.release() }
                    let held = slots.held
                    await Task.yield()
                    return held
                }
            }
            return await group.reduce(0) { max($0, $1) }
        }
        #expect((1...3).contains(most))
        #expect(limits.count == 0)
    }

    @Test func whoIsProbedTooOftenIsLeftAlone() async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run(perHour: 18) { world in
            let address = try await world.hosts.add(.normal(chain))
            var kinds: [String] = []
            for number in 0..<5 { kinds.append(await world.probe(address, "mx\(number).example.org").end.kind) }
            #expect(kinds == ["secured", "secured", "secured", "withheld", "withheld"])
            #expect(world.hosts.connections(at: address) == 3)
            #expect(await world.probe(address).end.reason.contains("18 times an hour"))
        }
    }

    @Test func shutdownEndsTheWaitForATurn() async throws {
        try await ProbeWorld.run(timeout: .seconds(60), perHost: 1) { world in
            let address = try await world.hosts.add(.silent)
            let reasons = await withTaskGroup(of: String.self) { group in
                for _ in 0..<4 { group.addTask { await world.probe(address).end.reason } }
                _ = await ProbeWorld.until { world.hosts.connections(at: address) == 1 }
                await world.prober.shutdown()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reasons == Array(repeating: "shut down", count: 4))
        }
    }
}

extension ProbeLimits.Entry {
    fileprivate var slots: ProbeSlots? { if case .slots(let slots) = self { slots } else { nil } }
}
