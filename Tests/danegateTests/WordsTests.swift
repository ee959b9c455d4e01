import DANE
import Foundation
import RuleMarks
import Testing
import World

/// All that a sender and an operator read: per outcome the reply at RCPT and the log line, of a real daemon that judges
/// real zones and hosts.
@Suite(.timeLimit(.minutes(3))) struct WordsTests {
    /// A domain of the world, its reply and its log line. What changes from run to run stands in braces.
    struct Golden: Sendable, CustomTestStringConvertible {
        let label: String
        /// Nil where the recipient is accepted.
        let reply: String?
        let line: String
        var testDescription: String { label }
    }

    @Test(.rules("L-06", "N-03")) func everyOutcomeHasItsWords() async throws {
        let world = try await MailWorld((Self.goldens + [Self.pending]).map { MailDomains.named($0.label) })
        let gate = try await DaemonTests.Gate(world, ["DEFER_FOR": "0", "HELP_URL": "https://help.example/%c"])
        for golden in Self.goldens { try await Self.expect(golden, of: gate) }
        #expect(await gate.daemon.stop() == 0)
        // Who asks before the inspection has ended.
        let hasty = try await DaemonTests.Gate(world, ["MILTER_DEADLINE": "100ms"])
        try await Self.expect(Self.pending, of: hasty)
        #expect(await hasty.daemon.stop() == 0)
        await world.stop()
        let said = Set((Self.goldens + [Self.pending]).compactMap { $0.line.firstMatch(of: /outcome=([a-z-]+)/)?.1 })
        #expect(Set(Outcome.allCases.map(\.rawValue)).subtracting(said.map(String.init)) == ["unprobed"])
    }

    private static func expect(_ golden: Golden, of gate: DaemonTests.Gate) async throws {
        let answer = try await gate.answer("<user@\(golden.label).example>", macros: ["{client_addr}": "192.0.2.9"])
        let to = "to=user@\(golden.label).example"
        #expect(await gate.daemon.waitForOutput { $0.contains(to) })
        let line = gate.daemon.output.split(separator: "\n").first { $0.contains(to) } ?? ""
        let reply: String? = if case .reply(let text) = answer { Self.masked(text) } else { nil }
        #expect(reply == golden.reply, "\(golden.label)")
        #expect(Self.masked(line.withoutTime) == golden.line, "\(golden.label)")
    }

    /// Text with the parts that no two runs share in braces.
    static func masked(_ text: String) -> String {
        text.replacing(#/[0-9A-HJKMNP-TV-Z]{26}/#, with: "{trace}")
            .replacing(#/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC/#, with: "{time}")
            .replacing(#/127\.\d+\.\d+\.\d+/#, with: "{address}")
            .replacing(#/_\d+\._tcp/#, with: "_{port}._tcp").replacing(#/waited_ms=[\d.]+/#, with: "waited_ms={ms}")
            // On a busy machine the answer takes its time.
            .replacing(#/failing_for=\ds/#, with: "failing_for=0s")
    }
}
