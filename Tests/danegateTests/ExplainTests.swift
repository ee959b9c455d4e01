import DANE
import Foundation
import Testing
import World

@testable import Gate

/// `danegate explain`.
@Suite(.timeLimit(.minutes(2))) struct ExplainTests {
    private struct Body: Decodable {
        let asked: String?
        let kind: String
        let name: String
        let meaning: String
        let codes: [String]
        let settings: [String]
        let practice: String?
    }

    @Test(arguments: Outcome.allCases) func everyOutcomeIsExplained(outcome: Outcome) throws {
        for spelling in [outcome.rawValue, outcome.rawValue.uppercased(), "outcome=\(outcome.rawValue)"] {
            let explanation = try #require(try Explainer.explain(spelling).first)
            #expect(explanation.name == outcome.rawValue && explanation.kind == .outcome)
        }
        let explanation = try #require(try Explainer.explain(outcome.rawValue).first)
        #expect(!explanation.found.isEmpty && !explanation.sources.isEmpty)
        #expect(explanation.settings.contains(outcome.settingName))
        #expect((outcome.repair != nil) == (explanation.sender?.contains(outcome.repair ?? "-") == true))
        // Who can mend it is told how.
        #expect(outcome.repair == nil || explanation.administrator.contains { !$0.commands.isEmpty })
        #expect(outcome.allowsDelivery || !explanation.here.isEmpty || outcome == .pending)
        #expect(explanation.text(width: 80).contains(outcome.meaning.prefix(30).dropFirst()))
    }

    /// A code explains all outcomes that have it, in every form in which it is written.
    @Test(arguments: Outcome.allCases) func everyCodeIsExplained(outcome: Outcome) throws {
        for code in [EnhancedStatusCode.Class.persistentTransient, .permanent].compactMap(outcome.enhancedCode) {
            if outcome.isDoubt, code.class == .permanent {
                #expect(throws: Explainer.Unknown.self) { try Explainer.explain("\(code)") }
                continue
            }
            let basic = "\(UInt16(code.class.rawValue) * 100 + outcome.basicDetail(code.class))"
            let short = "\(code.subject).\(code.detail)"
            for text in ["\(code)", "\(basic) \(code)", short, "x.\(short)", " \(code): "] {
                let names = try Explainer.explain(text).map(\.name)
                #expect(names.contains(outcome.rawValue), "\(text): \(names)")
            }
            #expect(try Explainer.explain(basic).map(\.name).contains(outcome.rawValue))
        }
    }

    @Test func aSharedCodeExplainsAllAndAReplyOnlyItsOwn() throws {
        #expect(try Explainer.explain("5.7.321").map(\.name) == ["starttls-not-supported", "tls-failed"])
        let reply = "550 5.7.321 tls-failed: example.org: TLSA records demand TLS and the handshake fails [01K]"
        #expect(try Explainer.explain(reply).map(\.name) == ["tls-failed"])
    }

    @Test(arguments: ["4.4.312", "5.4.312", "550 5.4.312 DNS query failed"])
    func aCodeThatExchangeOnlineAloneGivesIsExplained(code: String) throws {
        #expect(try Explainer.explain(code).map(\.name) == ["dnssec-invalid", "dns-unavailable"])
    }

    @Test(arguments: Rule.all) func everyRuleIsExplained(rule: Rule) throws {
        let explanation = try #require(try Explainer.explain(rule.id.lowercased()).first)
        #expect(explanation.kind == .rule && explanation.name == rule.id)
        #expect(explanation.meaning.dropFirst().hasPrefix(rule.text.dropFirst().prefix(10)))
        #expect(explanation.found.count == 1 && !rule.practice.isEmpty)
        #expect(
            rule.id.hasPrefix("F") || !rule.practice.hasPrefix("The test world"), "\(rule.id) has no words of its own")
    }

    @Test(arguments: [
        "clock", "trust-anchor", "descriptors", "resolver", "failures", "passed", "withheld", "hazard", "degraded",
        "breaker", "tempfail", "reject", "monitor", "require", "exempt", "failing_for", "waited_ms", "event=start",
        "log-dropped", "second-look", "DANEGATE_DEFER_FOR", "on_tlsa_invalid", "cause=clock", "would=reject",
    ]) func theWordsOfLogAndRepliesAreExplained(word: String) throws {
        #expect(try !Explainer.explain(word).isEmpty)
    }

    @Test(arguments: [
        ("tlsa-invlid", "tlsa-invalid"), ("D-440", "D-44"), ("5.7.326", "5.7.32"), ("unreachabel", "unreachable"),
        ("nonsense", "`danegate explain` lists"), ("", "lists"), ("\u{1B}[2J", "lists"), ("5.1.1000", "lists"),
        ("%n%s", "lists"), (String(repeating: "a", count: 5000), "too long"),
    ]) func whatIsNotKnownIsSaidSo(word: String, hint: String) {
        do {
            let found = try Explainer.explain(word)
            Issue.record("\(word): \(found.map(\.name))")
        } catch {
            #expect(error.sentence.contains(hint), "\(error.sentence)")
            #expect(error.sentence.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        }
    }

    @Test func linesFitTheTerminal() throws {
        for width in [40, 80, 120] {
            for explanation in Explanation.all {
                let commands = Set((explanation.administrator + explanation.here).flatMap(\.commands))
                for line in explanation.text(width: width).split(separator: "\n") where line.count > width {
                    let text = line.drop { $0 == " " || $0 == "-" }
                    // A command, or one word that is longer than the line.
                    #expect(commands.contains(String(text)) || !text.contains(" "), "\(line)")
                }
            }
            #expect(Explanation.list(width: width).split(separator: "\n").allSatisfy { $0.count <= width })
        }
    }

    @Test func theCommandPrintsTextAndJSON() async throws {
        let (status, output) = try await Danegate.run(["explain", "--json", "5.7.321", "d-44"])
        #expect(status == 0)
        let bodies = try output.split(separator: "\n").map { try JSONDecoder().decode(Body.self, from: Data($0.utf8)) }
        #expect(bodies.map(\.name) == ["starttls-not-supported", "tls-failed", "D-44"])
        #expect(bodies.map(\.asked) == ["5.7.321", "5.7.321", "d-44"])
        #expect(bodies[0].codes == ["451 4.7.321", "550 5.7.321"])
        #expect(bodies[2].practice?.isEmpty == false)
        let text = try await Danegate.run(["explain", "tlsa-invalid"])
        #expect(text.status == 0 && text.output.contains("wait two TTLs") && text.output.contains("sha256sum"))
        #expect(text.output.split(separator: "\n").filter { !$0.hasPrefix("        ") }.allSatisfy { $0.count <= 80 })
        let list = try await Danegate.run(["explain"])
        #expect(list.status == 0 && Outcome.allCases.allSatisfy { list.output.contains($0.rawValue) })
        let unknown = try await Danegate.run(["explain", "tlsa-invlid", "tlsa-invalid"])
        #expect(unknown.status == 64 && unknown.output.contains("did you mean tlsa-invalid?"))
    }
}
