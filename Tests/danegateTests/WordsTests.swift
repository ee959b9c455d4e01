import DANE
import Foundation
import Rules
import Testing
import World

/// What a sender and an operator read, whole: for every outcome the reply at RCPT and the log line, of a real daemon that
/// judges real zones and hosts.
@Suite(.timeLimit(.minutes(3))) struct WordsTests {
    /// A domain of the world, its reply and its log line. What changes from run to run stands in braces.
    struct Golden: Sendable, CustomTestStringConvertible {
        let label: String
        let reply: String
        let line: String
        var testDescription: String { label }
    }

    @Test func everyOutcomeHasItsWords() async throws {
        let goldens = Self.goldens
        let world = try await MailWorld(goldens.map { MailDomains.named($0.label) })
        let gate = try await DaemonTests.Gate(world, ["DEFER_FOR": "0", "HELP_URL": "https://help.example/%c"])
        for golden in goldens {
            let answer = try await gate.answer("<user@\(golden.label).example>", macros: ["{client_addr}": "192.0.2.9"])
            let to = "to=user@\(golden.label).example"
            #expect(await gate.daemon.waitForOutput { $0.contains(to) })
            let line = gate.daemon.output.split(separator: "\n").first { $0.contains(to) } ?? ""
            print("GOLDEN \(golden.label)\n\(Self.masked("\(answer)"))\n\(Self.masked(String(line)))")
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Text with the parts that no two runs share in braces.
    static func masked(_ text: String) -> String {
        text.replacing(#/[0-9A-HJKMNP-TV-Z]{26}/#, with: "{trace}")
            .replacing(#/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC/#, with: "{time}")
            .replacing(#/127\.\d+\.\d+\.\d+/#, with: "{address}")
            .replacing(#/waited_ms=\d+\.\d/#, with: "waited_ms={ms}")
    }

    static let goldens: [Golden] = ["verified", "pkix-usages", "no-tlsa", "without-starttls", "starttls-refused", "plaintext-instead-of-tls", "ta-expired", "tlsa-invalid", "ta-other-name", "tlsa-bogus", "mx-corrupt-signature", "required-without-dane", "null-mx", "no.such", "no-address", "tlsa-servfail", "private-address", "busy-greeting", "record-without-data", "backup-verified"].map { Golden(label: $0, reply: "", line: "") }
}
