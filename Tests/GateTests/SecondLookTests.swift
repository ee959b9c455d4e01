import DANE
import DNSSEC
import Probe
import RuleMarks
import Testing

@testable import Inspection
@testable import Policy
@testable import Support
@testable import Verdicts

/// What two looks at a failure come to. The world tests do the same with real servers.
@Suite(.timeLimit(.minutes(1))) struct SecondLookTests {
    private static let destination = Destination(.domain("d.example"), port: 25)
    private static let mismatch = ProbeReport.End.rsa

    /// A look by way of the probe cache, as the daemon has it.
    private func look(
        _ resolver: FakeResolver, _ prober: any Probing, isComplete: Bool = false
    ) -> (look: SecondLook, cache: ProbeCache) {
        let cache = ProbeCache(prober, lifetime: .seconds(3600), failureLifetime: .seconds(60))
        let inspector = Inspector(
            resolver: resolver, prober: cache, expiredEE: .ignore, isComplete: isComplete, now: { 1_800_000_000 })
        return (SecondLook(inspector, uncached: cache.renewing), cache)
    }

    private func inspect(_ resolver: FakeResolver, _ prober: any Probing) async -> Inspection {
        await look(resolver, prober).look.inspect(Self.destination)
    }

    /// A host that fails in one way on the first connection and is in order on the second.
    @Test(
        .rules("F-52", "F-61"),
        arguments: [
            ProbeReport.End.startTLSNotOffered("EHLO was answered without STARTTLS"), .startTLSRefused("454 later"),
            .tlsFailed("alert 40"), mismatch,
        ])
    func aDifferenceBetweenConnectionsIsSaid(first: ProbeReport.End) async throws {
        let prober = FakeBackends(first, .ecdsa)
        let inspection = await inspect(.domain(.ecdsa), prober)
        #expect(inspection.verdict.outcome == .verified)
        #expect(inspection.verdict.isDegraded)
        let address = try #require(inspection.hosts.first?.addresses.first)
        #expect(address.connections.map(\.purpose) == [.first, .again])
        #expect(address.connections.map(\.outcome.allowsDelivery) == [false, true])
        for connection in address.connections {
            #expect(inspection.verdict.cause.contains(connection.cause), "\(inspection.verdict.cause)")
        }
        #expect(prober.targets.count == 2)
    }

    /// Names that had broken DNS in the cache and have not any more.
    @Test(arguments: [
        FakeResolver(mx: ["d.example": .bogus("signature expired")], fresh: .domain(.ecdsa)),
        FakeResolver(
            mx: ["d.example": .secured(MXRecord(10, "mx.example"))], a: ["mx.example": .bogus("no DNSKEY")],
            aaaa: ["mx.example": .bogus("no DNSKEY")], fresh: .domain(.ecdsa)),
        FakeResolver(
            mx: ["d.example": .secured(MXRecord(10, "mx.example"))], a: ["mx.example": .secured("192.0.2.1")],
            aaaa: ["mx.example": .absent], tlsa: ["_25._tcp.mx.example": .bogus("no NSEC")], fresh: .domain(.ecdsa)),
        FakeResolver(mx: ["d.example": .secured(MXRecord(10, "gone.example"))], fresh: .domain(.ecdsa)),
    ])
    func aHealedChainOfTrustIsAPlainPass(broken: FakeResolver) async {
        let inspection = await inspect(broken, FakeBackends(.ecdsa))
        #expect(inspection.verdict.outcome == .verified)
        #expect(!inspection.verdict.isDegraded)
        #expect(inspection.steps.contains { $0.kind == .again && $0.result == .warning })
    }

    /// F-03: the record came after the certificate, and the old one is still in the cache.
    @Test(.rules("F-03", "D-59")) func aHealedRolloverIsAPlainPass() async throws {
        let prober = FakeBackends(.ecdsa)
        let inspection = await inspect(.domain(.rsa, fresh: .domain(.ecdsa)), prober)
        #expect(inspection.verdict.outcome == .verified)
        #expect(!inspection.verdict.isDegraded)
        let address = try #require(inspection.hosts.first?.addresses.first)
        #expect(address.connections.map(\.outcome) == [.tlsaInvalid, .verified])
        #expect(prober.targets.count == 2, "a new connection, not the one before")
    }

    /// What a host showed an hour ago is no proof that two machines differ now; and it is not kept any longer.
    @Test func aKeptReportIsNoProofOfADifference() async {
        let prober = FakeBackends(Self.mismatch, .ecdsa, ages: [.seconds(300)])
        let (look, cache) = look(.domain(.ecdsa), prober)
        _ = await cache.probe(
            ProbeTarget(address: "192.0.2.1", serverName: "mx.example"), publishing: [.ecdsa])
        let mended = await look.inspect(Self.destination)
        #expect(mended.verdict.outcome == .verified)
        #expect(!mended.verdict.isDegraded)
        #expect(mended.hosts.first?.addresses.first?.connections.map(\.isKept) == [true, false])
        #expect(await look.inspect(Self.destination).verdict.outcome == .verified)
        #expect(prober.targets.count == 2, "the next inspection finds the new report")
    }

    @Test func aDoubtDoesNotTakeThePlaceOfAReport() async {
        let busy = ProbeReport.End.unreachable(.banner, "421 too many connections")
        let prober = FakeBackends(.ecdsa, busy)
        let cache = ProbeCache(prober, lifetime: .seconds(3600), failureLifetime: .seconds(60))
        let target = ProbeTarget(address: "192.0.2.1", serverName: "mx.example")
        #expect(await cache.probe(target, publishing: []).end == .ecdsa)
        #expect(await cache.renewing.probe(target, publishing: []).end == busy)
        #expect(await cache.probe(target, publishing: []).end == .ecdsa)
        #expect(prober.targets.count == 2)
    }

    @Test func whatIsInOrderHasOneConnection() async {
        let prober = FakeBackends(.ecdsa, Self.mismatch)
        let resolver = FakeResolver.domain(.ecdsa, fresh: .domain(.rsa))
        let inspection = await inspect(resolver, prober)
        #expect(inspection.verdict.outcome == .verified && !inspection.verdict.isDegraded)
        #expect(prober.targets.count == 1)
        #expect(resolver.fresh?.questions == [])
    }

    @Test func twoFailuresAreBothTold() async {
        let inspection = await inspect(.domain(.ecdsa), FakeBackends(.startTLSNotOffered("no STARTTLS"), Self.mismatch))
        #expect(inspection.verdict.outcome == .tlsaInvalid)
        #expect(inspection.verdict.cause.contains("on the connection before: no STARTTLS"))
    }

    /// Not confirmed is not proven: never a 5xx.
    @Test(arguments: [
        ProbeReport.End.unreachable(.banner, "421 too many connections"), .notProbed("no descriptor"),
        .withheld("probed too often", earlier: nil),
    ])
    func aFailureThatCannotBeSeenAgainIsADoubt(second: ProbeReport.End) async {
        let inspection = await inspect(.domain(.ecdsa), FakeBackends(Self.mismatch, second))
        #expect(inspection.verdict.outcome == .unreachable)
        #expect(inspection.verdict.cause.contains("on the connection before: "), "\(inspection.verdict.cause)")
        #expect(inspection.verdict.isOurs == inspection.hosts[0].addresses[0].finding.isOurs)
    }

    /// Who probes a host until it is left alone has not made a broken one pass, nor one fail that has been mended.
    @Test func whatALeftHostFailedInStaysADoubt() async throws {
        let withheld = ProbeReport.End.withheld("probed too often", earlier: nil)
        // A report from before, which another domain of the host has had.
        let prober = FakeBackends(Self.mismatch, withheld, ages: [.seconds(300)])
        let (look, _) = look(.domain(.ecdsa), prober)
        let inspection = await look.inspect(Self.destination)
        #expect(inspection.verdict.outcome == .unreachable, "\(inspection.verdict)")
        let keeper = VerdictKeeper(Settings())
        keeper.keep(inspection)
        #expect(keeper.cache.verdict(on: Self.destination) == inspection.verdict)
        #expect(keeper.faults.failingFor(.destination(Self.destination), at: .now + .seconds(60)) == .zero)
        let mended = await self.look(.domain(.rsa, fresh: .domain(.ecdsa)), FakeBackends(.ecdsa, withheld)).look
            .inspect(Self.destination)
        #expect(mended.verdict.outcome == .verified, "by what it showed under the new records: \(mended.verdict)")
        let turns = FakeBackends(.tlsFailed("40"), withheld)
        let unknown = await self.look(.domain(.rsa, fresh: .domain(.ecdsa)), turns).look.inspect(Self.destination)
        #expect(unknown.verdict.outcome == .pending, "no records mend a handshake: \(unknown.verdict)")
    }

    @Test(.rules("F-12", "S-06")) func eachAddressIsJudgedByItsOwnConnections() async throws {
        // Both machines of both addresses: stale, then good.
        let both = [[Outcome.tlsaInvalid, .verified], [.tlsaInvalid, .verified]]
        // The gate's second look ends at the first address that may be used.
        for (isComplete, expected) in [(true, both), (false, [both[0]])] {
            let prober = FakeBackends(Self.mismatch, .ecdsa)
            let look = look(.domain(.ecdsa, at: ["192.0.2.1", "192.0.2.2"]), prober, isComplete: isComplete).look
            let inspection = await look.inspect(Self.destination)
            #expect(inspection.verdict.outcome == .verified && inspection.verdict.isDegraded)
            let addresses = try #require(inspection.hosts.first?.addresses)
            #expect(addresses.map { $0.connections.map(\.outcome) } == expected)
            #expect(prober.targets.count == 2 + expected.count)
        }
    }

    @Test(arguments: [
        (FakeResolver.domain(fresh: .domain(.ecdsa)), Outcome.verified), (.domain(), .opportunistic),
        (
            .domain(TLSARecord(usage: 1, selector: 0, matchingType: 0, data: [1]), fresh: .domain(.ecdsa)), .verified
        ),
    ])
    func thatDANEIsLackingIsAFailureWherePolicyDemandsIt(resolver: FakeResolver, outcome: Outcome) async {
        let look = look(resolver, FakeBackends(.ecdsa)).look
        #expect(await look.inspect(Self.destination).verdict.outcome.lacksDANE)
        #expect(await look.demandingDANE.inspect(Self.destination).verdict.outcome == outcome)
    }

    /// A verdict that lacks DANE is looked at anew as soon as any failure, however long the DNS lets it be kept.
    @Test func whatPolicyRefusesIsNotKeptForLong() {
        let inspection = Inspection(
            destination: Self.destination, verdict: Verdict(outcome: .opportunistic, cause: ""), mxSecurity: .insecure,
            hosts: [], steps: [], lifetime: .seconds(86_400), elapsed: .zero)
        let keeper = VerdictKeeper(Settings())
        #expect(keeper.book(inspection, at: .now) == .seconds(86_400))
        #expect(keeper.book(inspection, demandingDANE: true, at: .now) == .seconds(60))
        keeper.keep(inspection, demandingDANE: true)
        #expect(keeper.cache.verdict(on: Self.destination) == nil)
        #expect(keeper.cache.verdict(on: Self.destination, demandingDANE: true) == inspection.verdict)
    }

    @Test func whatTheDNSSaysIsNoFailure() async {
        let cases: [([String: Answer<MXRecord>], Outcome)] = [
            ([:], .noSuchDomain), (["d.example": .secured(MXRecord(0, "."))], .nullMX),
        ]
        for (mx, outcome) in cases {
            let resolver = FakeResolver(mx: mx, fresh: .domain(.ecdsa))
            #expect(await inspect(resolver, FakeBackends(.ecdsa)).verdict.outcome == outcome)
            #expect(resolver.fresh?.questions == [])
        }
    }

    /// The caller's patience ends the second look too, and then nothing is proven.
    @Test func aSecondLookEndsWithItsTime() async {
        let prober = FakeBackends(Self.mismatch, lasting: .seconds(3600))
        let inspector = Inspector(
            resolver: FakeResolver.domain(.ecdsa), prober: FakeBackends(Self.mismatch), expiredEE: .ignore,
            isComplete: false, now: { 1_800_000_000 })
        let look = SecondLook(inspector, uncached: prober)
        let inspection = await Deadline.run(.milliseconds(200)) { await look.inspect(Self.destination) }
        #expect(inspection.verdict.outcome.isDoubt, "\(inspection.verdict)")
    }

    /// Those of one domain have their part of so many resolvers.
    @Test func onlySoManySecondLooksRunAtOnce() async {
        let prober = FakeBackends(Self.mismatch, lasting: .milliseconds(20))
        let inspector = Inspector(
            resolver: FakeResolver.domain(.ecdsa), prober: FakeBackends(Self.mismatch), expiredEE: .ignore,
            isComplete: false, now: { 1_800_000_000 })
        let look = SecondLook(inspector, uncached: prober)
        let bounds = SecondLookQueue.Bounds()
        let most = bounds.perDomain * bounds.resolversPerDomain
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 * most {
                group.addTask { #expect(await look.inspect(Self.destination).verdict.outcome == .tlsaInvalid) }
            }
        }
        #expect(prober.targets.count == 2 * most)
        #expect((2...most).contains(prober.mostAtOnce), "\(prober.mostAtOnce)")
    }
}
