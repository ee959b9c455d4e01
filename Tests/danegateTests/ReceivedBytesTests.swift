import Foundation
import RuleMarks
import Testing
import World

/// Addresses that are no UTF-8, through the milter into log and trace.
@Suite(.timeLimit(.minutes(5))) struct ReceivedBytesTests {
    @Test(.rules("F-98")) func addressesAreWrittenWithTheBytesThatCame() async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world)
        let latin = Array("<b".utf8) + [0xFC] + Array("ro@tlsa-invalid.example>".utf8)
        let other = Array("<b".utf8) + [0xFD] + Array("ro@tlsa-invalid.example>".utf8)
        // What the MTA makes of it has the same bytes; a macro cannot be given as bytes here, and is another's.
        let answers = try await gate.answers([
            latin, other, Array("<büro@tlsa-invalid.example>".utf8),
            Array("<b".utf8) + [0xFC] + Array("@verified.example>".utf8),
            Array("<postm".utf8) + [0xE4] + Array("ster@verified.example>".utf8),
        ])
        #expect(
            answers.count { if case .reply(let reply) = $0 { reply.hasPrefix("451 4.7.323") } else { false } } == 3,
            "\(answers)")
        for shown in [
            "to=\"b\\xfcro@tlsa-invalid.example\" ", "to=\"b\\xfdro@tlsa-invalid.example\" ",
            "to=\"b\\xc3\\xbcro@tlsa-invalid.example\" ", "to=\"b\\xfc@verified.example\" ",
        ] {
            let isLogged = try await eventually(within: .seconds(60)) { gate.daemon.output.contains(shown) }
            #expect(isLogged, "\(shown): \(gate.daemon.output)")
        }
        #expect(!gate.daemon.output.contains("xef\\xbf\\xbd"))

        let directory = (gate.socket as NSString).deletingLastPathComponent
        let environment = ["DANEGATE_STATE_DIRECTORY": directory]
        var listed = ""
        let isThere = try await eventually(within: .seconds(60)) {
            listed = try await Danegate.run(["trace"], environment: environment).output
            return listed.split(separator: "\n").count == 4
        }
        #expect(isThere && listed.contains(" b\\xfcro@tlsa-invalid.example"), "\(listed)")
        // As the log has it, it is found, and no other.
        let found = try await Danegate.run(
            ["trace", "--json", "--recipient", "b\\xfcro@tlsa-invalid.example"], environment: environment)
        #expect(found.output.split(separator: "\n").count == 1, "\(found.output)")
        #expect(
            found.output.contains("\"recipient\":\"b\\\\xfcro@tlsa-invalid.example\",\"recipient_bytes\":\"62fc726f40"),
            "\(found.output)")
        // By its id in any form, whole or cut, and by the whole reply.
        guard case .reply(let reply) = answers[0], let id = reply.split(separator: "[").last?.prefix(26) else {
            Issue.record("\(answers)")
            return
        }
        for text in [
            "\(id)", "[\(id)]", "\(id)".lowercased(), reply, "<b> said: \(reply) (in reply to RCPT TO command)",
        ] {
            let one = try await Danegate.run(["trace", "--id", text], environment: environment)
            #expect(
                one.status == 0 && one.output.contains("recipient:     b\\xfcro@tlsa-invalid.example\n"),
                "\(text): \(one.output)")
        }
        let cut = try await Danegate.run(["trace", "--id", "\(id.prefix(4))"], environment: environment)
        #expect(
            cut.status == 64 && cut.output.contains("more than one id begins so: \(id.prefix(4))"), "\(cut.output)")
        let beginning = try await Danegate.run(
            ["trace", "--json", "--id", "\(id.dropLast())"], environment: environment)
        #expect([0, 64].contains(beginning.status) && beginning.output.contains(id), "\(beginning.output)")
        #expect(try await Danegate.run(["trace", "--id", "0000"], environment: environment).status == 1)
        #expect(try await Danegate.run(["trace", "--id", "nonsense"], environment: environment).status == 64)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
