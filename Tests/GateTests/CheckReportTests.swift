import DANE
import DNSSEC
import Foundation
import Testing

@testable import Policy
@testable import Reports

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
            "hosts", "steps", "exempt",
        ]
        for key in keys { #expect(object[key] != nil, "\(key) is missing") }
        #expect(object["domain"] as? String == "d.example")
        #expect(object["outcome"] as? String == "dnssec-invalid")
        #expect(object["ruling"] as? String == "tempfail")
        #expect(object["code"] as? String == "4.7.324")
        #expect(object["mx_security"] as? String == "bogus")
    }

    /// What is true stays so; mail passes all the same, and the report says until when and why.
    @Test(arguments: [
        ("", [Exemption("d.example", until: 86_400)], "until 1970-01-02 00:00 UTC, by me: they are moving"),
        ("", [Exemption(".example", until: 86_400)], "until 1970-01-02 00:00 UTC (.example), by me: they are moving"),
        (
            "d.example require", [Exemption("d.example", until: 60)],
            "until 1970-01-01 00:01 UTC, by me: they are moving"
        ),
        ("d.example require", [Exemption(".example", until: 60)], nil), ("", [Exemption("d.example", until: 0)], nil),
        (".example exempt reason=friends", [], "by line 1 of the policy file: friends"),
    ])
    func anExemptDomainIsAccepted(line: String, exemptions: [Exemption], why: String?) async throws {
        let report = await Checker(
            settings: Settings(), policies: try PolicyTable(text: line, path: "p"), exemptions: exemptions,
            resolver: FakeResolver(mx: ["d.example": .bogus("signature expired")]), prober: FakeProber(),
            resolverFault: nil, now: 0
        ).check("d.example")
        #expect(report.verdict.outcome == .dnssecInvalid && report.ruling.outcome == .dnssecInvalid)
        #expect(report.action == (why == nil ? .tempfail : .accept))
        #expect(report.ruling.would == (why == nil ? nil : .tempfail))
        #expect(report.text.contains(why.map { "Exempt \($0)." } ?? "Ruling: tempfail"), "\(report.text)")
        #expect(report.text.contains("if it were not exempt") == (why != nil))
        #expect(report.json.contains(why.map { "\"exempt\":\"\($0)\"" } ?? "\"exempt\":null"), "\(report.json)")
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

extension Exemption {
    fileprivate init(_ pattern: String, until: Int64) {
        self.init(
            DomainPattern(pattern) ?? DomainPattern(.root), until: until, reason: "they are moving", by: "me", added: 1)
    }
}
