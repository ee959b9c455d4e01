import Foundation
import Testing
import World

/// Who is only monitored waits for nothing; what would have become of it is written down afterwards.
@Suite(.timeLimit(.minutes(5))) struct MonitorWorldTests {
    private static let labels = ["tlsa-invalid", "verified", "stalling-at-starttls"]

    @Test(arguments: ["MODE", "ROLLOUT", "policy"]) func theRulingFollows(kind: String) async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        var settings = ["DEFER_FOR": "0", "LOG_LEVEL": "info"]
        switch kind {
        case "MODE": settings["MODE"] = "monitor"
        case "ROLLOUT": settings["ROLLOUT"] = "0"
        default: try Data(".example monitor\n".utf8).write(to: URL(fileURLWithPath: world.policies))
        }
        let gate = try await DaemonTests.Gate(world, settings)
        for label in Self.labels { #expect(try await gate.answer("<a@\(label).example>") == .continue) }
        // Nobody has waited for the host that stalls: the daemon has not seen its end yet.
        #expect(!gate.daemon.output.contains("domain=stalling-at-starttls.example outcome=unreachable"))
        func line(_ label: String) -> String {
            gate.daemon.output.split(separator: "\n").map(String.init).first {
                $0.contains("domain=\(label).example")
            } ?? ""
        }
        #expect(await gate.daemon.waitForOutput { $0.contains("domain=tlsa-invalid.example") })
        #expect(await gate.daemon.waitForOutput { $0.contains("domain=verified.example") })
        #expect(
            line("tlsa-invalid").contains("ruling=accept mode=\(kind == "MODE" ? "monitor" : "enforce") would=reject"))
        #expect(line("verified").contains("outcome=verified"))
        // At the end of the process what is not known is pending.
        #expect(await gate.daemon.stop() == 0)
        let last = line("stalling-at-starttls")
        #expect(last.contains("outcome=pending") || last.contains("outcome=unreachable"), "\(last)")
        #expect(last.contains("ruling=accept") && last.contains("would=tempfail"), "\(last)")
        await world.stop()
    }

    private struct Report: Decodable {
        struct Monitored: Decodable { let open, would_have_waited, dropped: Int }
        let monitored: Monitored
    }

    /// `status` tells how many are still to be ruled, and who would have waited.
    @Test func statusCountsThem() async throws {
        let world = try await MailWorld([MailDomains.named("stalling-at-starttls")])
        let gate = try await DaemonTests.Gate(
            world, ["MODE": "monitor", "MILTER_DEADLINE": "50ms", "PROBE_TIMEOUT": "2s"])
        let environment = world.environment([
            "STATE_DIRECTORY": URL(fileURLWithPath: gate.socket).deletingLastPathComponent().path
        ])
        func monitored() async throws -> Report.Monitored {
            let (_, output) = try await Danegate.run(["status", "--json"], environment: environment)
            return try JSONDecoder().decode(Report.self, from: Data(output.utf8)).monitored
        }
        let (_, before) = try await Danegate.run(["status"], environment: environment)
        #expect(!before.contains("Monitored: "), "\(before)")
        #expect(try await gate.answer("<a@stalling-at-starttls.example>") == .continue)
        let open = try await monitored()
        #expect(open.open + open.would_have_waited == 1 && open.dropped == 0)
        #expect(try await eventually(within: .seconds(60)) { try await monitored().open == 0 })
        #expect(try await monitored().would_have_waited == 1)
        let (_, after) = try await Danegate.run(["status"], environment: environment)
        #expect(after.contains("Monitored: 0 to be ruled yet, 1 would have waited once\n"), "\(after)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
