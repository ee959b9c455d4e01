import Foundation
import Testing
import World

/// The steps of contrib/exim, followed on a real Exim with Debian's configuration, before a real danegate.
@Suite(.timeLimit(.minutes(5)), .enabled(if: PrivateRoot.unavailable == nil, "\(PrivateRoot.unavailable ?? "")"))
struct EximGuideTests {
    private static let split = "Debian's split configuration"
    private static let whole = "Debian's configuration in one file"

    @Test(arguments: [EximInstance.Configuration.split, .whole])
    func theFilesAreAllThatIsNeeded(configuration: EximInstance.Configuration) async throws {
        let world = try await MailWorld(
            ["tlsa-invalid", "verified", "null-mx", "www.alias-named"].map(MailDomains.named))
        let site = try await EximSite(
            world, [configuration == .split ? Self.split : Self.whole], configuration, relayDomains: "ours.example",
            aliases: "away: user@tlsa-invalid.example\nnamed: user@www.alias-named.example\n")
        let gate = try await site.gate(world, ["DEFER_FOR": "0"])
        let rows: [(recipient: String, line: String)] = [
            ("user@verified.example", "250 Accepted"),
            ("user@tlsa-invalid.example", "550 5.7.323 tlsa-invalid: tlsa-invalid.example: "),
            ("user@null-mx.example", "556 5.1.10 null-mx: "), ("user@no-such.example", "550 5.1.2 no-such-domain: "),
            ("user+tag=a@tlsa-invalid.example", "550 5.7.323 "), ("postmaster@tlsa-invalid.example", "250 "),
            // Exim goes on with the alias's target, for which the certificate is not.
            ("user@www.alias-named.example", "250 Accepted"),
            ("alice@local.example", "250 Accepted"), ("user@ours.example", "250 Accepted"),
            // Debian's own ACL is still asked first.
            ("a!b@tlsa-invalid.example", "550 restricted characters in address"),
        ]
        for row in rows {
            let line = try await site.reply(row.recipient).line
            #expect(line.hasPrefix(row.line), "\(row.recipient): \(line)")
        }
        // The command that the guide has to try it.
        let command = try #require(try GuideTests.examples("exim/README.md", "Try it").first { $0.kind == "sh" }?.text)
        for (recipient, status) in [("user@verified.example", 0), ("user@tlsa-invalid.example", Int32(2))] {
            let words = command.replacing("user@example.org", with: recipient).split(whereSeparator: \.isWhitespace)
            let (code, output) = try await site.exim.root.run(String(words[0]), String(words[1]), String(words[2]))
            #expect(code == status, "\(output)")
            #expect(output.contains("550 5.7.323 tlsa-invalid: ") == (status == 2), "\(output)")
        }
        // A client from elsewhere, for whom Debian's ACL verifies local recipients: the alias is followed.
        let session =
            "EHLO there.example\\r\\nMAIL FROM:<>\\r\\nRCPT TO:<away@local.example>\\r\\n"
            + "RCPT TO:<named@local.example>\\r\\nQUIT\\r\\n"
        let played = try await site.exim.root.run("sh", "-c", "printf '\(session)' | exim4 -bh 192.0.2.9")
        #expect(played.output.contains("\n550-5.7.323 tlsa-invalid: tlsa-invalid.example"), "\(played.output)")
        #expect(played.output.contains("\n250 Accepted"), "\(played.output)")
        // danegate knows who has asked.
        let log = gate.daemon.output
        #expect(log.contains("to=user@tlsa-invalid.example domain=tlsa-invalid.example"), "\(log)")
        #expect(log.contains("client=127.0.0.1") && log.contains("via=query"), "\(log)")
        #expect(log.contains("domain=www.alias-named.example outcome=verified"), "\(log)")
        for word in ["domain=middle.", "ours.example", "alice"] { #expect(!log.contains(word), "\(log)") }
        #expect(site.exim.panics.isEmpty, "\(site.exim.panics)")
        #expect(await gate.daemon.stop() == 0)
        await site.stop()
        await world.stop()
    }

    /// Exemptions by sender hold, and no address can pass for a second value, or be too long for a question.
    @Test func addressesAreTakenForWhatTheyAre() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let site = try await EximSite(world)
        let gate = try await site.gate(world, ["DEFER_FOR": "0", "EXEMPT_SENDERS": "boss@example.org"])
        let long = String(repeating: "a", count: 240)
        let rows: [(sender: String, recipient: String, code: Int)] = [
            ("boss@example.org", "user", 250), ("other@example.org", "user", 550),
            ("\"x from=boss@example.org y\"@example.org", "user", 550),
            ("\"x+20from=boss@example.org\"@example.org", "user", 550),
            ("boss+2Btag@example.org", "user", 550), ("\"tab\there\"@example.org", "user", 550),
            ("\(long)@example.org", String(repeating: "b", count: 220), 550),
            ("a@example.org", "\"a b\"", 550), ("a@example.org", "\"postmaster x\"", 550),
        ]
        for row in rows {
            let reply = try await site.reply("\(row.recipient)@tlsa-invalid.example", from: row.sender)
            #expect(reply.code == row.code, "\(row): \(reply.line)")
            #expect(reply.code == 250 || reply.enhanced == "5.7.323", "\(row): \(reply.line)")
        }
        #expect(site.exim.panics.isEmpty, "\(site.exim.panics)")
        await gate.daemon.stop()
        await site.stop()
        await world.stop()
    }

