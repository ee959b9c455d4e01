import DANE
import DNSSEC
import Synchronization
import Testing

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Verdicts

/// Lookups that have no answer at all: how soon that is a reason to test the resolver.
@Suite(.timeLimit(.minutes(1))) struct SilenceTests {
    private let start = ContinuousClock.now

    private func place(_ name: String) -> Neighbourhood { Neighbourhood(of: name) }

    /// Whose lookups have no answer, as a path of the second look.
    private final class Path: DNSPath {
        private let names = Mutex<[String]>([])
        var silent: [String] { names.withLock { $0 } }

        func knownTrouble(with parts: Set<ResolverHealth.Part>) -> String? { nil }
        func trouble(with parts: Set<ResolverHealth.Part>) async -> String? { nil }
        func noteDoubt(of parts: Set<ResolverHealth.Part>, at destination: Destination) {}
        func noteSilence(at name: DomainName) { names.withLock { $0.append(name.text) } }
        func noteAnswer() { names.withLock { $0.append("answer") } }
    }

    /// Who is let pass has met it, too: behind insecure MX records nothing rests on the address.
    @Test func aVerdictThatAcceptsHidesNothing() async {
        let path = Path()
        let resolver = FakeResolver(
            mx: ["d.example": .unsigned(MXRecord(10, "mx.example"))], a: ["mx.example": .failed("no answer")],
            aaaa: ["mx.example": .failed("no answer")])
        let inspector = Inspector(
            resolver: resolver, prober: nil, expiredEE: .ignore, isComplete: false, now: { 1_800_000_000 })
        let look = SecondLook(inspector, uncached: nil, path: path)
        let found = await look.inspect(Destination(.domain("d.example"), port: 25))
        #expect(found.verdict.outcome == .opportunistic)
        #expect(path.silent.first == "answer" && Set(path.silent) == ["answer", "mx.example"])
    }

    @Test func ourOwnFailuresAreNoSilence() async {
        let path = Path()
        let resolver = FakeResolver(mx: [
            "d.example": .failed(LookupFailure("too few file descriptors are left", kind: .ours))
        ])
        let inspector = Inspector(
            resolver: resolver, prober: nil, expiredEE: .ignore, isComplete: false, now: { 1_800_000_000 })
        let look = SecondLook(inspector, uncached: nil, path: path)
        _ = await look.inspect(Destination(.domain("d.example"), port: 25))
        #expect(path.silent == [])
    }

    /// One question, every ten seconds at most, and for each part of the DNS once in five minutes.
    @Test func silenceIsBounded() {
        var causes = TestCauses()
        let claim1 = causes.claimKeys(at: start)
        #expect(claim1 == nil)
        causes.noteSilence(place("silent.example"), at: start)
        let claim2 = causes.claim(at: start)
        #expect(!claim2)
        let claim3 = causes.claimKeys(at: start)
        #expect(claim3 == [place("silent.example")])
        let claim4 = causes.claimKeys(at: start + .seconds(20))
        #expect(claim4 == nil)
        causes.clearSilence([place("silent.example")], at: start)
        causes.noteSilence(place("mx.silent.example"), at: start + .seconds(299))
        let claim5 = causes.claimKeys(at: start + .seconds(299))
        #expect(claim5 == nil)
        causes.noteSilence(place("silent.example"), at: start + .seconds(300))
        let claim6 = causes.claimKeys(at: start + .seconds(300))
        #expect(claim6 != nil)
        var asked = 0
        for second in 310..<910 {
            let now = start + .seconds(second)
            causes.noteSilence(place("s\(second).example"), at: now)
            if let places = causes.claimKeys(at: now) {
                causes.clearSilence(places, at: now)
                asked += 1
            }
        }
        #expect(asked == 60)
        // Nor does it take anything from what else is a reason.
        causes.note(place("silent.example"), isKnownGood: false, at: start + .seconds(910))
        let claim7 = causes.claim(at: start + .seconds(910))
        #expect(claim7)
    }

    /// Where others are answered, whoever is silent is so by himself.
    @Test func anAnswerEndsIt() {
        var causes = TestCauses()
        causes.noteSilence(place("silent.example"), at: start)
        causes.noteAnswer()
        let claim8 = causes.claimKeys(at: start)
        #expect(claim8 == nil)
        causes.noteSilence(place("silent.example"), at: start)
        let claim9 = causes.claimKeys(at: start)
        #expect(claim9 != nil)
    }

    /// What is perceived, and how often it was asked for.
    private final class Machine: Sendable {
        let isDead = Mutex(false)
        /// Whole tests, and those of the keys alone.
        let counts = Mutex([0, 0])
        private var health: ResolverHealth {
            isDead.withLock { $0 }
                ? ResolverHealth(tested: [], faults: [.init(.rootKeys, .unanswered, "no answer")]) : .good
        }

        var senses: TroubleWatch.Senses {
            var senses = TroubleWatch.Senses(ResolverTests(FakeResolver())) { _ in nil }
            senses.selfTest = {
                self.counts.withLock { $0[0] += 1 }
                return self.health
            }
            senses.keyTest = {
                self.counts.withLock { $0[1] += 1 }
                return self.health
            }
            return senses
        }
    }

    @Test func theWatchAsksForTheKeysAlone() async {
        var settings = Settings()
        settings.log = .stderr
        settings.logLevel = .error
        let breaker = Breaker(settings, log: GateLog(settings))
        let machine = Machine()
        var watch = TroubleWatch(breaker, machine.senses)
        await watch.turn(at: start)
        for number in 0..<5 {
            breaker.noteSilence(at: "b\(number).example", at: start)
            await watch.turn(at: start + .seconds(1))
        }
        #expect(machine.counts.withLock { $0 } == [1, 1])
        #expect(breaker.fault == nil)
        machine.isDead.withLock { $0 = true }
        breaker.noteSilence(at: "last.example", at: start + .seconds(12))
        await watch.turn(at: start + .seconds(12))
        #expect(machine.counts.withLock { $0 } == [1, 2])
        #expect(breaker.fault == "no answer")
        // From then on it is tried as ever.
        await watch.turn(at: start + .seconds(23))
        #expect(machine.counts.withLock { $0 } == [2, 2])
        machine.isDead.withLock { $0 = false }
        await watch.turn(at: start + .seconds(34))
        #expect(breaker.fault == nil)
    }
}
