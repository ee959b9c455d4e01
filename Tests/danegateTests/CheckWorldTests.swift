import DANE
import Foundation
import RuleMarks
import Testing
import World

/// `danegate check --json` on every domain of the world.
@Suite(.timeLimit(.minutes(5))) struct CheckWorldTests {
    /// What is read of the JSON.
    struct Report: Decodable {
        struct Host: Decodable {
            struct Address: Decodable {
                struct Timing: Decodable { let elapsed_ms: Double }
                let timings: [Timing]
            }
            let name: String
            let outcome: String
            let addresses: [Address]
        }
        let domain: String
        let outcome: String
        let ruling: String
        let code: String?
        let reply: String?
        let degraded: Bool
        let hazards: [String]
        let cause: String
        let hosts: [Host]
    }

    @Test(.rules(MailDomains.all.flatMap(\.rules))) func everyDomainIsJudgedAsTheTableSays() async throws {
        let world = try await MailWorld(MailDomains.all)
        let (status, output) = try await Danegate.run(
            ["check", "--json"] + world.domains.map(\.name), environment: world.environment(["DEFER_FOR": "0"]))
        #expect(status == 1, "some are rejected")
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("{") }
        let reports = try lines.map { try JSONDecoder().decode(Report.self, from: Data($0.utf8)) }
        try #require(reports.map(\.domain) == world.domains.map(\.name), "one object a domain, in order: \(output)")
        for (domain, report) in zip(world.domains, reports) {
            let seen = "\(domain.name) (\(domain.row)): \(report.cause)"
            #expect(report.outcome == domain.outcome.rawValue, "\(seen)")
            #expect(report.degraded == domain.isDegraded, "\(seen)")
            #expect(report.hazards.isEmpty != domain.isHazard, "\(seen)")
            for address in report.hosts.flatMap(\.addresses) {
                // PROBE_TIMEOUT, and half of it for a machine that has other things to do.
                let milliseconds = address.timings.reduce(0) { $0 + $1.elapsed_ms }
                #expect(milliseconds <= 18_000, "\(seen)")
            }
            #expect((report.reply?.prefix(9)).map(String.init) == domain.codes?.prefixed(9), "\(seen)")
        }
        await world.stop()
    }

    /// At least 45 domains, every row, every outcome but the one that is a matter of time.
    @Test func theWorldIsWhole() {
        let rows = Set(MailDomains.all.map(\.row))
        for row in 1...19 { #expect(rows.contains("V\(row)")) }
        #expect(MailDomains.all.count >= 45)
        #expect(Set(MailDomains.all.map(\.label)).count == MailDomains.all.count)
        let missing = Set(Outcome.allCases).subtracting(MailDomains.all.map(\.outcome))
        #expect(missing == [.unprobed])
    }

    @Test(.rules("F-97")) func theExitStatusTellsTheWorst() async throws {
        let world = try await MailWorld(
            ["verified", "tlsa-invalid", "tlsa-servfail"].map(MailDomains.named))
        let environment = world.environment()
        func status(_ labels: String..., settings: [String: String] = [:]) async throws -> Int32 {
            try await Danegate.run(["check"] + labels.map { "\($0).example" }, environment: world.environment(settings))
                .status
        }
        #expect(try await status("verified") == 0)
        #expect(try await status("verified", "tlsa-servfail") == 75)
        #expect(try await status("tlsa-invalid") == 75)
        #expect(try await status("tlsa-servfail", "tlsa-invalid", settings: ["DEFER_FOR": "0"]) == 1)
        #expect(try await status("tlsa-invalid", settings: ["DEFER_FOR": "0", "MODE": "monitor"]) == 0)
        #expect(try await status("tlsa-invalid", settings: ["PROBE": "off"]) == 0)
        #expect(try await Danegate.run(["check"], environment: environment).status == 64)
        // As they are pasted. The gate never refuses the postmaster.
        let pasted = try await Danegate.run(
            [
                "check", "--json", "<user@tlsa-invalid.example>", "mailto:u@verified.example",
                "[mx.tlsa-invalid.example]",
            ],
            environment: environment)
        let domains = pasted.output.split(separator: "\n").map {
            $0.split(separator: "\"domain\":\"").last?.prefix { $0 != "\"" }
        }
        #expect(
            domains == ["tlsa-invalid.example", "verified.example", "[mx.tlsa-invalid.example]"], "\(pasted.output)")
        #expect(pasted.status == 75)
        let postmaster = try await Danegate.run(["check", "postmaster@tlsa-invalid.example"], environment: environment)
        #expect(postmaster.status == 0, "\(postmaster.output)")
        #expect(postmaster.output.contains("Exempt by DANEGATE_EXEMPT_LOCALPARTS: postmaster."), "\(postmaster.output)")
        #expect(try await status("verified", settings: ["MODE": "x"]) == 78)
        let nowhere = ["DNS_CONFIG": "", "DNS_FORWARD": "127.0.0.1@9", "DNS_TIMEOUT": "500ms"]
        #expect(try await status("verified", settings: nowhere) == 75)
        await world.stop()
    }

    @Test func theTextIsATreeWithTheFailingStep() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let (_, text) = try await Danegate.run(["check", "tlsa-invalid.example"], environment: world.environment())
        for part in [
            "tlsa-invalid.example: tlsa-invalid", "host mx.tlsa-invalid.example", "FAIL certificate:", "To do: ",
        ] {
            #expect(text.contains(part), "\(text)")
        }
        // The answer, what failed, what to do: before all else.
        let lines = text.split(separator: "\n")
        #expect(
            lines[0].contains("Ruling: tempfail. Reply: 451 4.7.323 tlsa-invalid: tlsa-invalid.example: "), "\(text)")
        #expect(lines[1].hasPrefix("  FAIL certificate:") && lines[2].hasPrefix("  To do: "), "\(text)")
        let (_, whole) = try await Danegate.run(
            ["check", "-v", "tlsa-invalid.example"], environment: world.environment())
        for part in [
            "TLSA record 1 (DANE-EE(3) SPKI(1) SHA2-256(1))", ", issued by ", " ms)", "Because ",
        ] {
            #expect(whole.contains(part), "\(part) in \(whole)")
        }
        await world.stop()
    }

    /// On a terminal: wrapped, in colours, and with a line that says what is waited for.
    @Test func aTerminalGetsAScreenful() async throws {
        let world = try await MailWorld(["tlsa-invalid", "stalling-at-starttls"].map(MailDomains.named))
        func screen(_ command: String, _ settings: [String: String] = [:], _ others: [String: String?] = [:])
            async throws
            -> String
        {
            try await ChildProcess.run(
                ChildProcess.find("script"),
                ["-qec", "stty rows 24 cols 72; \(Danegate.path) \(command)", "/dev/null"],
                environment: world.environment(settings).merging(["NO_COLOR": nil, "TERM": "xterm"]) { $1 }
                    .merging(others) { $1 }
            ).output
        }
        func lines(_ text: String) -> [Substring] {
            text.replacing(/\u{1B}\[\d*m/, with: "").split(whereSeparator: \.isNewline)
        }
        let coloured = try await screen("check tlsa-invalid.example")
        #expect(coloured.contains("\u{1B}[31mFAIL\u{1B}[0m certificate:"), "\(coloured)")
        #expect(lines(coloured).allSatisfy { $0.count <= 72 } && lines(coloured).count < 24, "\(coloured)")
        for others in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
            let plain = try await screen("check tlsa-invalid.example", [:], others)
            #expect(!plain.contains("\u{1B}") && plain.contains("FAIL certificate:"), "\(plain)")
        }
        let slow = try await screen("check stalling-at-starttls.example", ["PROBE_TIMEOUT": "6s"])
        #expect(slow.contains("waiting for mx.stalling-at-starttls.example [127."), "\(slow)")
        // Whoever reads a file gets neither.
        let (_, quiet) = try await Danegate.run(
            ["check", "stalling-at-starttls.example"], environment: world.environment(["PROBE_TIMEOUT": "2s"]))
        #expect(!quiet.contains("waiting for") && !quiet.contains("\u{1B}") && !quiet.contains("\r"), "\(quiet)")
        await world.stop()
    }
}

extension MailDomain {
    /// The codes of a refusal with `DEFER_FOR=0`, `550 5.7.323`; nil where mail is accepted.
    var codes: String? {
        // A record that would crash the MTA is a reason to defer whatever else is true.
        if isHazard { return "451 4.7.323" }
        switch outcome.defaultRuling {
        case .accept: return nil
        case .tempfail: return outcome.enhancedCode(.persistentTransient).map { "451 \($0)" }
        case .reject, .deferThenReject:
            return outcome.enhancedCode(.permanent).map { "5\(outcome.basicDetail(.permanent)) \($0)" }
        }
    }
}

extension String {
    func prefixed(_ length: Int) -> String { String(prefix(length)) }
}
