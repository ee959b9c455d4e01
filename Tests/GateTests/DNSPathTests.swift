import DANE
import DNSSEC
import RuleMarks
import Synchronization
import Testing

@testable import Inspection
@testable import Policy
@testable import Records
@testable import Verdicts

/// What a failure of DNSSEC comes to where the way to the DNS may be at fault.
@Suite(.timeLimit(.minutes(1))) struct DNSPathTests {
    private static let destination = Destination(.domain("d.example"), port: 25)
    private static let lost = ResolverHealth.Fault(.denials, .unproven, "NSEC records are lost")
    private static let blocked = ResolverHealth.Fault(.tlsa, .unanswered, "TLSA is blocked")
    private static let unproven = BogusReason(.unproven, hasData: false, detail: "no NSEC")
    private static let expired = BogusReason(.expired, subject: .init("d.example", "MX"), detail: "signature expired")

    /// A domain with one host, of which some answers are others.
    private static func domain(
        mx: Answer<MXRecord>? = nil, a: Answer<IPAddress> = .secured("192.0.2.1"), aaaa: Answer<IPAddress> = .absent,
        tlsa: Answer<TLSARecord> = .absent, health: ResolverHealth = .good, fresh: FakeResolver? = nil
    ) -> FakeResolver {
        FakeResolver(
            mx: ["d.example": mx ?? .secured(MXRecord(10, "mx.example"))], a: ["mx.example": a],
            aaaa: ["mx.example": aaaa], tlsa: ["_25._tcp.mx.example": tlsa], health: health, fresh: fresh)
    }

    private static func look(_ resolver: FakeResolver, _ path: (any DNSPath)? = nil) -> SecondLook {
        let inspector = Inspector(
            resolver: resolver, prober: FakeBackends(.ecdsa), expiredEE: .ignore, isComplete: false,
            now: { 1_800_000_000 })
        return SecondLook(inspector, uncached: FakeBackends(.ecdsa), path: path)
    }

    struct Row: Sendable {
        let resolver: FakeResolver
        let outcome: Outcome
        let cause: String
    }

    /// By the self-test alone, as in `danegate check`.
    static let rows: [Row] = [
        // All gets through: the fault is the domain's.
        Row(resolver: domain(mx: .bogus(unproven)), outcome: .dnssecInvalid, cause: "no NSEC"),
        Row(resolver: domain(tlsa: .bogus(unproven)), outcome: .dnssecInvalid, cause: "no NSEC"),
        // Denials do not: nothing is dnssec-invalid, whatever libunbound says of it.
        Row(
            resolver: domain(mx: .bogus(unproven), health: ResolverHealth(faults: [lost])), outcome: .dnsUnavailable,
            cause: "NSEC records are lost; what was found is not counted: dnssec-invalid: "),
        Row(
            resolver: domain(mx: .bogus(expired), health: ResolverHealth(faults: [lost])), outcome: .dnsUnavailable,
            cause: "NSEC records are lost"),
        Row(
            resolver: domain(a: .bogus(unproven), aaaa: .bogus(unproven), health: ResolverHealth(faults: [lost])),
            outcome: .dnsUnavailable, cause: "NSEC records are lost"),
        // What validates is true all the same.
        Row(
            resolver: domain(aaaa: .bogus(unproven), tlsa: .secured(.ecdsa), health: ResolverHealth(faults: [lost])),
            outcome: .verified, cause: ""),
        Row(
            resolver: domain(
                mx: .unsigned(MXRecord(10, "mx.example")), a: .unsigned("192.0.2.1"),
                health: ResolverHealth(faults: [blocked])), outcome: .opportunistic, cause: ""),
        // TLSA answers fail: only what rests on them is in doubt.
        Row(
            resolver: domain(tlsa: .bogus(unproven), health: ResolverHealth(faults: [blocked])),
            outcome: .dnsUnavailable, cause: "TLSA is blocked; what was found is not counted: dnssec-invalid: "),
        Row(
            resolver: domain(mx: .bogus(expired), health: ResolverHealth(faults: [blocked])), outcome: .dnssecInvalid,
            cause: "expired"),
        Row(
            resolver: domain(tlsa: .failed("no answer"), health: ResolverHealth(faults: [blocked])),
            outcome: .dnsUnavailable, cause: "its TLSA records could not be looked up: "),
    ]

    @Test(.rules("F-86", "F-87"), arguments: rows) func theSelfTestDecidesWhoseFaultItIs(row: Row) async {
        let inspection = await Self.look(row.resolver).inspect(Self.destination)
        #expect(inspection.verdict.outcome == row.outcome, "\(inspection.verdict)")
        #expect(row.outcome.allowsDelivery || inspection.verdict.cause.contains(row.cause), "\(inspection.verdict)")
    }

    /// Another host might do, had its records come: the certificate of the one proves nothing for the domain.
    @Test func aHostThatTheWayHidesKeepsTheOthersFromDeciding() async {
        for (health, outcome) in [
            (ResolverHealth.good, Outcome.tlsaInvalid), (.init(faults: [Self.lost]), .dnsUnavailable),
        ] {
            let resolver = FakeResolver(
                mx: ["d.example": .secured(MXRecord(10, "mx.example"), MXRecord(20, "second.example"))],
                a: ["mx.example": .secured("192.0.2.1"), "second.example": .bogus(Self.unproven)],
                aaaa: ["mx.example": .absent, "second.example": .bogus(Self.unproven)],
                tlsa: ["_25._tcp.mx.example": .secured(.rsa)], health: health)
            let inspection = await Self.look(resolver).inspect(Self.destination)
            #expect(inspection.verdict.outcome == outcome, "\(inspection.verdict)")
        }
    }

    /// Only what fails twice takes a test, and that begins after it.
    @Test func aTestIsMadeForWhatFailsTwiceAlone() async {
        let good = Self.domain(tlsa: .secured(.ecdsa))
        _ = await Self.look(good).inspect(Self.destination)
        #expect(good.selfTests.isEmpty)
        let healed = Self.domain(mx: .bogus(Self.unproven), fresh: Self.domain(tlsa: .secured(.ecdsa)))
        #expect(await Self.look(healed).inspect(Self.destination).verdict.outcome == .verified)
        #expect(healed.selfTests.isEmpty && healed.fresh?.selfTests == [[.rootKeys]])
        let broken = Self.domain(mx: .bogus(Self.unproven), fresh: Self.domain(mx: .bogus(Self.unproven)))
        #expect(await Self.look(broken).inspect(Self.destination).verdict.outcome == .dnssecInvalid)
        #expect(broken.selfTests == [Set(ResolverHealth.Part.allCases)])
        #expect(broken.fresh?.questions.count == 1)
    }

    /// `check` says of a doubt that the way is at fault, where it is.
    @Test func aDoubtIsBlamedOnTheWay() async {
        for (health, word) in [
            (ResolverHealth(faults: [Self.blocked]), "TLSA is blocked; "), (.good, "could not be looked up"),
        ] {
            let look = Self.look(Self.domain(tlsa: .failed("refused"), health: health))
            let inspection = await look.blamingPath(look.inspect(Self.destination))
            #expect(inspection.verdict.outcome == .dnsUnavailable)
            #expect(inspection.verdict.cause.contains(word) && inspection.verdict.cause.contains("refused"))
        }
    }

    // MARK: Witnesses

    /// Only where the records of several that were in order are lost, and those of none are there, the way is at fault.
    @Test(
        .rules("F-87"),
        arguments: [
            ("there there there", false), ("lost lost lost", true), ("lost unsigned", true), ("lost there lost", false),
            ("lost", false), ("", false), ("expired expired expired", false), ("failed failed failed", false),
            ("lost failed unsigned", true), ("lost failed expired", false),
        ]) func severalThatWereInOrderTellOfTheWay(findings: String, isFault: Bool) async
    {
        let kinds: [String: Answer<TLSARecord>] = [
            "there": .secured(.ecdsa), "lost": .bogus(Self.unproven), "expired": .bogus(Self.expired),
            "unsigned": .bogus(BogusReason(.unsigned, subject: .init("mx.example", "TLSA"), detail: "no signatures")),
            "failed": .failed("no answer"),
        ]
        var answers: [String: Answer<TLSARecord>] = [:]
        for (index, word) in findings.split(separator: " ").enumerated() {
            answers["_25._tcp.mx\(index).example"] = kinds[String(word)]
        }
        let owners = answers.keys.sorted().compactMap { DomainName($0) }
        let fault = await TLSAWitnesses(owners: owners).fault(FakeResolver(tlsa: answers))
        #expect((fault?.part == .tlsa) == isFault)
        #expect(fault?.isProven ?? true)
    }

    /// Those with TLSA records, of different sites.
    @Test func witnessesAreOfDifferentSites() {
        var known = KnownGood()
        let now = ContinuousClock.now
        for (host, outcome) in [
            ("mx1.a.example", Outcome.verified), ("mx2.a.example", .verified), ("mx.b.example", .encrypted),
            ("mx.c.example", .opportunistic), ("mx.d.example", .unprobed), ("mx.e.example", .verified),
            ("mx.f.example", .verified),
        ] {
            let key = VerdictKey(Destination(.domain(DomainName("of-\(host)")!), port: 25), demandsDANE: false)
            known.note(key, Verdict(outcome: outcome, host: host, cause: ""), at: now)
        }
        let all: Set<String> = [
            "_25._tcp.mx1.a.example", "_25._tcp.mx.b.example", "_25._tcp.mx.e.example", "_25._tcp.mx.f.example",
        ]
        for _ in 0..<20 {
            let owners = known.witnesses(at: now).owners.map(\.text)
            #expect(owners.count == 3 && Set(owners).isSubset(of: all), "\(owners)")
        }
        #expect(known.witnesses(at: now + KnownGood.memory + .seconds(1)).owners.isEmpty)
    }

    // MARK: The daemon's way

    private func breaker() async -> (Breaker, TroubleWatch) {
        var settings = Settings()
        (settings.log, settings.logLevel) = (.stderr, .error)
        let breaker = Breaker(settings, log: GateLog(settings))
        var watch = TroubleWatch(breaker, .init(ResolverTests(FakeResolver())) { _ in nil })
        await watch.turn(at: .now)
        return (breaker, watch)
    }

    /// The breaker learns of it from the second look of the first recipient, and then no further looks are made.
    @Test(.rules("F-86", "F-89")) func aSecondLookOpensTheBreaker() async {
        let (breaker, _) = await breaker()
        let resolver = Self.domain(mx: .bogus(Self.unproven), health: ResolverHealth(faults: [Self.lost]))
        let look = Self.look(resolver, WatchedPath(breaker: breaker, tests: ResolverTests(resolver)))
        #expect(breaker.trouble == nil)
        for _ in 0..<10 {
            #expect(await look.inspect(Self.destination).verdict.outcome == .dnsUnavailable)
            #expect(breaker.trouble == LocalTrouble(.denials, "NSEC records are lost"))
            #expect(breaker.fault == nil, "inspections go on")
        }
        // One test in the second look itself, and the one that decided.
        #expect(resolver.selfTests == [[.rootKeys], Set(ResolverHealth.Part.allCases)])
    }

    /// That a test had no answer may be a lost packet: a doubt here, and a reason for the watch to try.
    @Test func whatIsNotProvenIsLeftToTheWatch() async {
        let (breaker, _) = await breaker()
        let silent = ResolverHealth(faults: [.init(.denials, .unanswered, "no answer")])
        let resolver = Self.domain(mx: .bogus(Self.unproven), health: silent)
        let look = Self.look(resolver, WatchedPath(breaker: breaker, tests: ResolverTests(resolver)))
        #expect(await look.inspect(Self.destination).verdict.outcome == .dnsUnavailable)
        #expect(breaker.trouble == nil && breaker.claimTest(at: .now))
    }

    /// An answer that was of no use, though the domain passes, has the way tested all the same.
    @Test(.rules("F-89")) func aDoubtBehindAGoodVerdictIsNoted() async {
        let (breaker, _) = await breaker()
        let resolver = Self.domain(aaaa: .bogus(Self.unproven), tlsa: .secured(.ecdsa))
        let look = Self.look(resolver, WatchedPath(breaker: breaker, tests: ResolverTests(resolver)))
        #expect(await look.inspect(Self.destination).verdict.outcome == .verified)
        #expect(resolver.selfTests.isEmpty && breaker.claimTest(at: .now))
    }

    /// On a way that comes and goes a failure may meet the bad moment and the test after it the good one.
    @Test(.rules("F-88")) func whatRestsOnAWayThatComesAndGoesIsADoubt() async {
        let (breaker, _) = await breaker()
        let now = ContinuousClock.now
        for second in [0, 100] {
            breaker.take(ResolverHealth(faults: [Self.lost]), began: now, at: now + .seconds(second))
            for later in [10, 30, 60] { breaker.take(.good, began: now, at: now + .seconds(second + later)) }
        }
        #expect(breaker.trouble == nil)
        #expect(breaker.trouble(with: [.denials], at: now + .seconds(200))?.contains("come and gone") == true)
        #expect(breaker.trouble(with: [.tlsa], at: now + .seconds(200)) == nil)
        #expect(breaker.trouble(with: [.denials], at: now + .seconds(600)) == nil)
    }

    /// What was seen since all was last well was perhaps the way's fault; what is older was not.
    @Test(.rules("F-86")) func whatWasCountedBeforeItWasKnownIsTakenBack() async {
        let keeper = VerdictKeeper(Settings())
        let since = Mutex<ContinuousClock.Instant?>(nil)
        var settings = Settings()
        (settings.log, settings.logLevel) = (.stderr, .error)
        let breaker = Breaker(settings, log: GateLog(settings)) {
        } onFalseFailures: { start in
            since.withLock { $0 = start }
            keeper.takeBackDNSFailures(since: start)
        }
        let now = ContinuousClock.now
        func keep(_ name: String, _ outcome: Outcome, at second: Int) {
            keeper.keep(
                Inspection(
                    destination: Destination(.domain(DomainName(name)!), port: 25),
                    verdict: Verdict(outcome: outcome, cause: ""), mxSecurity: nil, hosts: [], steps: [],
                    lifetime: .seconds(3600), elapsed: .zero), at: now + .seconds(second))
        }
        func age(_ name: String, isDoubt: Bool = false) -> Duration {
            let destination = Destination(.domain(DomainName(name)!), port: 25)
            return keeper.faults.failingFor(
                isDoubt ? .doubt(destination) : .destination(destination), at: now + .seconds(500))
        }
        func isKept(_ name: String) -> Bool {
            keeper.cache.verdict(on: Destination(.domain(DomainName(name)!), port: 25), at: now + .seconds(401))
                != nil
        }
        breaker.take(.good, began: now, at: now)
        keep("old.example", .dnssecInvalid, at: 10)
        breaker.take(.good, began: now + .seconds(300), at: now + .seconds(301))
        for (name, outcome) in [
            ("new.example", Outcome.dnssecInvalid), ("old.example", .dnssecInvalid), ("doubt.example", .dnsUnavailable),
            ("tls.example", .tlsaInvalid), ("good.example", .verified),
        ] {
            keep(name, outcome, at: 390)
        }
        #expect(age("new.example") == .seconds(110) && isKept("new.example"))
        breaker.take(found: ResolverHealth(faults: [Self.lost]), at: now + .seconds(400))
        #expect(since.withLock { $0 } == now + .seconds(300))
        #expect(age("new.example") == .zero && age("doubt.example", isDoubt: true) == .zero)
        #expect(age("old.example") == .seconds(490) && age("tls.example") == .seconds(110))
        for name in ["new.example", "old.example", "doubt.example"] { #expect(!isKept(name), "\(name)") }
        for name in ["tls.example", "good.example"] { #expect(isKept(name), "\(name)") }
    }

    /// A name server that is dead makes nothing bogus: nothing is taken back for that.
    @Test func silenceTakesNothingBack() async {
        var settings = Settings()
        (settings.log, settings.logLevel) = (.stderr, .error)
        let called = Mutex(0)
        let breaker = Breaker(settings, log: GateLog(settings)) {
        } onFalseFailures: { _ in
            called.withLock { $0 += 1 }
        }
        breaker.take(.good, began: .now, at: .now)
        breaker.take(ResolverHealth(faults: [.init(.rootKeys, .unanswered, "dead")]), began: .now, at: .now)
        #expect(called.withLock { $0 } == 0 && breaker.trouble?.cause == .resolver)
        breaker.take(.good, began: .now, at: .now)
        breaker.take(ResolverHealth(faults: [.init(.rootKeys, .clock, "late")]), began: .now, at: .now)
        #expect(called.withLock { $0 } == 1 && breaker.trouble?.cause == .clock)
    }
}
