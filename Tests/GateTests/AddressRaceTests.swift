import DANE
import DNSSEC
import Probe
import RuleMarks
import Synchronization
import Testing

@testable import Inspection
@testable import Policy
@testable import Verdicts

/// RFC 8305 §4 and §5 at the gate; the analyzer looks at all addresses.
@Suite(.timeLimit(.minutes(1))) struct AddressRaceTests {
    private static let three: [IPAddress] = ["2001:db8::1", "192.0.2.1", "2001:db8::2"]

    private static func address(_ address: IPAddress, _ outcome: Outcome) -> InspectedAddress {
        InspectedAddress(
            address,
            InspectedConnection(
                purpose: .first, outcome: outcome, cause: "", isProbed: outcome != .unprobed,
                report: ProbeReport(end: .unreachable(.connect, "")), judgement: nil, isKept: false))
    }

    /// Runs a race in which each address comes to an outcome at once, or, with nil, only when given up.
    private func race(
        _ outcomes: [Outcome?], isComplete: Bool = false
    ) async -> (tried: [IPAddress], seen: [Outcome]) {
        let tried = Mutex<[IPAddress]>([])
        let addresses = Array(Self.three.prefix(outcomes.count))
        // Where all answer at once, no address begins because of the time that another one takes.
        let delay: Duration = outcomes.contains { $0 == nil } ? AddressRace.standardDelay : .seconds(60)
        let seen = await AddressRace(addresses: addresses, isComplete: isComplete, delay: delay).run { address in
            tried.withLock { $0.append(address) }
            guard let outcome = addresses.firstIndex(of: address).flatMap({ outcomes[$0] }) else {
                try? await Task.sleep(for: .seconds(3600))
                return Self.address(address, .unreachable)
            }
            return Self.address(address, outcome)
        }
        return (tried.withLock { $0 }, seen.map(\.finding.outcome))
    }

    @Test(
        arguments: [
            ([.verified, .verified, .verified], 1, [.verified]),
            ([.tlsaInvalid, .verified, .verified], 2, [.tlsaInvalid, .verified]),
            ([.unreachable, .tlsaInvalid, .verified], 3, [.unreachable, .tlsaInvalid, .verified]),
            ([.tlsaInvalid, .tlsFailed, .unreachable], 3, [.tlsaInvalid, .tlsFailed, .unreachable]),
            // One that does not answer is not waited for: the next one begins beside it, and decides.
            ([nil, .verified, .verified], 2, [.verified]), ([nil, nil, .encrypted], 3, [.encrypted]),
            ([nil, .tlsaInvalid, .verified], 3, [.tlsaInvalid, .verified]),
            // One that is left alone proves nothing, and is no failure.
            ([.unprobed, .verified, .verified], 2, [.unprobed, .verified]),
            ([.unprobed, .unprobed, .unprobed], 3, [.unprobed, .unprobed, .unprobed]), ([.verified], 1, [.verified]),
            ([], 0, []),
        ] as [([Outcome?], Int, [Outcome])])
    func theFirstThatMayBeUsedDecides(_ outcomes: [Outcome?], _ count: Int, _ expected: [Outcome]) async {
        let (tried, seen) = await race(outcomes)
        #expect(tried == Array(Self.three.prefix(count)))
        #expect(seen == expected)
    }

    @Test func theAnalyzerLooksAtAll() async {
        let (tried, seen) = await race([.verified, .tlsaInvalid, .verified], isComplete: true)
        #expect(Set(tried) == Set(Self.three))
        #expect(seen == [.verified, .tlsaInvalid, .verified])
    }

    @Test func aCancellationEndsIt() async {
        let (begun, begins) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            await AddressRace(addresses: Self.three, isComplete: false, delay: .seconds(60)).run { address in
                begins.yield()
                try? await Task.sleep(for: .seconds(3600))
                return Self.address(address, .unreachable)
            }
        }
        for await _ in begun { break }
        task.cancel()
        // The first one ends, and those after it, which begin as it ends.
        #expect(await task.value.map(\.finding.outcome) == [.unreachable, .unreachable, .unreachable])
    }

    private func inspect(_ ends: [IPAddress: ProbeReport.End], _ records: TLSARecord...) async -> (Inspection, Int) {
        let prober = FakeProber(ends)
        let resolver = FakeResolver(
            mx: ["d.example": .secured(MXRecord(10, "mx.example"))],
            a: ["mx.example": .secured("192.0.2.1", "192.0.2.2")], aaaa: ["mx.example": .secured("2001:db8::1")],
            tlsa: ["_25._tcp.mx.example": .secure(Found(records: records, ttl: .seconds(3600)))])
        let inspection = await Inspector(
            resolver: resolver, prober: ProbeCache(prober, lifetime: .seconds(60), failureLifetime: .seconds(60)),
            expiredEE: .ignore, isComplete: false, now: { 1_800_000_000 }
        ).inspect(Destination(.domain("d.example"), port: 25))
        return (inspection, prober.targets.count)
    }

    /// The rule that an address which fails beside a good one is told of holds where the failure was seen.
    @Test func aFailureThatWasSeenDegrades() async {
        let good = await inspect(["2001:db8::1": .ecdsa, "192.0.2.1": .rsa, "192.0.2.2": .rsa], .ecdsa)
        #expect(good.0.verdict.outcome == .verified && !good.0.verdict.isDegraded)
        let half = await inspect(["2001:db8::1": .rsa, "192.0.2.1": .ecdsa, "192.0.2.2": .rsa], .ecdsa)
        #expect(half.0.verdict.outcome == .verified && half.0.verdict.isDegraded && half.1 >= 2)
    }

    /// Nothing is proven of a host that is left alone: neither that it fails nor, unless it was seen before, that it
    /// works.
    @Test func whoIsLeftAloneHasNotFailed() async {
        let withheld = ProbeReport.End.withheld("too often", earlier: nil)
        let none = await inspect(["2001:db8::1": withheld, "192.0.2.1": withheld, "192.0.2.2": withheld], .ecdsa).0
        #expect(none.verdict.outcome == .unprobed && none.verdict.cause.contains("too often"))
        #expect(VerdictKeeper(Settings()).book(none, at: .now) == Settings().failureTTL)
        let beside = await inspect(["2001:db8::1": withheld, "192.0.2.1": .rsa, "192.0.2.2": .rsa], .ecdsa).0
        #expect(beside.verdict.outcome == .unprobed)
        let usable = await inspect(["2001:db8::1": withheld, "192.0.2.1": .ecdsa], .ecdsa).0
        #expect(usable.verdict.outcome == .verified && !usable.verdict.isDegraded)
    }

    /// A host is left alone, and something is known of it that does not fit. That is no reason to accept, and none to
    /// refuse permanently. It is not kept either, however the other addresses fail.
    @Test(.rules("F-125")) func whoIsLeftAloneAndHasShownToOthersWhatDoesNotFitIsADoubt() async {
        let withheld = ProbeReport.End.withheld("too often", earlier: .init(.rsa, .otherName))
        for others in [ProbeReport.End.rsa, withheld] {
            let inspection = await inspect(
                ["2001:db8::1": withheld, "192.0.2.1": others, "192.0.2.2": others], .ecdsa
            ).0
            #expect(inspection.verdict.outcome == .pending, "\(inspection.verdict)")
            let keeper = VerdictKeeper(Settings())
            keeper.keep(inspection)
            #expect(keeper.cache.verdict(on: Destination(.domain("d.example"), port: 25)) == nil)
        }
        let usable = await inspect(["2001:db8::1": withheld, "192.0.2.1": .ecdsa], .ecdsa).0
        #expect(usable.verdict.outcome == .verified)
    }
}
