import DANE
import DNSSEC
import Testing

@testable import Gate
@testable import Inspection
@testable import Policy
@testable import Records
@testable import Verdicts

/// What the one watch finds out about signatures, for metrics, log and page.
@Suite(.timeLimit(.minutes(1))) struct ExpiryWatchTests {
    /// Something that is looked up hour after hour.
    private final class Scene {
        static let name: DomainName = "often.example"
        static let destination = Destination(.domain(name), port: 25)
        let frequent = FrequentDestinations(expiredEE: .ignore)
        let breaker: Breaker
        var time = ContinuousClock.now

        init() {
            let settings = Settings()
            breaker = Breaker(settings, log: GateLog(settings))
            let host = InspectedHost(
                finding: HostFinding(
                    name: "mx.often.example", preference: 10, outcome: .verified, cause: "", hazards: [],
                    isDegraded: false),
                references: ReferenceIdentifiers(base: "mx.often.example", nextHop: nil), records: [], addresses: [],
                steps: [], lifetime: nil)
            let inspection = Inspection(
                destination: Self.destination, verdict: Verdict(outcome: .verified, cause: ""), mxSecurity: .secure,
                hosts: [host], steps: [], lifetime: .seconds(60), elapsed: .zero)
            for _ in 0..<FrequentDestinations.frequent { frequent.ended(inspection, demandingDANE: false) }
        }

        /// A look of the watch, an hour after the last one.
        @discardableResult func look(_ answers: [String: Answer<SignatureExpiry>], at now: Int64) async -> [String] {
            let resolver = FakeResolver(signed: answers)
            time += FrequentDestinations.pause + .seconds(1)
            let settings = Settings()
            await ExpiryWatch(frequent, resolver: resolver, breaker: breaker, log: GateLog(settings))
                .turn(at: now, on: time)
            return resolver.questions
        }

        /// The end that metrics tell, and what the page says ends.
        func told(at now: Int64) -> (metric: Double?, page: [String]) {
            let families = frequent.families(faults: FaultBook(deferFor: .zero), at: .now, unixNow: now)
            let samples = families.first { $0.name == "danegate_expiry_horizon_seconds" }?.samples ?? []
            var metric: Double?
            if case .number(let value) = samples.first?.value { metric = value + Double(now) }
            return (metric, frequent.soonest(atMost: 9, at: now).ends.map(\.end.subject))
        }
    }

    private static func signature(_ name: String, _ type: String, _ time: Int64) -> Answer<SignatureExpiry> {
        .secured(SignatureExpiry(name: name, type: type, zone: "often.example", time: time))
    }

    private static let mx = "MX often.example"
    private static let tlsa = "TLSA _25._tcp.mx.often.example"

    /// "None" and "could not find out" are not the same.
    @Test(
        arguments: [
            (.failed(LookupFailure("no answer in time")), true), (.bogus("no signatures"), true),
            (.unsignedAbsent, false), (.absent, false),
        ] as [(Answer<SignatureExpiry>, Bool)])
    func aFailedLookKeepsWhatWasFound(answer: Answer<SignatureExpiry>, isKept: Bool) async {
        let scene = Scene()
        await scene.look([Self.mx: Self.signature("often.example", "MX", 5000)], at: 1000)
        #expect(scene.told(at: 1000).metric == 5000)
        await scene.look([Self.mx: answer], at: 2000)
        #expect(scene.told(at: 2000).metric == (isKept ? 5000 : nil))
        // To its last second.
        #expect(scene.told(at: 5000).metric == (isKept ? 5000 : nil) && scene.told(at: 5001).metric == nil)
        // Another one takes its place.
        await scene.look([Self.mx: Self.signature("often.example", "MX", 9000)], at: 3000)
        #expect(scene.told(at: 5001).metric == 9000)
    }

    /// A look that has never found anything keeps nothing.
    @Test func whatWasNeverFoundHasNoEnd() async {
        let scene = Scene()
        await scene.look([Self.mx: .failed(LookupFailure("no answer in time"))], at: 1000)
        #expect(scene.told(at: 1000).metric == nil && scene.told(at: 1000).page.isEmpty)
    }

    /// One question that fails neither hides nor outlives the others.
    @Test func eachQuestionCountsByItself() async {
        let scene = Scene()
        let questions = await scene.look(
            [
                Self.mx: Self.signature("often.example", "MX", 8000),
                Self.tlsa: Self.signature("_25._tcp.mx.often.example", "TLSA", 6000),
            ], at: 1000)
        let all = ["MX often.example", "A mx.often.example", "AAAA mx.often.example", "TLSA _25._tcp.mx.often.example"]
        #expect(Set(questions) == Set(all.map { "signatures \($0)" }))
        #expect(scene.told(at: 1000).metric == 6000)
        #expect(scene.told(at: 1000).page == ["the TLSA records of _25._tcp.mx.often.example"])
        await scene.look(
            [Self.mx: Self.signature("often.example", "MX", 9000), Self.tlsa: .failed(LookupFailure("no answer"))],
            at: 2000)
        #expect(scene.told(at: 2000).metric == 6000)
        #expect(scene.told(at: 6001).metric == 9000)
        #expect(scene.told(at: 6001).page == ["the MX records of often.example"])
    }

    @Test func thePageSaysHowMuchIsKnown() async {
        let scene = Scene()
        #expect(scene.frequent.soonest(atMost: 9, at: 0).destinations == 1)
        #expect(scene.frequent.soonest(atMost: 9, at: 0).waiting == 1)
        await scene.look([:], at: 1000)
        #expect(scene.frequent.soonest(atMost: 9, at: 0).waiting == 0)
        #expect(FrequentDestinations(expiredEE: .ignore).soonest(atMost: 9, at: 0).destinations == 0)
    }
}
