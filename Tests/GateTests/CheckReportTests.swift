import DANE
import DNSSEC
import Foundation
import Testing

@testable import Gate

@Suite struct CheckReportTests {
    private func report(_ domain: String, _ change: (inout Settings) -> Void = { _ in }) async -> CheckReport {
        var settings = Settings()
        change(&settings)
        let resolver = FakeResolver(mx: ["d.example": .bogus("signature expired\u{1B}[31m")])
        return await Checker(
            settings: settings, policies: PolicyTable(), resolver: resolver, prober: FakeProber(), resolverFault: nil,
            now: 0
        ).check(domain)
    }

    @Test func jsonHasEveryKeyOnOneLine() async throws {
        let json = await report("D.example.").json
        #expect(!json.contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let keys = [
            "domain", "outcome", "ruling", "code", "reply", "degraded", "hazards", "mx_security", "valid_for",
            "elapsed_ms",
            "hosts", "steps",
        ]
        for key in keys { #expect(object[key] != nil, "\(key) is missing") }
        #expect(object["domain"] as? String == "d.example")
        #expect(object["outcome"] as? String == "dnssec-invalid")
        #expect(object["ruling"] as? String == "tempfail")
        #expect(object["code"] as? String == "4.7.324")
        #expect(object["mx_security"] as? String == "bogus")
    }

    @Test func textIsPrintable() async {
        let text = await report("d.example").text
        #expect(text.contains("FAIL mx: bogus: signature expired"))
        #expect(text.contains("To do: "))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
    }

    @Test(arguments: [
        ("[192.0.2.1]", Outcome.opportunistic), ("exa%mple", .noSuchDomain), ("nx.example", .noSuchDomain),
    ])
    func oddArgumentsHaveAnOutcome(text: String, outcome: Outcome) async {
        #expect(await report(text).ruling.outcome == outcome)
    }

    @Test func deferForZeroRejects() async {
        #expect(await report("d.example") { $0.deferFor = .zero }.action == .reject)
        #expect(await report("d.example") { $0.mode = .monitor }.action == .accept)
    }
}
