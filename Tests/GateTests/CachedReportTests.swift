import DANE
import Testing

@testable import Gate
@testable import Support

/// What a daemon's line says of a domain, read by the commands.
@Suite struct CachedReportTests {
    private let line = """
        {"domain":"d.example","cached":true,"cause":"c","degraded":false,"hazards":[],"stale":false,"in_trouble":false,\
        "outcome":"starttls-not-supported","failing_for_s":900,"would":null}
        """

    @Test func keysThatAreNotThereAreNone() throws {
        let report = try #require(CachedReport(json: line))
        #expect(report.host == nil && report.would == nil && report.fresh_for_s == nil && report.action == nil)
        let again = try #require(CachedReport(json: JSONLine.of(report)))
        #expect(again.outcome == "starttls-not-supported" && again.failing_for_s == 900)
        #expect(JSONLine.of(report).contains("\"host\":null"))
    }

    @Test func theAgeIsThatOfTheSameFault() throws {
        let report = try #require(CachedReport(json: line))
        #expect(report.failing(as: .startTLSNotSupported) == 900)
        #expect(report.failing(as: .tlsaInvalid) == nil)
    }
}
