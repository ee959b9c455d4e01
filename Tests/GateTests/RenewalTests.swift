import DANE
import DNSSEC
import Synchronization
import Testing

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Verdicts

/// What becomes of a good verdict that has run out.
@Suite(.timeLimit(.minutes(1))) struct RenewalTests {
    private static let destination = Destination(.domain("d.example"), port: 25)
    private static let key = VerdictKey(destination, demandsDANE: false)
    private static let good = Verdict(outcome: .verified, cause: "good")

    private static func inspection(_ outcome: Outcome, _ destination: Destination = destination) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: outcome, cause: "new"), mxSecurity: .secure, hosts: [],
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

    private static func ask(_ service: InspectionService, at now: ContinuousClock.Instant) async
        -> InspectionService.Answer
    {
        await onThread { service.verdict(on: destination, at: now, before: .now + .seconds(30)) }
    }

    /// A good verdict ten minutes old, of which half an hour is left to serve.
    private static func keeper(at now: ContinuousClock.Instant) -> VerdictKeeper {
        var settings = Settings()
        settings.cacheStaleTTL = .seconds(3600)
        let keeper = VerdictKeeper(settings)
        keeper.cache.keep(
            good, for: key, fresh: .seconds(60), stale: .seconds(3600), at: now - .seconds(600))
        return keeper
    }

    @Test func nobodyWaitsForARenewalThatHangs() async {
        let now = ContinuousClock.now
        let turnstile = Turnstile()
        let service = InspectionService(keeper: Self.keeper(at: now), breaker: await Self.breaker()) { destination, _ in
            await turnstile.pass()
            return Self.inspection(.opportunistic, destination)
        }
        for _ in 0..<20 {
            let answer = await Self.ask(service, at: now)
            #expect(answer.verdict == Self.good && answer.isCached)
        }
        while turnstile.begun == 0 { await Task.yield() }
        #expect(service.inspectionsInFlight == 1)
        turnstile.open()
        while service.inspectionsInFlight > 0 { await Task.yield() }
        #expect(turnstile.begun == 1)
        #expect(await Self.ask(service, at: now).verdict.outcome == .opportunistic)
    }

    @Test(arguments: [
        (Outcome.dnsUnavailable, Outcome.verified), (.unreachable, .verified), (.tlsaInvalid, .tlsaInvalid),
        (.dnssecInvalid, .dnssecInvalid), (.nullMX, .nullMX), (.opportunistic, .opportunistic),
    ])
    func onlyAProvenFailureTakesThePlaceOfAGoodVerdict(found: Outcome, kept: Outcome) {
        let now = ContinuousClock.now
        let keeper = Self.keeper(at: now)
        keeper.keep(Self.inspection(found), at: now)
        switch keeper.cache.find(Self.key, at: now) {
        case .fresh(let body), .stale(let body, _): #expect(body.verdict.outcome == kept)
        case nil: Issue.record("nothing is kept")
        }
        let isDoubt = found.isDoubt
        #expect(
            keeper.faults.failingFor(.doubt(Self.destination), at: now + .seconds(60))
                == (isDoubt ? .seconds(60) : .zero))
    }

    /// Its bound is that of the verdict, however often it was tried to renew it.
    @Test func aDoubtDoesNotLetAGoodVerdictServeForLonger() {
        let now = ContinuousClock.now
        let keeper = Self.keeper(at: now)
        for minute in 0..<50 { keeper.keep(Self.inspection(.dnsUnavailable), at: now + .seconds(60 * minute)) }
        let end = now - .seconds(600) + .seconds(60 + 3600)
        #expect(keeper.cache.find(Self.key, at: end - .seconds(1)) != nil)
        keeper.keep(Self.inspection(.dnsUnavailable), at: end + .seconds(1))
        guard case .fresh(let body) = keeper.cache.find(Self.key, at: end + .seconds(2)) else {
            Issue.record("nothing is kept")
            return
        }
        #expect(body.verdict.outcome == .dnsUnavailable)
    }

    @Test func aDeadResolverLetsGoodVerdictsServe() async {
        let now = ContinuousClock.now
        let service = InspectionService(keeper: Self.keeper(at: now), breaker: await Self.breaker(fault: "dead")) {
            destination, _ in
            Issue.record("\(destination.name) was inspected")
            return Self.inspection(.opportunistic, destination)
        }
        #expect(await Self.ask(service, at: now).verdict == Self.good)
        // Nobody asks for it in vain either, though it is due.
        for _ in 0..<8 { service.renewDue(at: now + .seconds(60)) }
        #expect(service.inspectionsInFlight == 0)
        let answer = await Self.ask(service, at: now + .seconds(4000))
        #expect(answer.verdict.outcome == .dnsUnavailable && answer.isInTrouble)
    }

    @Test func renewalsAreBoundedAndEachFollowsTheLast() async {
        let now = ContinuousClock.now
        let keeper = VerdictKeeper(Settings())
        var limits = InspectionService.Limits()
        limits.renewals = 3
        let turnstile = Turnstile()
        let most = Mutex(0)
        let running = Mutex(0)
        let service = InspectionService(keeper: keeper, breaker: await Self.breaker(), limits: limits) {
            destination, _ in
            let count = running.withLock { running in
                running += 1
                return running
            }
            most.withLock { $0 = max($0, count) }
            await turnstile.pass()
            running.withLock { $0 -= 1 }
            return Self.inspection(.verified, destination)
        }
        for number in 0..<100 {
            let name = DomainName("d\(number).example")!
            let key = VerdictKey(Destination(.domain(name), port: 25), demandsDANE: false)
            keeper.cache.keep(
                Self.good, for: key, fresh: .seconds(60), stale: .seconds(3600), at: now - .seconds(600))
            _ = keeper.cache.find(key, at: now - .seconds(590))
        }
        for _ in 0..<8 { service.renewDue(at: now) }
        #expect(service.inspectionsInFlight == 3)
        turnstile.open()
        while turnstile.begun < 100 || service.inspectionsInFlight > 0 { await Task.yield() }
        #expect(most.withLock { $0 } <= 3)
        #expect(turnstile.begun == 100)
    }

    @Test func theJournalIsToldWhatIsKept() {
        let journal = Journal()
        let now = ContinuousClock.now
        var settings = Settings()
        settings.cacheStaleTTL = .seconds(1800)
        let keeper = VerdictKeeper(settings, journal: journal, unixNow: { 1_800_000_000 })
        keeper.keep(Self.inspection(.verified), demandingDANE: true, at: now)
        keeper.keep(Self.inspection(.tlsaInvalid), at: now)
        keeper.keep(Self.inspection(.dnsUnavailable), demandingDANE: true, at: now)
        keeper.keep(Self.inspection(.dnssecInvalid), isInTrouble: true, at: now)
        #expect(
            journal.lines.withLock { $0 } == [
                KeptVerdict(
                    destination: Self.destination, demandsDANE: true,
                    verdict: Verdict(outcome: .verified, cause: "new"), made: 1_800_000_000, fresh: .seconds(600),
                    stale: .seconds(1800)),
                KeptVerdict(
                    destination: Self.destination, demandsDANE: false,
                    verdict: Verdict(outcome: .tlsaInvalid, cause: "new"), made: 1_800_000_000, fresh: .seconds(60),
                    stale: .zero),
            ])
    }

    private final class Journal: VerdictJournal {
        let lines = Mutex<[KeptVerdict]>([])
        func kept(_ verdict: KeptVerdict) { lines.withLock { $0.append(verdict) } }
    }
}
