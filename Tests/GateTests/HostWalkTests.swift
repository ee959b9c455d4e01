import DANE
import DNSSEC
import Probe
import RuleMarks
import Synchronization
import Testing

@testable import Inspection
@testable import Policy
@testable import Verdicts

/// Destinations with more MX hosts than one look goes through.
@Suite(.timeLimit(.minutes(1))) struct HostWalkTests {
    private static let destination = Destination(.domain("d.example"), port: 25)
    private static let record = TLSARecord.ecdsa

    /// A domain whose hosts come one after the other, or all at once.
    struct Hosts {
        var mx: [MXRecord] = []
        var addresses: [String: Answer<IPAddress>] = [:]
        var records: [String: Answer<TLSARecord>] = [:]
        var ends: [IPAddress: ProbeReport.End] = [:]

        /// Adds hosts `stem0.example` and so on, with as many addresses each.
        ///
        /// - Parameters:
        ///   - preference: That of each; nil for one behind the other.
        ///   - end: What a connection comes to; nil for hosts that do not exist.
        ///   - isShared: Whether they all have the same addresses.
        mutating func add(
            _ count: Int, _ stem: String, preference: UInt16? = nil, addresses each: Int = 1, isShared: Bool = false,
            hasTLSA: Bool = true, _ end: ProbeReport.End?
        ) {
            for number in 0..<count {
                let name = "\(stem)\(number).example"
                mx.append(MXRecord(preference ?? UInt16(mx.count), name))
                guard let end else { continue }
                let own = (0..<each).map { place in
                    IPAddress.v4(
                        0xC000_0000 | UInt32(stem.utf8.first ?? 0) << 16 | UInt32(isShared ? 0 : number * 16)
                            | UInt32(place))
                }
                addresses[name] = .secure(Found(records: own, ttl: .seconds(3600)))
                if hasTLSA { records["_25._tcp.\(name)"] = .secured(HostWalkTests.record) }
                for address in own { ends[address] = end }
            }
        }

        var resolver: FakeResolver {
            FakeResolver(
                mx: ["d.example": .secure(Found(records: mx, ttl: .seconds(3600)))], a: addresses,
                aaaa: addresses.mapValues { _ in .absent }, tlsa: records)
        }
    }

    /// Looks at a domain as the daemon does, one after the other.
    private struct Looks {
        let resolver: FakeResolver
        let prober: FakeProber
        let look: SecondLook
        let walks = WalkBook()

        init(_ hosts: Hosts, isComplete: Bool = false) {
            resolver = hosts.resolver
            prober = FakeProber(hosts.ends)
            let inspector = Inspector(
                resolver: resolver, prober: prober, expiredEE: .ignore, isComplete: isComplete,
                now: { 1_800_000_000 })
            look = SecondLook(inspector, uncached: prober, walks: walks)
        }

        func again() async -> Inspection { await look.inspect(HostWalkTests.destination) }

        /// Looks until there is a verdict; returns what each look came to, and how many connections it made.
        func all() async -> (outcomes: [Outcome], connections: [Int], last: Inspection) {
            var outcomes: [Outcome] = []
            var connections: [Int] = []
            while true {
                let before = prober.targets.count
                let inspection = await again()
                outcomes.append(inspection.verdict.outcome)
                connections.append(prober.targets.count - before)
                if inspection.verdict.outcome != .pending || outcomes.count > 50 {
                    return (outcomes, connections, inspection)
                }
            }
        }
    }

    private static let dead = ProbeReport.End.unreachable(.connect, "connection refused")

    @Test(.rules("F-92", "D-34"), arguments: [1, 31, 32, 40, 100])
    func hostsThatDoNotExistCostNothing(count: Int) async {
        for hasTLSA in [true, false] {
            var hosts = Hosts()
            hosts.add(count, "gone", nil)
            hosts.add(1, "mx", hasTLSA: hasTLSA, .ecdsa)
            let looks = Looks(hosts)
            let inspection = await looks.again()
            #expect(inspection.verdict.outcome == (hasTLSA ? .verified : .opportunistic))
            #expect(inspection.verdict.host == "mx0.example" && inspection.verdict.isDegraded)
            #expect(looks.prober.targets.count == (hasTLSA ? 1 : 0))
            #expect(looks.walks.count == 0, "nothing is kept of what one look has finished")
        }
    }

    /// Each look makes about as many connections as an MTA does, and no address is tried twice.
    @Test(
        .rules("F-92"),
        arguments: [(1, [10, 10, 10, 10, 1]), (4, [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 9])])
    func eachLookGoesOnWhereTheLastOneStopped(addresses: Int, connections: [Int]) async {
        var hosts = Hosts()
        hosts.add(40, "dead", addresses: addresses, Self.dead)
        hosts.add(1, "mx", .ecdsa)
        let looks = Looks(hosts)
        let (outcomes, made, last) = await looks.all()
        #expect(outcomes.dropLast().allSatisfy { $0 == .pending })
        #expect(last.verdict.outcome == .verified && last.verdict.isDegraded && last.verdict.host == "mx0.example")
        #expect(made == connections)
        #expect(Set(looks.prober.targets.map(\.address)).count == looks.prober.targets.count)
        #expect(looks.walks.walk(VerdictKey(Self.destination, demandsDANE: false)) == nil, "it is at its end")
    }

    /// One recipient costs a stranger's network no more than one look does, the second look at its failure included.
    /// Still all addresses are seen twice before a failure is told.
    @Test(
        .rules("F-126", "F-92"),
        arguments: [(1, 1), (5, 1), (6, 1), (10, 1), (40, 1), (1, 5), (1, 6), (1, 8), (2, 3), (3, 8), (12, 8)])
    func oneRecipientCostsTenConnections(count: Int, addresses: Int) async {
        var hosts = Hosts()
        hosts.add(count, "bad", addresses: addresses, .rsa)
        let looks = Looks(hosts)
        let (outcomes, connections, last) = await looks.all()
        #expect(outcomes.dropLast().allSatisfy { $0 == .pending } && last.verdict.outcome == .tlsaInvalid)
        #expect(connections.allSatisfy { (1...10).contains($0) }, "\(connections)")
        // What is through in one go need not be asked for again.
        #expect(connections.count == 1 || count * addresses > 5, "\(connections)")
        var times: [IPAddress: Int] = [:]
        for target in looks.prober.targets { times[target.address, default: 0] += 1 }
        #expect(times.count == count * addresses && times.values.allSatisfy { $0 == 2 }, "\(times)")
    }

    /// The second look that the next recipient makes is one past every cache: what has been mended passes.
    @Test(.rules("F-126")) func theSecondLookOfTheNextRecipientSeesWhatWasMended() async {
        var hosts = Hosts()
        hosts.add(8, "bad", .rsa)
        let before = Looks(hosts)
        #expect(await before.again().verdict.outcome == .pending)
        for address in hosts.ends.keys { hosts.ends[address] = .ecdsa }
        let prober = FakeProber(hosts.ends)
        let after = SecondLook(
            Inspector(
                // The cache still has the old report.
                resolver: hosts.resolver, prober: before.prober, expiredEE: .ignore, isComplete: false,
                now: { 1_800_000_000 }),
            uncached: prober, walks: before.walks)
        #expect(await after.inspect(Self.destination).verdict.outcome == .verified)
        #expect(before.prober.targets.count == 8 && prober.targets.count == 1)
    }

    /// Hosts whose lookups fail cost somebody many queries each: a look has its fill of them, of one preference or of
    /// many, and the next one goes on. A good one behind them is found.
    @Test(.rules("F-112", "F-92"), arguments: [UInt16?.none, 10], [true, false])
    func hostsWhoseLookupsFailAreSeenInParts(preference: UInt16?, hasGood: Bool) async {
        var hosts = Hosts()
        hosts.add(32, "lame", preference: preference, nil)
        for host in hosts.mx { hosts.addresses[host.exchange.text] = .failed("the name servers gave no usable answer") }
        if hasGood { hosts.add(1, "mx", .ecdsa) }
        let looks = Looks(hosts)
        var asked: [Int] = []
        var outcomes: [Outcome] = []
        repeat {
            let before = looks.resolver.questions.count { $0.hasPrefix("A lame") }
            outcomes.append(await looks.again().verdict.outcome)
            asked.append(looks.resolver.questions.count { $0.hasPrefix("A lame") } - before)
        } while outcomes.last == .pending && outcomes.count < 20
        #expect(asked.allSatisfy { $0 <= LookLimits.gate.failures } && asked.reduce(0, +) >= 32, "\(asked)")
        #expect(outcomes.dropLast().allSatisfy { $0 == .pending } && outcomes.count >= 4, "\(outcomes)")
        #expect(outcomes.last == (hasGood ? .verified : .dnsUnavailable), "\(outcomes)")
    }

    @Test(.rules("F-92", "D-23", "D-24")) func hostsOfOnePreferenceAreSeenInPartsToo() async {
        var hosts = Hosts()
        hosts.add(25, "dead", preference: 10, Self.dead)
        hosts.add(1, "mx", preference: 20, .ecdsa)
        let (outcomes, made, last) = await Looks(hosts).all()
        #expect(outcomes == [.pending, .pending, .verified] && made == [10, 10, 6])
        #expect(last.verdict.isDegraded)
    }

    /// A failure of many hosts is told when all of them have been seen twice, and not before.
    @Test(.rules("F-92")) func aFailureIsToldWhenAllHostsHaveFailedTwice() async {
        var hosts = Hosts()
        hosts.add(25, "wrong", .rsa)
        let looks = Looks(hosts)
        let (outcomes, made, last) = await looks.all()
        #expect(outcomes == [.pending, .pending, .pending, .pending, .pending, .tlsaInvalid])
        #expect(made == [10, 10, 5, 10, 10, 5])
        #expect(last.verdict.host == "wrong0.example", "the most preferred host speaks")
        let counts = Dictionary(grouping: looks.prober.targets, by: \.address).values.map(\.count)
        #expect(counts.allSatisfy { $0 == 2 } && counts.count == 25)
    }

    /// What one look goes through has its second look at once, as ever.
    @Test func aFailureOfFewHostsIsToldAtOnce() async {
        var hosts = Hosts()
        hosts.add(3, "wrong", .rsa)
        let looks = Looks(hosts)
        #expect(await looks.again().verdict.outcome == .tlsaInvalid)
        #expect(looks.prober.targets.count == 6 && looks.walks.count == 0)
    }

    /// One host in doubt makes the whole a doubt, whichever look has seen it.
    @Test(.rules("F-92")) func aDoubtOfAnEarlierLookStays() async {
        var hosts = Hosts()
        hosts.add(1, "dead", Self.dead)
        hosts.add(24, "wrong", .rsa)
        let (outcomes, _, last) = await Looks(hosts).all()
        #expect(outcomes == [.pending, .pending, .unreachable])
        #expect(last.verdict.host == "dead0.example" && last.verdict.cause.contains("connection refused"))
    }

    /// A host that heals between the looks makes the domain pass.
    @Test func aHostThatHasHealedDecides() async {
        var hosts = Hosts()
        hosts.add(25, "wrong", .rsa)
        let first = Looks(hosts)
        for _ in 0..<3 { #expect(await first.again().verdict.outcome == .pending) }
        hosts.ends[IPAddress.v4(0xC000_0000 | UInt32(UInt8(ascii: "w")) << 16 | 14 * 16)] = .ecdsa
        let healed = FakeProber(hosts.ends)
        let look = SecondLook(
            Inspector(
                resolver: hosts.resolver, prober: healed, expiredEE: .ignore, isComplete: false,
                now: { 1_800_000_000 }), uncached: healed, walks: first.walks)
        #expect(await look.inspect(Self.destination).verdict.outcome == .pending)
        let inspection = await look.inspect(Self.destination)
        #expect(inspection.verdict.outcome == .verified && inspection.verdict.host == "wrong14.example")
        #expect(inspection.verdict.isDegraded)
    }

    @Test(.rules("F-92")) func otherMXRecordsBeginTheWalkAnew() async {
        var hosts = Hosts()
        hosts.add(25, "dead", Self.dead)
        let first = Looks(hosts)
        for _ in 0..<2 { #expect(await first.again().verdict.outcome == .pending) }
        hosts.add(1, "more", Self.dead)
        let prober = FakeProber(hosts.ends)
        let look = SecondLook(
            Inspector(resolver: hosts.resolver, prober: prober, expiredEE: .ignore, isComplete: false, now: { 0 }),
            uncached: prober, walks: first.walks)
        #expect(await look.inspect(Self.destination).verdict.outcome == .pending)
        #expect(prober.targets.map(\.serverName).contains("dead0.example"), "from the first host on")
        for _ in 0..<2 { _ = await look.inspect(Self.destination) }
        #expect(prober.targets.count == 26)
    }

    /// Records that have changed since the first look have been looked at once: nothing is proven.
    @Test func recordsThatChangeBeforeTheSecondLookProveNothing() async {
        var hosts = Hosts()
        hosts.add(12, "wrong", .rsa)
        let first = Looks(hosts)
        for _ in 0..<2 { #expect(await first.again().verdict.outcome == .pending) }
        #expect(await first.again().verdict.outcome == .pending, "the second look has begun")
        hosts.mx.removeLast(9)
        let prober = FakeProber(hosts.ends)
        let look = SecondLook(
            Inspector(resolver: hosts.resolver, prober: prober, expiredEE: .ignore, isComplete: false, now: { 0 }),
            uncached: prober, walks: first.walks)
        let changed = await look.inspect(Self.destination).verdict
        #expect(changed.outcome == .pending && changed.cause.contains("have changed"), "\(changed)")
        #expect(await look.inspect(Self.destination).verdict.outcome == .tlsaInvalid)
    }

    /// Forty names for one machine that is off are one connection.
    @Test(.rules("F-92")) func aDeadAddressIsTriedOnce() async {
        for preference in [nil, UInt16(10)] {
            var hosts = Hosts()
            hosts.add(40, "dead", preference: preference, addresses: 2, isShared: true, Self.dead)
            hosts.add(1, "mx", preference: 50, .ecdsa)
            let looks = Looks(hosts)
            #expect(await looks.again().verdict.outcome == .verified)
            #expect(looks.prober.targets.count == 3, "\(preference.map(String.init(describing:)) ?? "-")")
        }
    }

    /// Where TLS is tried the name counts, and a host is not dead for another one's certificate.
    @Test func anAddressThatAnswersIsAskedForEachName() async {
        var hosts = Hosts()
        hosts.add(4, "wrong", isShared: true, .rsa)
        let looks = Looks(hosts)
        #expect(await looks.again().verdict.outcome == .tlsaInvalid)
        #expect(looks.prober.targets.count == 8)
    }

    /// A stranger's thousand hosts are not asked about in one look, nor one of them in two.
    @Test(.rules("F-92")) func lookupsHaveABoundToo() async {
        var hosts = Hosts()
        hosts.add(1000, "gone", nil)
        hosts.add(1, "mx", .ecdsa)
        let looks = Looks(hosts)
        var asked = 0
        var outcomes: [Outcome] = []
        repeat {
            outcomes.append(await looks.again().verdict.outcome)
            let count = looks.resolver.questions.count { $0.hasPrefix("A ") }
            #expect(count - asked <= LookLimits.gate.hosts)
            asked = count
        } while outcomes.last == .pending && outcomes.count < 50
        #expect(outcomes.count == 8 && outcomes.last == .verified)
        #expect(asked == 1001)
    }

    /// Which hosts have DANE is known without a connection: where policy demands it, the weakest one speaks for all
    /// beside it.
    @Test(.rules("D-24", "D-20")) func theWeakestOfManySpeaksForThem() async {
        var hosts = Hosts()
        hosts.add(14, "good", preference: 10, .ecdsa)
        hosts.add(1, "plain", preference: 10, hasTLSA: false, Self.dead)
        let looks = Looks(hosts)
        #expect(await looks.again().verdict.outcome == .opportunistic)
        #expect(looks.prober.targets.count <= 10)
    }

    /// The analyzer has no next look: it goes further, and says where it stopped.
    @Test(arguments: [(300, 256), (200, 400)]) func theAnalyzerSaysWhereItStopped(count: Int, made: Int) async {
        var hosts = Hosts()
        hosts.add(count, "wrong", .rsa)
        let looks = Looks(hosts, isComplete: true)
        let inspection = await looks.again()
        #expect(inspection.verdict.outcome == (count > 256 ? .pending : .tlsaInvalid))
        #expect(looks.prober.targets.count == made)
        let stopped = inspection.steps.contains {
            $0.detail.hasPrefix("256 of 300 hosts are seen; a check makes at most")
        }
        #expect(stopped == (count > 256))
        #expect(inspection.hosts.count == min(count, 256))
    }

    /// What there was no time for is not seen: the next look begins with it.
    @Test(.rules("F-92")) func aLookThatIsEndedProvesNothing() async {
        var hosts = Hosts()
        hosts.add(3, "wrong", .rsa)
        let prober = StallingProber(hosts.ends, after: 2)
        let walks = WalkBook()
        let look = SecondLook(
            Inspector(
                resolver: hosts.resolver, prober: prober, expiredEE: .ignore, isComplete: false,
                now: { 1_800_000_000 }),
            uncached: prober, walks: walks)
        let task = Task { await look.inspect(Self.destination) }
        await prober.untilItStalls()
        task.cancel()
        let ended = await task.value.verdict
        #expect(ended.outcome == .unreachable, "\(ended)")
        prober.goOn()
        #expect(walks.walk(VerdictKey(Self.destination, demandsDANE: false))?.progress.seenCount == 2)
        #expect(await look.inspect(Self.destination).verdict.outcome == .pending, "now the first look is through")
        #expect(await look.inspect(Self.destination).verdict.outcome == .tlsaInvalid)
    }

    /// No slot for a connection, for one of the hosts or for one address: nothing is proven, and nothing is kept.
    @Test(.rules("F-120"), arguments: ["first", "second", "address"])
    func whatFindsNoSlotIsPending(_ which: String) async {
        let crowded = ProbeReport.End.crowded("no probe slot")
        var hosts = Hosts()
        switch which {
        case "first":
            // Behind it is a host without DANE, which nobody would come to if the first one is in order.
            hosts.add(1, "a", crowded)
            hosts.add(1, "b", hasTLSA: false, .ecdsa)
        case "second":
            hosts.add(1, "a", Self.dead)
            hosts.add(1, "b", crowded)
        default:
            hosts.add(1, "a", addresses: 2, .rsa)
            hosts.ends[.v4(0xC061_0001)] = crowded
        }
        let walks = WalkBook()
        let prober = FakeProber(hosts.ends)
        func look(_ prober: any Probing) -> SecondLook {
            SecondLook(
                Inspector(
                    resolver: hosts.resolver, prober: prober, expiredEE: .ignore, isComplete: false,
                    now: { 1_800_000_000 }),
                uncached: prober, walks: walks)
        }
        let inspection = await look(prober).inspect(Self.destination)
        #expect(inspection.verdict.outcome == .pending, "\(inspection.verdict)")
        let keeper = VerdictKeeper(Settings())
        keeper.keep(inspection)
        #expect(keeper.cache.find(VerdictKey(Self.destination, demandsDANE: false), at: .now) == nil)
        // With slots it is what it is.
        for (address, end) in hosts.ends where end == crowded { hosts.ends[address] = .ecdsa }
        let healed = await look(FakeProber(hosts.ends)).inspect(Self.destination)
        #expect(healed.verdict.outcome == .verified, "\(healed.verdict)")
    }

    /// A domain whose DNS does not answer in between goes on afterwards.
    @Test func aSilentDNSForgetsNothing() async {
        var hosts = Hosts()
        hosts.add(25, "dead", Self.dead)
        let switched = SwitchedResolver(hosts.resolver)
        let prober = FakeProber(hosts.ends)
        let walks = WalkBook()
        let look = SecondLook(
            Inspector(resolver: switched, prober: prober, expiredEE: .ignore, isComplete: false, now: { 0 }),
            uncached: prober, walks: walks)
        #expect(await look.inspect(Self.destination).verdict.outcome == .pending)
        switched.turn(to: FakeResolver(mx: ["d.example": .failed("timeout")]))
        #expect(await look.inspect(Self.destination).verdict.outcome == .dnsUnavailable)
        switched.turn(to: hosts.resolver)
        for _ in 0..<2 { _ = await look.inspect(Self.destination) }
        #expect(prober.targets.count == 25)
    }

    @Test func whoIsInDoubtWithoutHostsIsNotInTheBook() async {
        let prober = FakeProber()
        let walks = WalkBook()
        let resolver = FakeResolver(mx: ["d.example": .failed("timeout")])
        let look = SecondLook(
            Inspector(resolver: resolver, prober: prober, expiredEE: .ignore, isComplete: false, now: { 0 }),
            uncached: prober, walks: walks)
        _ = await look.inspect(Self.destination)
        #expect(walks.count == 0)
    }

    /// A stranger's domains cannot fill the memory, and what is old does not count.
    @Test func theBookIsBounded() {
        let walks = WalkBook()
        for number in 0..<2000 {
            let destination = Destination(.domain(DomainName("d\(number).example")!), port: 25)
            walks.keep(WalkBook.Walk(progress: WalkProgress()), for: VerdictKey(destination, demandsDANE: false))
        }
        #expect(walks.count == WalkBook.limit)
        let key = VerdictKey(Self.destination, demandsDANE: false)
        walks.keep(WalkBook.Walk(progress: WalkProgress(at: .now - WalkProgress.window - .seconds(1))), for: key)
        #expect(walks.walk(key) == nil)
        walks.keep(WalkBook.Walk(progress: WalkProgress(at: .now - .seconds(3600))), for: key)
        #expect(walks.walk(key) != nil)
        #expect(walks.walk(VerdictKey(Self.destination, demandsDANE: true)) == nil, "another demand, another walk")
    }

    /// The daemon keeps `pending` for a moment, and nothing else comes of it.
    @Test(arguments: [(60, 15), (8, 2), (3600, 15)]) func pendingIsKeptForAMoment(failureTTL: Int, kept: Int) async {
        var settings = Settings()
        settings.failureTTL = .seconds(failureTTL)
        let keeper = VerdictKeeper(settings)
        var hosts = Hosts()
        hosts.add(11, "dead", Self.dead)
        let looks = Looks(hosts)
        let now = ContinuousClock.now
        let inspection = await looks.again()
        keeper.keep(inspection, at: now)
        let key = VerdictKey(Self.destination, demandsDANE: false)
        #expect(keeper.cache.verdict(on: Self.destination, at: now)?.outcome == .pending)
        let left = keeper.cache.peek(key, at: now)?.fresh ?? .zero
        #expect(left > .seconds(kept) - .seconds(1) && left < .seconds(kept) + .seconds(1))
        #expect(keeper.faults.count == 0, "it counts against nobody")
    }

    @Test func pendingTakesNoGoodVerdictsPlace() async {
        let keeper = VerdictKeeper(Settings())
        let now = ContinuousClock.now
        let good = Inspection(
            destination: Self.destination, verdict: Verdict(outcome: .verified, cause: "x"), mxSecurity: .secure,
            hosts: [], steps: [], lifetime: .seconds(60), elapsed: .zero)
        keeper.keep(good, at: now)
        var hosts = Hosts()
        hosts.add(11, "dead", Self.dead)
        keeper.keep(await Looks(hosts).again(), at: now + .seconds(120))
        guard
            case .stale(let body, _) = keeper.cache.find(
                VerdictKey(Self.destination, demandsDANE: false), at: now + .seconds(121))
        else {
            Issue.record("the good verdict has gone")
            return
        }
        #expect(body.verdict.outcome == .verified && keeper.faults.count == 0)
    }
}

/// Hosts of which those behind the first few do not answer until they are told to.
private final class StallingProber: Probing {
    private struct State {
        var made = 0
        var isOpen = false
    }

    private let ends: [IPAddress: ProbeReport.End]
    private let limit: Int
    private let state = Mutex(State())
    private let stalled = AsyncStream.makeStream(of: Void.self)

    init(_ ends: [IPAddress: ProbeReport.End], after limit: Int) {
        self.ends = ends
        self.limit = limit
    }

    func goOn() { state.withLock { $0.isOpen = true } }

    /// Waits until a host does not answer.
    func untilItStalls() async { for await _ in stalled.stream { return } }

    func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        let stalls = state.withLock { state in
            state.made += 1
            return !state.isOpen && state.made > limit
        }
        if stalls {
            stalled.continuation.yield()
            try? await Task.sleep(for: .seconds(3600))
            return ProbeReport(end: .unreachable(.connect, "cancelled"))
        }
        return ProbeReport(end: ends[target.address] ?? .unreachable(.connect, "refused"))
    }
}

extension MXRecord.Exchange {
    /// A host's name.
    fileprivate var text: String { if case .host(let name) = self { name.text } else { "" } }
}
