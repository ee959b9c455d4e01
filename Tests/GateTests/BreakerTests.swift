import DANE
import DNSSEC
import RuleMarks
import Synchronization
import Testing

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Verdicts

/// A machine with trouble, and who watches it.
@Suite(.timeLimit(.minutes(1))) struct BreakerTests {
    /// What there is to perceive.
    private final class Machine: Sendable {
        let health = Mutex(ResolverHealth.good)
        let descriptors = Mutex<String?>(nil)
        let offset = Mutex(Duration.zero)
        /// The destinations that are asked again, and whether they are in order.
        let good = Mutex<Set<String>>([])
        let asked = Mutex(0)
        let tests = Mutex(0)

        var senses: TroubleWatch.Senses {
            var senses = TroubleWatch.Senses(ResolverTests(FakeResolver())) { destination in
                self.asked.withLock { $0 += 1 }
                let isGood = self.good.withLock { $0.contains(destination.name.text) }
                return Verdict(outcome: isGood ? .verified : .dnssecInvalid, cause: "")
            }
            senses.selfTest = {
                self.tests.withLock { $0 += 1 }
                return self.health.withLock { $0 }
            }
            senses.clockOffset = { self.offset.withLock { $0 } }
            senses.descriptorFault = { self.descriptors.withLock { $0 } }
            return senses
        }
    }

    private let machine = Machine()
    private let breaker: Breaker
    private let start = ContinuousClock.now

    init() {
        var settings = Settings()
        settings.log = .stderr
        settings.logLevel = .error
        breaker = Breaker(settings, log: GateLog(settings))
    }

    private var watch: TroubleWatch { TroubleWatch(breaker, machine.senses) }

    /// Notes inspections of destinations named after a number, each of a site of its own.
    private func note(_ outcome: Outcome, _ names: String, _ range: Range<Int>, at now: ContinuousClock.Instant) {
        for number in range {
            let destination = Destination(.domain(DomainName("\(names)\(number).example\(number)")!), port: 25)
            breaker.note(
                VerdictKey(destination, demandsDANE: false), Verdict(outcome: outcome, cause: ""), at: now)
        }
    }

    @Test(arguments: [
        (ResolverHealth.Fault(.rootKeys, .unanswered, "no answer"), LocalTrouble.Cause.resolver),
        (.init(.rootKeys, .trustAnchor, "no keys"), .trustAnchor), (.init(.rootKeys, .clock, "expired"), .clock),
    ])
    func theSelfTestNamesTheCause(fault: ResolverHealth.Fault, cause: LocalTrouble.Cause) async {
        var watch = watch
        #expect(breaker.fault != nil)
        #expect(ResolverHealth.Part.allCases.allSatisfy { breaker.works($0) == nil })
        await watch.turn(at: start)
        #expect(ResolverHealth.Part.allCases.allSatisfy { breaker.works($0) == true })
        #expect(breaker.fault == nil && breaker.trouble == nil)
        machine.health.withLock { $0 = ResolverHealth(tested: [], faults: [fault]) }
        await watch.turn(at: start + .seconds(299))
        #expect(breaker.trouble == nil)
        await watch.turn(at: start + .seconds(301))
        #expect(breaker.trouble == LocalTrouble(cause, fault.sentence))
        #expect(breaker.fault == fault.sentence)
        #expect(breaker.works(.rootKeys) == false && breaker.works(.denials) == nil && breaker.works(.tlsa) == nil)
        // It closes by itself.
        machine.health.withLock { $0 = .good }
        await watch.turn(at: start + .seconds(305))
        #expect(breaker.trouble != nil)
        await watch.turn(at: start + .seconds(312))
        #expect(breaker.trouble == nil)
    }

    /// Where only some things get through inspections go on, and the breaker does not open and close with every test.
    @Test(
        .rules("F-87", "F-88"),
        arguments: [
            (ResolverHealth.Fault(.denials, .unproven, "NSEC is lost"), LocalTrouble.Cause.denials),
            (.init(.denials, .madeUp, "made up"), .denials), (.init(.denials, .clock, "expired"), .clock),
            (.init(.denials, .unanswered, "no answer"), .denials),
            (.init(.tlsa, .unproven, "TLSA is empty"), .tlsa), (.init(.tlsa, .unanswered, "TLSA is refused"), .tlsa),
        ])
    func aPartThatFailsOpensItUntilItHasWorkedForAWhile(fault: ResolverHealth.Fault, cause: LocalTrouble.Cause) async {
        var watch = watch
        await watch.turn(at: start)
        machine.health.withLock { $0 = ResolverHealth(faults: [fault]) }
        note(.dnsUnavailable, "d", 0..<1, at: start + .seconds(3))
        await watch.turn(at: start + .seconds(4))
        #expect(breaker.trouble == LocalTrouble(cause, fault.sentence))
        #expect(breaker.fault == nil && breaker.hasResolverTrouble)
        #expect(breaker.works(.rootKeys) == true && breaker.works(fault.part) == false)
        // Every other test finds it in order: it stays open.
        var second = 4
        for round in 0..<20 {
            second += 11
            machine.health.withLock { $0 = round % 2 == 0 ? .good : ResolverHealth(faults: [fault]) }
            await watch.turn(at: start + .seconds(second))
            #expect(breaker.trouble?.cause == cause)
        }
        machine.health.withLock { $0 = .good }
        let before = machine.tests.withLock { $0 }
        while breaker.trouble != nil, second < 1000 {
            second += 2
            await watch.turn(at: start + .seconds(second))
        }
        #expect((3...4).contains(machine.tests.withLock { $0 } - before), "a test every ten seconds")
        #expect(breaker.testInterval(at: start + .seconds(second)) == TroubleWatch.interval)
        // And then every five minutes again.
        for later in stride(from: 2, to: 290, by: 2) { await watch.turn(at: start + .seconds(second + later)) }
        #expect(machine.tests.withLock { $0 } - before <= 4)
    }

    /// A forwarder that never lets everything through is not asked every ten seconds for ever.
    @Test(.rules("F-89")) func aTroubleThatLastsIsTestedSeldomer() async {
        var watch = watch
        await watch.turn(at: start)
        let fault = ResolverHealth.Fault(.tlsa, .unanswered, "TLSA is refused")
        machine.health.withLock { $0 = ResolverHealth(faults: [fault]) }
        breaker.take(found: ResolverHealth(faults: [fault]), at: start)
        var second = 0
        func tests(for time: Int) async -> Int {
            let before = machine.tests.withLock { $0 }
            for _ in stride(from: 0, to: time, by: 2) {
                second += 2
                await watch.turn(at: start + .seconds(second))
            }
            return machine.tests.withLock { $0 } - before
        }
        #expect((80...92).contains(await tests(for: 900)))
        #expect((58...61).contains(await tests(for: 3600)))
        // Once it works it is tested often again, and closes soon.
        machine.health.withLock { $0 = .good }
        #expect((3...5).contains(await tests(for: 100)))
        #expect(breaker.trouble == nil)
    }

    @Test func aDoubtAndASetClockAreTestedAtOnce() async {
        var watch = watch
        await watch.turn(at: start)
        note(.dnsUnavailable, "d", 0..<1, at: start + .seconds(1))
        await watch.turn(at: start + .seconds(2))
        #expect(machine.tests.withLock { $0 } == 2)
        await watch.turn(at: start + .seconds(4))
        machine.offset.withLock { $0 = .seconds(2) }
        await watch.turn(at: start + .seconds(6))
        #expect(machine.tests.withLock { $0 } == 2)
        machine.offset.withLock { $0 = .seconds(-3600) }
        await watch.turn(at: start + .seconds(8))
        #expect(machine.tests.withLock { $0 } == 3)
    }

    @Test func withoutDescriptorsTheBreakerIsOpen() async {
        var watch = watch
        await watch.turn(at: start)
        machine.descriptors.withLock { $0 = "none left" }
        machine.health.withLock { $0 = ResolverHealth(faults: [.init(.rootKeys, .unanswered, "no socket")]) }
        await watch.turn(at: start + .seconds(400))
        #expect(breaker.trouble == LocalTrouble(.descriptors, "none left"))
        machine.descriptors.withLock { $0 = nil }
        machine.health.withLock { $0 = .good }
        await watch.turn(at: start + .seconds(402))
        #expect(breaker.trouble == nil)
    }

    @Test func failuresOfKnownGoodDestinationsOpenItAndTheirRecoveryClosesIt() async {
        var watch = watch
        await watch.turn(at: start)
        note(.verified, "good", 0..<10, at: start)
        let later = start + .seconds(120)
        note(.dnssecInvalid, "any", 0..<30, at: later)
        await watch.turn(at: later)
        #expect(breaker.trouble?.cause == .failures)
        // Inspections go on: good verdicts count.
        #expect(breaker.fault == nil)
        machine.good.withLock { $0 = Set((0..<10).map { "good\($0).example\($0)" }) }
        await watch.turn(at: later + .seconds(5))
        #expect(breaker.trouble?.cause == .failures)
        await watch.turn(at: later + .seconds(11))
        #expect(breaker.trouble == nil)
    }

    /// Anybody can send mail to any number of broken domains.
    @Test(arguments: [30, 1000]) func aFloodOfBrokenDomainsDoesNotOpenIt(count: Int) async {
        var watch = watch
        await watch.turn(at: start)
        note(.verified, "good", 0..<10, at: start)
        machine.good.withLock { $0 = Set((0..<10).map { "good\($0).example\($0)" }) }
        for round in 0..<30 {
            let now = start + .seconds(120 + 2 * round)
            note(.dnssecInvalid, "broken", 0..<count, at: now)
            await watch.turn(at: now)
            #expect(breaker.trouble == nil)
        }
        // Nor does it make us ask all the time.
        #expect(machine.asked.withLock { $0 } <= 2 * KnownGood.sample)
    }

    /// One operator's outage is not ours, however many destinations he has.
    @Test func oneProvidersOutageDoesNotOpenIt() async {
        var watch = watch
        await watch.turn(at: start)
        note(.verified, "good", 0..<5, at: start)
        machine.good.withLock { $0 = Set((0..<5).map { "good\($0).example\($0)" }) }
        for number in 0..<500 {
            let key = VerdictKey(
                Destination(.domain(DomainName("c\(number).example")!), port: 25), demandsDANE: false)
            breaker.note(key, Verdict(outcome: .verified, host: "mx\(number).provider.example", cause: ""), at: start)
        }
        let later = start + .seconds(120)
        for number in 0..<500 {
            let key = VerdictKey(
                Destination(.domain(DomainName("c\(number).example")!), port: 25), demandsDANE: false)
            breaker.note(
                key, Verdict(outcome: .unreachable, host: "mx\(number).provider.example", cause: ""), at: later)
        }
        await watch.turn(at: later)
        #expect(machine.asked.withLock { $0 } > 0)
        #expect(breaker.trouble == nil)
    }

    @Test(arguments: [(30, false), (99, false), (150, true)])
    func whereNoneIsKnownToBeGoodItTakesMuchMore(count: Int, opens: Bool) async {
        var watch = watch
        await watch.turn(at: start)
        note(.dnssecInvalid, "any", 0..<count, at: start + .seconds(2))
        await watch.turn(at: start + .seconds(2))
        #expect((breaker.trouble?.cause == .failures) == opens)
        // Nothing fails any more.
        await watch.turn(at: start + .seconds(100))
        #expect(breaker.trouble == nil)
    }

    /// After a restart nothing has been seen to be good yet, but there may be verdicts from before.
    @Test(arguments: [true, false]) func keptVerdictsTellWhatWasGood(isGood: Bool) async {
        let cache = VerdictCache(limit: 1000)
        for number in 0..<50 {
            let destination = Destination(.domain(DomainName("kept\(number).example\(number)")!), port: 25)
            cache.restore(
                Verdict(outcome: number < 25 ? .verified : .tlsaInvalid, cause: ""), on: destination,
                demandingDANE: false, freshFor: .seconds(600), staleFor: .seconds(600), at: start)
            if isGood, number < 25 { machine.good.withLock { _ = $0.insert(destination.name.text) } }
        }
        var senses = machine.senses
        senses.remembered = { cache.someGood(at: $0) }
        var watch = TroubleWatch(breaker, senses)
        await watch.turn(at: start)
        note(.dnssecInvalid, "any", 0..<30, at: start + .seconds(2))
        await watch.turn(at: start + .seconds(2))
        #expect(machine.asked.withLock { $0 } == KnownGood.sample)
        #expect((breaker.trouble?.cause == .failures) == !isGood)
    }

    @Test func factsAndFewFailuresAreNoReason() async {
        var watch = watch
        await watch.turn(at: start)
        note(.verified, "good", 0..<10, at: start - .seconds(120))
        note(.noSuchDomain, "none", 0..<1000, at: start + .seconds(2))
        note(.nullMX, "null", 0..<1000, at: start + .seconds(2))
        note(.tlsaInvalid, "few", 0..<19, at: start + .seconds(2))
        await watch.turn(at: start + .seconds(2))
        #expect(machine.asked.withLock { $0 } == 0)
        #expect(breaker.trouble == nil)
    }

    @Test func failuresSinceTheClockWasSetAreTheClocks() async {
        var watch = watch
        await watch.turn(at: start)
        note(.verified, "good", 0..<10, at: start)
        machine.offset.withLock { $0 = .seconds(86400 * 30) }
        await watch.turn(at: start + .seconds(2))
        #expect(breaker.trouble == nil)
        note(.dnssecInvalid, "any", 0..<30, at: start + .seconds(120))
        await watch.turn(at: start + .seconds(120))
        #expect(breaker.trouble?.cause == .clock)
    }

    @Test func whileItIsOpenNoFailureIsKeptOrCounted() async {
        var watch = watch
        await watch.turn(at: start)
        breaker.take(failures: LocalTrouble(.failures, "much fails"), at: start)
        let keeper = VerdictKeeper(Settings())
        let bad = Destination(.domain("bad.example"), port: 25)
        let service = InspectionService(keeper: keeper, breaker: breaker) { destination, _ in
            Inspection(
                destination: destination,
                verdict: Verdict(outcome: destination == bad ? .tlsaInvalid : .verified, cause: "why"),
                mxSecurity: .secure, hosts: [], steps: [], lifetime: .seconds(600), elapsed: .zero)
        }
        let answers = await onThread {
            [bad, Destination(.domain("good.example"), port: 25)].map {
                service.verdict(on: $0, before: .now + .seconds(30))
            }
        }
        #expect(answers[0].isInTrouble && answers[0].verdict.outcome == .dnsUnavailable)
        #expect(answers[0].verdict.cause.contains("much fails") && answers[0].verdict.cause.contains("tlsa-invalid"))
        #expect(!answers[1].isInTrouble && answers[1].verdict.outcome == .verified)
        // The doubt is kept for as long as it takes until the trouble is tried again.
        let key = VerdictKey(bad, demandsDANE: false)
        guard case .fresh(let kept) = keeper.cache.find(key, at: .now) else {
            Issue.record("nothing is kept")
            return
        }
        #expect(kept.verdict == Verdict(outcome: .dnsUnavailable, cause: "tlsa-invalid: why", isOurs: true))
        #expect(keeper.cache.find(key, at: .now + .seconds(11)) == nil)
        #expect(keeper.faults.failingFor(.destination(bad), at: .now + .seconds(60)) == .zero)
    }
}
