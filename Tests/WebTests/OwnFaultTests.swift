import DANE
import Foundation
import Gate
import Policy
import Reports
import Support
import Testing

@testable import Web

/// A fault of this site's own, on the page of a test.
@Suite(.timeLimit(.minutes(1))) struct OwnFaultTests {
    /// It is this site that can mend it, and nothing was asked.
    @Test func aResolverThatDoesNotWorkIsOurs() async throws {
        let settings = Settings()
        let checker = Checker(
            settings: settings, policies: PolicyTable(), resolver: NoResolver(why: "no root keys"), prober: nil,
            resolverFault: "no root keys", now: 1_800_000_000)
        let report = await checker.check("a.example")
        let known = try #require(
            CachedReport(
                json: """
                    {"domain":"a.example","cached":false,"outcome":null,"ruling":null,"would":null,"code":null,\
                    "reply":null,"cause":"nothing is kept","host":null,"degraded":false,"hazards":[],"policy":null,\
                    "stale":false,"fresh_for_s":null,"valid_for":null,"failing_for_s":null,"in_trouble":false}
                    """))
        let view = ResultView(
            TestLab.Finding(report: report, zones: [:]), known: known, id: InspectionID(), at: 1_800_000_000,
            keptUntil: 1_900_000_000, settings: settings)
        #expect(view.tone == .doubt && view.asked == "Nothing was asked.")
        #expect(view.todoTitle == "What this site's administrator should do" && view.hasTodo)
        #expect(view.failure?.help.mender == "this site's own administrator")
        #expect(view.failure?.help.remedy == "mend this site's resolver or its way to the DNS")
    }
}
