import DANE
import DNSSEC
import Testing

@testable import Policy
@testable import Reports

@Suite struct SurveyorTests {
    private func judge(
        _ text: String, policy: String = "", isAgain: Bool = false, _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> SurveyResult {
        var settings = Settings()
        change(&settings)
        let resolver = FakeResolver(
            mx: [
                "bogus.example": .bogus("signature expired"),
                "plain.example": .unsigned(MXRecord(10, "mx.plain.example")),
                "lost.example": .failed("no answer"), "null.example": .secured(MXRecord(0, ".")),
            ], a: ["mx.plain.example": .unsigned("192.0.2.1")])
        let surveyor = Surveyor(
            settings: settings, policies: try PolicyTable(text: policy, path: "policy"), resolver: resolver,
            prober: FakeProber(), now: { 0 })
        return await surveyor.judge(text, recipients: 3, isAgain: isAgain, hasTimes: false)
    }

    private func words(_ result: SurveyResult) -> String {
        "\(result.outcome.rawValue) \(result.ruling.rawValue) \(result.would?.rawValue ?? "-") "
            + "\(result.lasting.rawValue) "
            + (result.isRefused ? "refused" : "not")
    }

    @Test(arguments: [
        ("bogus.example", "dnssec-invalid tempfail - reject refused"),
        ("plain.example", "opportunistic accept - accept not"),
        ("lost.example", "dns-unavailable tempfail - tempfail refused"),
        ("null.example", "null-mx reject - reject refused"),
        ("nx.example", "no-such-domain reject - reject refused"),
        ("[mx.plain.example]", "opportunistic accept - accept not"),
    ])
    func theRulingsAreThoseAtFirstAndInTheEnd(text: String, wanted: String) async throws {
        for isAgain in [false, true] {
            let result = try await judge(text, isAgain: isAgain)
            #expect(words(result) == wanted)
            #expect(result.domain == text && result.recipients == 3 && result.elapsed == nil)
        }
    }

    /// What a site only monitors it is surveyed for as if it did not; what its policy lets through stays so.
    @Test func policyCountsAndRolloutDoesNot() async throws {
        #expect(
            words(try await judge("bogus.example") { $0.mode = .monitor })
                == "dnssec-invalid accept tempfail reject refused")
        #expect(
            words(try await judge("bogus.example") { $0.rollout = 0 })
                == "dnssec-invalid accept tempfail reject refused")
        #expect(
            words(try await judge("bogus.example") { $0.deferFor = .zero }) == "dnssec-invalid reject - reject refused")
        #expect(
            words(try await judge("bogus.example", policy: "bogus.example exempt"))
                == "dnssec-invalid accept tempfail accept not")
        #expect(
            words(try await judge("plain.example", policy: "plain.example require"))
                == "dane-required tempfail - reject refused")
        #expect(
            words(try await judge("bogus.example") { $0.rulings = [.dnssecInvalid: .accept] })
                == "dnssec-invalid accept - accept not")
    }
}
