import DANE
import DNSSEC
import Probe
import RuleMarks
import Testing

@testable import Gate
@testable import Inspection
@testable import Records
@testable import Verdicts

/// Which destinations are frequent, when something of theirs ends, and which of them are lost.
@Suite(.timeLimit(.minutes(1))) struct FrequentDestinationsTests {
    private static func destination(_ name: String) throws -> Destination {
        Destination(.domain(try #require(DomainName(name))), port: 25)
    }

    private static func inspection(_ destination: Destination, _ outcome: Outcome) -> Inspection {
        Inspection(
            destination: destination, verdict: Verdict(outcome: outcome, cause: ""), mxSecurity: .secure, hosts: [],
            steps: [], lifetime: .seconds(60), elapsed: .zero)
    }

    private static func value(_ families: [MetricFamily], _ name: String) -> String {
        families.first { $0.name == name }.map { "\($0.samples.map(\.value))" } ?? ""
    }

    @Test func aDestinationIsFrequentAfterSomeInspections() throws {
        let frequent = FrequentDestinations(expiredEE: .ignore)
        let (often, seldom, plain) = (
            try Self.destination("often.example"), try Self.destination("seldom.example"),
            try Self.destination("plain.example")
        )
        for look in 1...FrequentDestinations.frequent {
            frequent.ended(Self.inspection(often, .verified), demandingDANE: false)
            frequent.ended(Self.inspection(plain, .opportunistic), demandingDANE: false)
            #expect(frequent.all().keys.contains(often) == (look == FrequentDestinations.frequent))
        }
        frequent.ended(Self.inspection(seldom, .verified), demandingDANE: false)
        #expect(Set(frequent.all().keys) == [often])
        // Nobody has sent mail there for more than a week.
        #expect(frequent.all(at: .now + FrequentDestinations.memory + .seconds(60)).isEmpty)
    }

    /// When a certificate expires does not depend on which host has seen it.
    @Test(arguments: [nil, 1_900_000_000]) func theEndOfWhatAnotherHostHasSeenCounts(end: Int64?) async throws {
        let foreign = ProbeReport.Foreign(
            source: 7, writer: "a", record: InspectorTests.usable, protocolVersion: "TLS1.3", end: end)
        let inspector = Inspector(
            resolver: FakeResolver(
                mx: ["often.example": .secured(MXRecord(10, "mx.example"))], a: ["mx.example": .secured("192.0.2.1")],
                aaaa: ["mx.example": .absent], tlsa: ["_25._tcp.mx.example": .secured(InspectorTests.usable)]),
            prober: FakeProber(["192.0.2.1": .foreign(foreign)]), expiredEE: .ignore, isComplete: false, now: { 0 })
        let often = try Self.destination("often.example")
        let frequent = FrequentDestinations(expiredEE: .ignore)
        for _ in 0..<FrequentDestinations.frequent {
            frequent.ended(await inspector.inspect(often), demandingDANE: false)
        }
        let ends = frequent.ends(of: often, at: 0).filter { $0.what == .certificate }.map(\.end)
        #expect(ends == (end.map { [ExpiryEnd(subject: "mx.example", time: $0)] } ?? []))
    }

    @Test func aFloodOfNewOnesDisplacesNoneThatIsFrequent() throws {
        let frequent = FrequentDestinations(expiredEE: .ignore)
        let often = try Self.destination("often.example")
        for _ in 0..<3 { frequent.ended(Self.inspection(often, .verified), demandingDANE: false) }
        for number in 0..<(FrequentDestinations.limit + 100) {
            frequent.ended(
                Self.inspection(try Self.destination("n\(number).example"), .verified), demandingDANE: false)
        }
        #expect(Set(frequent.all().keys) == [often])
    }

    /// - Parameter quiet: The time from the last good verdict to the first failure.
    @Test(arguments: [
        (Duration.seconds(2 * 86_400), Duration.seconds(60), true), (.seconds(86_401), .seconds(6 * 86_400), true),
        (.seconds(3600), .seconds(60), false), (.seconds(86_400), .seconds(60), false),
        (.seconds(2 * 86_400), .seconds(8 * 86_400), false),
    ]) func aDestinationIsLostAfterADayOfFailure(failing: Duration, quiet: Duration, isLost: Bool) throws {
        let frequent = FrequentDestinations(expiredEE: .ignore)
        let often = try Self.destination("often.example")
        let faults = FaultBook(deferFor: .seconds(900))
        let start = ContinuousClock.now
        for _ in 0..<3 { frequent.note(Self.inspection(often, .verified), at: start) }
        // The same fault, seen each hour: one that is not seen for four is forgotten.
        let end = start + quiet + failing
        for sighting in stride(from: 0, through: failing.components.seconds, by: 3600) {
            let now = start + quiet + .seconds(sighting)
            frequent.note(Self.inspection(often, .tlsaInvalid), at: now)
            faults.note(.destination(often), at: now)
        }
        faults.note(.destination(often), at: end)
        let families = frequent.families(faults: faults, at: end, unixNow: 0)
        #expect(Self.value(families, "danegate_lost_destinations").contains(isLost ? "1.0" : "0.0"))
    }

    @Test(.rules("D-44")) func theFirstEndCountsAndIsToldOnceADay() throws {
        let frequent = FrequentDestinations(expiredEE: .ignore)
        let often = try Self.destination("often.example")
        for _ in 0..<3 { frequent.ended(Self.inspection(often, .verified), demandingDANE: false) }
        let (found, _) = try #require(frequent.next())
        #expect(found == often && frequent.next() == nil)
        let signed = SignatureExpiry(name: "often.example", type: "MX", zone: "often.example", time: 1_000_000)
        frequent.note(often, [.init(name: often.name, type: .mx): .secured(signed)])
        let families = frequent.families(faults: FaultBook(deferFor: .zero), at: .now, unixNow: 900_000)
        #expect(Self.value(families, "danegate_expiry_horizon_seconds").contains("100000.0"))
        #expect(frequent.claimTold(often, day: 7) && !frequent.claimTold(often, day: 7))
        #expect(frequent.claimTold(often, day: 8))
        #expect(frequent.next(at: .now + FrequentDestinations.pause + .seconds(1)) != nil)
    }
}
