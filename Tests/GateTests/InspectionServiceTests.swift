import DANE
import DNSSEC
import Dispatch
import Foundation
import Probe
import RuleMarks
import Synchronization
import Testing

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Verdicts

@Suite(.timeLimit(.minutes(1))) struct InspectionServiceTests {
    private static let destination = Destination(.domain("d.example"), port: 25)

    private static func inspection(_ outcome: Outcome, _ destination: Destination) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: outcome, cause: ""), mxSecurity: .secure, hosts: [],
            steps: [], lifetime: .seconds(600), elapsed: .zero)
    }

    private static func breaker(fault: String? = nil) async -> Breaker {
        var settings = Settings()
        settings.log = .stderr
        settings.logLevel = .error
        let breaker = Breaker(settings, log: GateLog(settings))
        var watch = TroubleWatch(breaker, .init(ResolverTests(FakeResolver(fault: fault))) { _ in nil })
        await watch.turn(at: .now)
        return breaker
    }

    /// Asks on a thread that may block.
    private static func ask(
        _ service: InspectionService, _ destination: Destination = destination, at now: ContinuousClock.Instant = .now,
        within limit: Duration
    ) async -> InspectionService.Answer {
        await onThread { service.verdict(on: destination, at: now, before: .now + limit) }
    }

    @Test func whoeverAsksThereIsOneInspection() async {
        let door = Turnstile()
        let service = InspectionService(keeper: VerdictKeeper(Settings()), breaker: await Self.breaker()) {
            destination, _ in
            await door.pass()
            return Self.inspection(.verified, destination)
        }
        await withTaskGroup(of: InspectionService.Answer.self) { group in
            for _ in 0..<20 { group.addTask { await Self.ask(service, within: .seconds(30)) } }
            while door.begun == 0 { await Task.yield() }
            door.open()
            for await answer in group { #expect(answer.verdict.outcome == .verified) }
        }
        #expect(door.begun == 1)
        #expect(await Self.ask(service, within: .seconds(30)).isCached)
        #expect(service.inspectionsInFlight == 0)
    }

    /// What a second look has withdrawn already names the trouble. It is not named twice.
    @Test(arguments: [true, false]) func theTroubleIsNamedOnce(isWithdrawn: Bool) async {
        let service = InspectionService(
            keeper: VerdictKeeper(Settings()), breaker: await Self.breaker(fault: "the resolver is lost")
        ) { destination, _ in Self.inspection(.verified, destination) }
        // The sentence alone says nothing: a domain could have it in one of its own.
        var verdict = Verdict(outcome: .dnsUnavailable, cause: "the resolver is lost; so it goes")
        verdict.isWithdrawn = isWithdrawn
        let told = service.told(
            VerdictBody(verdict), VerdictKey(Self.destination, demandsDANE: false), isCached: false)
        let again = "the resolver is lost; what was found is not counted: "
        #expect(told.verdict.cause == (isWithdrawn ? "" : again) + verdict.cause)
        #expect(told.verdict.outcome == .dnsUnavailable && told.isInTrouble)
    }

    @Test func aCallerIsToldPendingAndTheInspectionGoesOn() async {
        let door = Turnstile()
        let keeper = VerdictKeeper(Settings())
        let service = InspectionService(keeper: keeper, breaker: await Self.breaker()) { destination, _ in
            await door.pass()
            return Self.inspection(.tlsaInvalid, destination)
        }
        #expect(await Self.ask(service, within: .milliseconds(20)).verdict.outcome == .pending)
        door.open()
        while keeper.cache.verdict(on: Self.destination) == nil { await Task.yield() }
        let answer = await Self.ask(service, within: .seconds(30))
        #expect(answer.verdict.outcome == .tlsaInvalid)
        #expect(answer.isCached)
    }

    @Test func onlySoManyWait() async {
        var limits = InspectionService.Limits()
        limits.waiting = 2
        let door = Turnstile()
        let service = InspectionService(
            keeper: VerdictKeeper(Settings()), breaker: await Self.breaker(), limits: limits
        ) {
            destination, _ in
            await door.pass()
            return Self.inspection(.verified, destination)
        }
        // All in one moment: later, who has waited longest would give way.
        let now = ContinuousClock.now
        async let first = Self.ask(service, Destination(.domain("a.example"), port: 25), at: now, within: .seconds(30))
        async let second = Self.ask(service, Destination(.domain("b.example"), port: 25), at: now, within: .seconds(30))
        while door.begun < 2 { await Task.yield() }
        let third = await Self.ask(service, Destination(.domain("c.example"), port: 25), at: now, within: .seconds(30))
        #expect(third.verdict.outcome == .pending)
        door.open()
        #expect(await first.verdict.outcome == .verified)
        #expect(await second.verdict.outcome == .verified)
    }

    /// When all places are taken, the domain that has most of them gives one up. An inspection that waits for its
    /// second look has none.
    @Test(.rules("F-110")) func whoeverComesFindsAPlaceBesideACrowd() async {
        var limits = InspectionService.Limits()
        limits.inspections = 20
        let doors = (crowd: Turnstile(), aside: Turnstile())
        let service = InspectionService(
            keeper: VerdictKeeper(Settings()), breaker: await Self.breaker(), limits: limits
        ) {
            destination, _ in
            let name = destination.name.text
            if name.hasSuffix("aside.example") {
                InspectionHandle.current?.stepAside()
                await doors.aside.pass()
            } else if name.hasSuffix("crowd.example") {
                await doors.crowd.pass()
            }
            return Self.inspection(.verified, destination)
        }
        func ask(_ name: String, within limit: Duration) async -> Outcome {
            let destination = Destination(.domain(DomainName(name)!), port: 25)
            return await Self.ask(service, destination, within: limit).verdict.outcome
        }
        for number in 0..<40 { #expect(await ask("n\(number).aside.example", within: .zero) == .pending) }
        while doors.aside.begun < 40 { await Task.yield() }
        #expect(service.occupancy.used == 0 && service.inspectionsInFlight == 40)
        for number in 0..<40 { #expect(await ask("n\(number).crowd.example", within: .zero) == .pending) }
        #expect(service.occupancy.used == 20 && service.occupancy.foremost == "crowd.example")
        var good = 0
        for number in 0..<60 where await ask("good\(number).example", within: .seconds(30)) == .verified { good += 1 }
        #expect(good == 60)
        doors.aside.open()
        doors.crowd.open()
        while service.inspectionsInFlight > 0 { await Task.yield() }
        #expect(service.occupancy.used == 0)
        #expect(await ask("n0.aside.example", within: .seconds(30)) == .verified)
    }

    @Test func aBrokenResolverMakesNoVerdict() async {
        let service = InspectionService(
            keeper: VerdictKeeper(Settings()), breaker: await Self.breaker(fault: "no keys")
        ) {
            destination, _ in
            Issue.record("\(destination.name) was inspected")
            return Self.inspection(.opportunistic, destination)
        }
        let answer = await Self.ask(service, within: .seconds(30))
        #expect(answer.verdict.outcome == .dnsUnavailable)
    }

    @Test func anInspectionThatDoesNotEndIsEnded() async {
        var limits = InspectionService.Limits()
        limits.inspection = .milliseconds(20)
        let service = InspectionService(
            keeper: VerdictKeeper(Settings()), breaker: await Self.breaker(), limits: limits
        ) {
            destination, _ in
            try? await Task.sleep(for: .seconds(3600))
            return Self.inspection(.dnsUnavailable, destination)
        }
        #expect(await Self.ask(service, within: .seconds(50)).verdict.outcome == .dnsUnavailable)
    }

    @Test func aHostIsProbedOnceForAll() async {
        let prober = FakeProber()
        let cache = ProbeCache(prober, lifetime: .seconds(60), failureLifetime: .seconds(60))
        let target = ProbeTarget(address: "192.0.2.1", port: 25, serverName: "mx.example")
        let record = TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = await cache.probe(target, publishing: [record]) } }
        }
        #expect(prober.targets.count == 1)
        _ = await cache.probe(target, publishing: [])
        #expect(prober.targets.count == 2)
    }
}
