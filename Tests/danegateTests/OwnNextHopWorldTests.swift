import DANE
import Foundation
import RuleMarks
import Testing
import World

@testable import Policy

/// Next hops that the site's own configuration leads to, behind a real Postfix.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct OwnNextHopWorldTests {
    private static let labels = ["tlsa-invalid", "mx-expired", "no-address", "null-mx", "verified", "no-tlsa"]

    /// A recipient's domain, the next hop that the transport map names for it, the codes, and the outcome.
    private static func hops(_ port: UInt16) -> [(domain: String, hop: String, codes: String, outcome: String)] {
        [
            ("a.example", "[mx.tlsa-invalid.example]", "451 4.7.323", "tlsa-invalid"),
            ("b.example", "tlsa-invalid.example", "451 4.7.323", "tlsa-invalid"),
            ("c.example", "null-mx.example", "451 4.3.5", "null-mx"),
            ("d.example", "nowhere.example", "451 4.3.5", "no-such-domain"),
            ("e.example", "[relay.nowhere.example]:587", "451 4.4.4", "no-mail-host"),
            ("f.example", "no-address.example", "451 4.4.4", "no-mail-host"),
            ("g.example", "mx-expired.example", "451 4.7.324", "dnssec-invalid"),
            ("h.example", "[mx.verified.example]:\(port)", "250 2.1.5", "verified"),
            ("i.example", "tlsa-invalid.example:\(port)", "451 4.7.323", "tlsa-invalid"),
        ]
    }

    private func site(_ world: MailWorld, _ settings: [String: String] = [:]) async throws -> (
        ChildProcess, PostfixInstance
    ) {
        let port = try freePort()
        let socket = ["MILTER_SOCKET": "inet:\(port)@127.0.0.1", "DEFER_FOR": "0"]
        let daemon = try await Danegate.start(environment: world.environment(socket.merging(settings) { $1 }))
        let table = Self.hops(world.hosts.port).map { ($0.domain, "smtp:\($0.hop)") }
        let postfix = try await PostfixInstance(
            milter: "inet:127.0.0.1:\(port)", transports: Dictionary(uniqueKeysWithValues: table))
        return (daemon, postfix)
    }

    private func replies(_ postfix: PostfixInstance, _ recipients: [String]) async throws -> [SMTPClient.Reply] {
        try await onOwnThread { [port = postfix.port] in
            let client = try SMTPClient(port: port)
            try client.hello()
            try client.mail()
            defer { _ = try? client.quit() }
            return try recipients.map { try client.recipient($0) }
        }
    }

    @Test(.rules("F-91")) func whatIsBrokenThereIsDeferredAndSaidToBeOurOwn() async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        let state = try ScratchDirectory("state")
        let (daemon, postfix) = try await site(world, ["STATE_DIRECTORY": state.path])
        let hops = Self.hops(world.hosts.port)
        let replies = try await replies(postfix, hops.map { "user@\($0.domain)" } + ["user@tlsa-invalid.example"])
        for (hop, reply) in zip(hops, replies) {
            #expect("\(reply.code) \(reply.enhanced)" == hop.codes, "\(hop): \(reply)")
            guard reply.code != 250 else { continue }
            // The port that is the standard one here is not written.
            let shown = hop.hop.replacing(":\(world.hosts.port)", with: "")
            #expect(reply.text.contains("\(hop.outcome): \(shown): "), "\(reply)")
            #expect(reply.text.contains("this site's own mail configuration leads to this next hop"), "\(reply)")
            #expect(!reply.text.contains("recipient's administrator"))
            #expect(
                await daemon.waitForOutput {
                    $0.contains("to=user@\(hop.domain) ") && $0.contains(" own_hop=\(shown) cause=")
                }, "\(daemon.output)")
        }
        // What a recipient's own domain leads to is refused for good, as ever.
        #expect(replies.last.map { "\($0.code) \($0.enhanced)" } == "550 5.7.323")
        #expect(replies.last?.text.contains("only the recipient's administrator") == true)
        let own = daemon.output.split(separator: "\n").filter { $0.contains(" own_hop=") }
        #expect(own.allSatisfy { !$0.contains("to=user@tlsa-invalid.example ") } && own.count == hops.count)

        // The trace tells them apart.
        var rows: [[String: Any]] = []
        let settings: [String: String?] = ["DANEGATE_STATE_DIRECTORY": state.path]
        _ = try await eventually(within: .seconds(60)) {
            let output = try await Danegate.run(["trace", "--json"], environment: settings).output
            rows = try output.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            return rows.count >= hops.count
        }
        #expect(rows.count == hops.count)
        for row in rows {
            let isOwn = row["recipient"] as? String != "user@tlsa-invalid.example"
            #expect(row["own_next_hop"] as? Bool == isOwn, "\(row)")
        }
        let row = try #require(rows.first { $0["recipient"] as? String == "user@e.example" })
        let id = try #require(row["trace"] as? String)
        let text = try await Danegate.run(["trace", "--id", id], environment: settings).output
        #expect(text.contains("[relay.nowhere.example]:587, by this site's own configuration"), "\(text)")

        // One that fails and stands for more than a tenth of the mail is a warning.
        let asked = world.environment(["STATE_DIRECTORY": state.path])
        let status = try await Danegate.run(["status"], environment: asked)
        #expect(status.status == 1 && status.output.hasPrefix("WARNING - "), "\(status.output)")
        let warning = "this site's own next hop tlsa-invalid.example fails (tlsa-invalid), and stands for 20 % of"
        #expect(status.output.contains(warning), "\(status.output)")
        #expect(!status.output.contains("next hop null-mx.example fails"), "a tenth is not more than a tenth")
        let cached = try await Danegate.run(
            ["check", "--cached", "[mx.tlsa-invalid.example]", "tlsa-invalid.example"], environment: asked)
        #expect(cached.status == 1)
        #expect(
            cached.output.contains("Reply: 451 4.7.323 tlsa-invalid: [mx.tlsa-invalid.example]: "), "\(cached.output)")
        #expect(cached.output.contains("Reply: 550 5.7.323 tlsa-invalid: tlsa-invalid.example: "))
        await postfix.stop()
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    @Test(
        .rules("F-91", "D-20"),
        arguments: [
            ("reject", ["550 5.7.323", "556 5.1.10", "550 5.1.2", "451 4.7.10"]),
            ("accept", ["250 2.1.5", "250 2.1.5", "250 2.1.5", "451 4.7.10"]),
            ("monitor", ["250 2.1.5", "250 2.1.5", "250 2.1.5", "451 4.7.10"]),
        ])
    func theSettingRules(setting: String, codes: [String]) async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        // DANE is demanded of a relay that has none.
        try Data("no-tlsa.example require\n".utf8).write(to: URL(fileURLWithPath: world.policies))
        let port = try freePort()
        let daemon = try await Danegate.start(
            environment: world.environment([
                "MILTER_SOCKET": "inet:\(port)@127.0.0.1", "DEFER_FOR": setting == "reject" ? "0" : "15m",
                "ON_OWN_NEXT_HOP": setting, "ON_DANE_REQUIRED": "tempfail",
            ]))
        let postfix = try await PostfixInstance(
            milter: "inet:127.0.0.1:\(port)",
            transports: [
                "a.example": "smtp:[mx.tlsa-invalid.example]", "c.example": "smtp:null-mx.example",
                "d.example": "smtp:nowhere.example", "j.example": "smtp:no-tlsa.example",
            ])
        let replies = try await replies(postfix, ["a", "c", "d", "j"].map { "user@\($0).example" })
        #expect(replies.map { "\($0.code) \($0.enhanced)" } == codes, "\(replies)")
        if setting == "monitor" {
            #expect(await daemon.waitForOutput { $0.contains("would=tempfail to=user@c.example ") })
        }
        await postfix.stop()
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    /// Behind one relayhost the roll-out is a share of the recipients' domains, and not all or nothing.
    @Test(.rules("F-91")) func theRollOutGoesByTheAddress() async throws {
        let world = try await MailWorld(["tlsa-invalid"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world, ["ROLLOUT": "50"])
        for number in 0..<40 {
            let domain = "d\(number).example"
            let macros = [
                "{rcpt_mailer}": "smtp", "{rcpt_host}": "[mx.tlsa-invalid.example]", "{rcpt_addr}": "user@\(domain)",
            ]
            let answer = try await gate.answer("<user@\(domain)>", macros: macros)
            let isIn = Rulebook.place(of: try #require(DomainName(domain))) < 50
            #expect((answer == .continue) != isIn, "\(domain)")
        }
        // With ROUTE=recipient the address's domain is judged, and is nobody's next hop but its own.
        #expect(await gate.daemon.stop() == 0)
        let byAddress = try await DaemonTests.Gate(world, ["ROUTE": "recipient", "DEFER_FOR": "0"])
        let macros = [
            "{rcpt_mailer}": "smtp", "{rcpt_host}": "[relay.example]", "{rcpt_addr}": "user@tlsa-invalid.example",
        ]
        guard case .reply(let reply) = try await byAddress.answer("<user@tlsa-invalid.example>", macros: macros) else {
            Issue.record("no reply")
            return
        }
        #expect(reply.hasPrefix("550 5.7.323 "), "\(reply)")
        #expect(await byAddress.daemon.stop() == 0)
        await world.stop()
    }

    /// A host in brackets behind the `@` is the sender's word, not this site's. Postfix takes no such address, other
    /// MTAs do.
    @Test(.rules("F-91")) func aHostThatTheSenderNamesIsNotOurOwn() async throws {
        let world = try await MailWorld(["tlsa-invalid"].map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world, ["DEFER_FOR": "0"])
        let host = "[mx.tlsa-invalid.example]"
        let macros = ["{rcpt_mailer}": "esmtp", "{rcpt_host}": host, "{rcpt_addr}": "user@\(host)"]
        guard case .reply(let reply) = try await gate.answer("<user@\(host)>", macros: macros) else {
            Issue.record("no reply")
            return
        }
        #expect(reply.hasPrefix("550 5.7.323 "), "\(reply)")
        #expect(await gate.daemon.waitForOutput { $0.contains("domain=mx.tlsa-invalid.example") })
        #expect(!gate.daemon.output.contains("own_hop="))
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Without a recipient `check` goes by the form: no recipient's domain leads to brackets or to a port of its own.
    @Test(.rules("F-91")) func checkGoesByTheForm() async throws {
        let world = try await MailWorld(["null-mx", "tlsa-invalid"].map(MailDomains.named))
        let environment = world.environment(["DEFER_FOR": "0"])
        let port = world.hosts.port
        for (domain, status, codes) in [
            ("null-mx.example", 1, "556 5.1.10"), ("nowhere.example:587", 75, "451 4.3.5"),
            ("[mx.tlsa-invalid.example]", 75, "451 4.7.323"), ("tlsa-invalid.example", 1, "550 5.7.323"),
            ("tlsa-invalid.example:\(port)", 1, "550 5.7.323"),
        ] {
            let (found, output) = try await Danegate.run(["check", domain], environment: environment)
            #expect(found == Int32(status) && output.contains("Reply: \(codes) "), "\(domain): \(output)")
        }
        let json = try await Danegate.run(["check", "--json", "[mx.tlsa-invalid.example]"], environment: environment)
        #expect(json.output.contains("\"own_next_hop\":true"), "\(json.output)")
        // What is said of it elsewhere.
        let policy = try await Danegate.run(
            ["settings", "--policy", "relay.example"],
            environment: world.environment(["ON_OWN_NEXT_HOP": "monitor"]))
        #expect(policy.output.contains("as a next hop of this site's own: ON_OWN_NEXT_HOP=monitor"), "\(policy.output)")
        for word in ["4.3.5", "own_hop", "451 4.3.5 null-mx: [relay.example]"] {
            let (found, output) = try await Danegate.run(["explain", word])
            #expect(found == 0, "\(word): \(output)")
        }
        #expect(try await Danegate.run(["explain", "4.3.5"]).output.contains("ON_OWN_NEXT_HOP"))
        await world.stop()
    }
}