    @Test func aSmarthostIsTheNextHop() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let long = String(repeating: "a", count: 236)
        for (domain, nextHop, start) in [
            ("tlsa-invalid", "[mx.tlsa-invalid.example]", "451 4.7.323 tlsa-invalid: [mx.tlsa-invalid.example]: "),
            // Without brackets it looks like a recipient's domain.
            ("tlsa-invalid", nil, "451 4.7.323 tlsa-invalid: tlsa-invalid.example: "),
            ("verified", "[mx.verified.example]", "250 Accepted"),
        ] {
            let site = try await EximSite(
                world, [Self.split, "A smarthost"], smarthost: "mx.\(domain).example::\(world.hosts.port)",
                words: ["[smarthost.example]:587": nextHop.map { "\($0):\(world.hosts.port)" } ?? "\(domain).example"])
            let gate = try await site.gate(world, ["DEFER_FOR": "0"])
            // Wherever the recipient is: it is the smarthost that is judged.
            for recipient in ["user@verified.example", "user@anywhere.else"] {
                let line = try await site.reply(recipient).line
                #expect(line.hasPrefix(start), "\(recipient): \(line)")
            }
            // Too long to be told.
            let line = try await site.reply("\(long)@anywhere.else", from: "\(long)@example.org").line
            #expect(line.hasPrefix(start), "\(line)")
            let place = nextHop == nil ? "\(domain).example" : "mx.\(domain).example"
            #expect(gate.daemon.output.contains("to=user@anywhere.else domain=\(place)"))
            #expect(gate.daemon.output.contains("to=@anywhere.else domain=\(place)"))
            await gate.daemon.stop()
            await site.stop()
        }
        await world.stop()
    }

    @Test func aTableHasTheNextHops() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let table = try #require(
            try GuideTests.examples("exim/README.md", "Next hops by domain").first { $0.kind == "danegate_nexthops" })
        let site = try await EximSite(
            world, [Self.split, "Next hops by domain"],
            files: [
                "/etc/exim4/danegate_nexthops": table.text.replacing(
                    "[mx.partner.example]:25", with: "[mx.tlsa-invalid.example]:\(world.hosts.port)"),
                "/etc/exim4/hubbed_hosts": "partner.example: mx.tlsa-invalid.example\n",
            ])
        let gate = try await site.gate(world, ["DEFER_FOR": "0"])
        let (partner, other) = (
            try await site.reply("user@partner.example"), try await site.reply("a@verified.example")
        )
        #expect(partner.line.hasPrefix("451 4.7.323 tlsa-invalid: [mx.tlsa-invalid.example]: "), "\(partner)")
        #expect(other.code == 250, "\(other)")
        await gate.daemon.stop()
        await site.stop()
        await world.stop()
    }

    /// A router of the site's own, behind danegate's, that sends a domain's mail to another domain: both are judged.
    @Test func whereMailIsRedirectedToIsJudged() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let router = """
            moved:
              driver = redirect
              domains = verified.example
              data = $local_part@tlsa-invalid.example

            """
        let site = try await EximSite(world, files: ["/etc/exim4/conf.d/router/180_moved": router])
        let gate = try await site.gate(world, ["DEFER_FOR": "0"])
        let reply = try await site.reply("user@verified.example")
        #expect(reply.line.hasPrefix("550 5.7.323 tlsa-invalid: tlsa-invalid.example: "), "\(reply.line)")
        #expect(gate.daemon.output.contains("domain=verified.example outcome=verified"))
        await gate.daemon.stop()
        await site.stop()
        await world.stop()
    }

    @Test func mailPassesWhileDanegateIsStopped() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let site = try await EximSite(world, [Self.split, "Mail must pass while danegate is stopped"])
        #expect(try await site.reply("user@tlsa-invalid.example").code == 250)
        let gate = try await site.gate(world, ["DEFER_FOR": "0"])
        // Mail passes as well if the answer takes too long, which may be once on a busy machine.
        #expect(
            try await eventually(within: .seconds(60)) {
                try await site.reply("user@tlsa-invalid.example").enhanced == "5.7.323"
            })
        await gate.daemon.stop()
        #expect(try await site.reply("user@tlsa-invalid.example").code == 250)
        await site.stop()
        await world.stop()
    }
}
