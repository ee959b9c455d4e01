import Foundation
import Testing
import World
import WorldHosts

/// A Sendmail that delivers, held to the verdict by its `sts` map. It does no DANE itself: it keeps a message while
/// danegate refuses the domain.
@Suite(.timeLimit(.minutes(5)), .enabled(if: PrivateRoot.unavailable == nil, "\(PrivateRoot.unavailable ?? "")"))
struct SendmailDeliveryWorldTests {
    @Test func aMessageWaitsWhileItsDomainIsRefused() async throws {
        let domain = MendableDomain("mendable", sound: true)
        let world = try await MailWorld([domain.domain, MailDomains.named("no-tlsa")])
        let resolver = try await ValidatingResolver(before: world.names, keepingFor: 1)
        let (milter, map) = (try freePort(), try freePort())
        let sendmail = try SendmailInstance(
            resolver: resolver,
            lines: """
                INPUT_MAIL_FILTER(`danegate', `S=inet:\(milter)@127.0.0.1, F=T, T=C:10s;S:10s;R:30s;E:1m')dnl
                FEATURE(`nocanonify')dnl
                FEATURE(`sts', `socket -d5 -T<TMPF> inet:\(map)@127.0.0.1')dnl
                define(`ESMTP_MAILER_ARGS', `TCP $h \(world.hosts.port)')dnl
                define(`confTO_HOSTSTATUS', `1s')dnl

                """)
        let state = try ScratchDirectory("sendmail-gate")
        let environment = world.environment([
            "MILTER_SOCKET": "inet:\(milter)@127.0.0.1", "TLS_POLICY_SOCKET": "inet:\(map)@127.0.0.1",
            "STATE_DIRECTORY": state.path, "DEFER_FOR": "0",
        ])
        var daemon = try await Danegate.start(environment: environment)
        try await sendmail.start()
        func command(_ words: String...) async throws -> Int32 {
            try await Danegate.run(words, environment: environment).status
        }
        func isEmpty() async throws -> Bool { try await sendmail.queue().contains("is empty") }
        let accepted = try await onOwnThread { [port = sendmail.port] in
            let client = try SMTPClient(port: port)
            try client.hello()
            return try ["a@mendable.example", "b@mendable.example", "c@no-tlsa.example"].map { recipient in
                // Sendmail looks whether there is such a domain.
                try client.mail("sender@no-tlsa.example")
                return [try client.recipient(recipient).code, try client.data().code]
            }
        }
        #expect(accepted == [[250, 250], [250, 250], [250, 250]])

        // It breaks, and danegate has seen it: a good verdict would serve for a while.
        try domain.set(mended: false, in: world)
        #expect(try await command("recheck", domain.name) == 1)
        var said = try await sendmail.runQueue()
        #expect(said.contains("STS lookup temp fail"), "\(said)")
        #expect(try await isEmpty() == false, "\(said)")
        #expect(domain.messages(in: world).isEmpty, "\(said)")
        let other = try world.address(of: "mx.no-tlsa.example", in: "no-tlsa.example")
        #expect(world.hosts.messages(at: other).count == 1, "\(said)")

        // Mended, but danegate is stopped: nothing leaves, and nothing is lost.
        try domain.set(mended: true, in: world)
        #expect(await daemon.stop() == 0)
        said = try await sendmail.runQueue()
        #expect(try await isEmpty() == false, "\(said)")
        #expect(domain.messages(in: world).isEmpty, "\(said)")

        daemon = try await Danegate.start(environment: environment)
        #expect(try await command("recheck", domain.name) == 0)
        let leaves = try await eventually(within: .seconds(60)) {
            said = try await sendmail.runQueue()
            return try await isEmpty()
        }
        #expect(leaves, "\(said)")
        #expect(domain.messages(in: world).count == 2)

        // An exemption holds at delivery, too.
        try domain.set(mended: false, in: world)
        #expect(try await command("recheck", domain.name) == 1)
        #expect(
            try await command("exempt", "add", domain.name, "--until", "1d", "--reason", "they know") == 0)
        #expect(await daemon.waitForOutput { $0.contains("event=exemption result=added domain=\(domain.name)") })
        let code = try await onOwnThread { [port = sendmail.port] in
            let client = try SMTPClient(port: port)
            try client.hello()
            try client.mail("sender@no-tlsa.example")
            try client.recipient("d@mendable.example")
            return try client.data().code
        }
        #expect(code == 250)
        said = try await sendmail.runQueue()
        #expect(domain.messages(in: world).count == 3, "\(said)")
        await sendmail.stop()
        #expect(await daemon.stop() == 0)
        await resolver.stop()
        await world.stop()
    }
}
