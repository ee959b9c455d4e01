import Foundation
import RuleMarks
import Testing
import World

/// Policies, the roll-out and rulings by sender, through a real Postfix.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct PolicyWorldTests {
    private static func world() async throws -> MailWorld {
        try await MailWorld(
            ["tlsa-invalid", "verified", "no-tlsa", "pkix-usages", "record-without-data-insecure-mx"].map(
                MailDomains.named))
    }

    private static func put(_ text: String, in world: MailWorld) throws {
        // As editors do: another file under the same name.
        let new = "\(world.policies).new"
        try Data(text.utf8).write(to: URL(fileURLWithPath: new))
        guard rename(new, world.policies) == 0 else { throw WorldError("the policy file cannot be replaced") }
    }

    /// The codes of the replies to one recipient of each domain, from a sender.
    private static func codes(
        _ site: PostfixWorldTests.Site, from sender: String = "sender@example.org", _ domains: [String]
    ) async throws -> [String] {
        try await onOwnThread { [port = site.postfix.port] in
            let client = try SMTPClient(port: port)
            try client.hello()
            try client.mail(sender)
            defer { _ = try? client.quit() }
            return try domains.map { domain in
                let reply = try client.recipient("a@\(domain).example")
                return reply.code == 250 ? "250" : "\(reply.code) \(reply.enhanced)"
            }
        }
    }

    @Test(.rules("D-20", "D-26")) func eachWordOfThePolicyFile() async throws {
        let world = try await Self.world()
        let state = try ScratchDirectory("state")
        let site = try await PostfixWorldTests.Site(
            world, ["DEFER_FOR": "0", "ROLLOUT": "0", "STATE_DIRECTORY": state.path])
        let all = ["tlsa-invalid", "verified", "no-tlsa", "pkix-usages", "record-without-data-insecure-mx"]
        #expect(try await Self.codes(site, all) == ["250", "250", "250", "250", "250"])
        #expect(
            await site.daemon.waitForOutput {
                $0.contains("ruling=accept mode=enforce would=reject to=a@tlsa-invalid.example")
            })
        for (text, expected) in [
            ("tlsa-invalid.example enforce", "550 5.7.323"), ("tlsa-invalid.example exempt", "250"),
            ("tlsa-invalid.example monitor", "250"), ("tlsa-invalid.example require", "550 5.7.323"),
            (".example enforce\ntlsa-invalid.example monitor reason=\"known # since May\"", "250"),
            (".example enforce\ntlsa-invalid.example monitor until=2026-01-31", "550 5.7.323"),
            ("tlsa-invalid.example enforce until=2020-12-31", "250"),
        ] {
            let reloads = site.daemon.output.count(of: "event=reload result=ok")
            try Self.put("\(text)\n", in: world)
            #expect(
                await site.daemon.waitForOutput {
                    $0.count(of: "event=reload result=ok") > reloads
                })
            #expect(try await Self.codes(site, ["tlsa-invalid"]) == [expected], "\(text)")
        }
        let reloads = site.daemon.output.count(of: "event=reload result=ok")
        try Self.put(".example require\n", in: world)
        #expect(
            await site.daemon.waitForOutput { $0.count(of: "event=reload result=ok") > reloads })
        #expect(try await Self.codes(site, all) == ["550 5.7.323", "250", "550 5.7.10", "550 5.7.10", "550 5.7.10"])
        // One fault, and the old policies stay; removed, likewise.
        try Self.put(
            ".example exempt\nno-tlsa.example require reason=\"unclosed\nx.example exempt until=2027-02-30\n", in: world
        )
        #expect(
            await site.daemon.waitForOutput {
                $0.contains("policy:2: a quotation mark is not closed") && $0.contains("policy:3: until= must be a day")
            })
        #expect(try await Self.codes(site, ["no-tlsa"]) == ["550 5.7.10"])
        try FileManager.default.removeItem(atPath: world.policies)
        #expect(await site.daemon.waitForOutput { $0.contains("policy: it cannot be read") })
        #expect(try await Self.codes(site, ["no-tlsa"]) == ["550 5.7.10"])
        try Self.put("", in: world)
        #expect(
            await site.daemon.waitForOutput { $0.contains("event=reload result=ok policies=0") })
        #expect(try await Self.codes(site, ["no-tlsa"]) == ["250"])
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// What nobody has seen is a doubt, and never refused for good.
    @Test(.rules("D-20")) func aDemandThatCannotBeShownIsDeferred() async throws {
        let world = try await Self.world()
        try Self.put("verified.example require\nno-tlsa.example require\n", in: world)
        let state = try ScratchDirectory("state")
        let site = try await PostfixWorldTests.Site(
            world, ["DEFER_FOR": "0", "PROBE": "off", "STATE_DIRECTORY": state.path])
        #expect(await site.daemon.waitForOutput { $0.contains("event=policy cause=") })
        #expect(
            try await Self.codes(site, ["verified", "no-tlsa", "tlsa-invalid"]) == ["451 4.7.10", "550 5.7.10", "250"])
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// The place of `tlsa-invalid.example` is known, and both sides of it are tried.
    @Test(
        arguments: [("0", "250"), ("100", "550 5.7.323"), ("37", nil), ("below", "250"), ("above", "550 5.7.323")]
            as [(String, String?)])
    func aShareIsRuledInEarnest(share: String, code: String?) async throws {
        let world = try await MailWorld(["tlsa-invalid", "null-mx"].map(MailDomains.named))
        let places = ["tlsa-invalid", "null-mx"].map { Self.place("\($0).example") }
        let number = ["below": places[0], "above": places[0] + 1][share] ?? Int(share) ?? 0
        let site = try await PostfixWorldTests.Site(world, ["DEFER_FOR": "0", "ROLLOUT": "\(number)"])
        let codes = try await Self.codes(site, ["tlsa-invalid", "null-mx"])
        if let code { #expect(codes[0] == code) }
        #expect(codes == zip(places, ["550 5.7.323", "556 5.1.10"]).map { $0 < number ? $1 : "250" })
        for (place, domain) in zip(places, ["tlsa-invalid", "null-mx"]) where place >= number {
            #expect(
                await site.daemon.waitForOutput {
                    $0.contains("ruling=accept mode=enforce would=reject to=a@\(domain).example")
                })
        }
        #expect(await site.stop() == 0)
        await world.stop()
    }

    /// FNV-1a, as it is published.
    private static func place(_ name: String) -> Int {
        let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Int((hash ^ hash >> 32) % 100)
    }

    @Test func sendersDecide() async throws {
        let world = try await Self.world()
        let pilots = ["DEFER_FOR": "0", "ROLLOUT": "0", "ENFORCE_SENDERS": "pilot@example.org,.pilots.example,<>"]
        let site = try await PostfixWorldTests.Site(world, pilots.merging(["EXEMPT_SENDERS": "boss.example"]) { $1 })
        for (sender, code) in [
            ("pilot@example.org", "550 5.7.323"), ("Pilot@Example.org", "550 5.7.323"), ("other@example.org", "250"),
            ("x@a.pilots.example", "550 5.7.323"), ("x@pilots.example", "250"), ("", "550 5.7.323"),
        ] {
            #expect(
                try await Self.codes(site, from: sender, ["tlsa-invalid", "verified"]) == [code, "250"], "\(sender)")
        }
        let reloads = site.daemon.output.count(of: "event=reload result=ok")
        try Self.put("no-tlsa.example require\ntlsa-invalid.example enforce\n", in: world)
        #expect(
            await site.daemon.waitForOutput { $0.count(of: "event=reload result=ok") > reloads })
        // An address in MAIL is anybody's to claim: it does not lift what policy requires.
        #expect(
            try await Self.codes(site, from: "b@boss.example", ["tlsa-invalid", "no-tlsa"]) == ["250", "550 5.7.10"])
        #expect(await site.daemon.waitForOutput { $0.contains("passed=\"exempt sender\"") })
        #expect(await site.stop() == 0)
        let monitor = try await PostfixWorldTests.Site(world, pilots.merging(["MODE": "monitor"]) { $1 })
        #expect(try await Self.codes(monitor, from: "pilot@example.org", ["tlsa-invalid"]) == ["250"])
        #expect(await monitor.stop() == 0)
        await world.stop()
    }

    @Test func clientsAndLoginsDecide() async throws {
        let world = try await Self.world()
        let byClient = try await PostfixWorldTests.Site(
            world, ["DEFER_FOR": "0", "EXEMPT_CLIENTS": "127.0.0.1,2001:db8::/32"])
        world.names.clearQueries()
        #expect(try await Self.codes(byClient, ["tlsa-invalid"]) == ["250"])
        #expect(world.names.queries.allSatisfy { !$0.name.contains("tlsa-invalid") }, "it is not even looked at")
        #expect(await byClient.daemon.waitForOutput { $0.contains("passed=\"exempt client\"") })
        #expect(await byClient.stop() == 0)
        // XCLIENT tells Postfix another client and login, and those are told the milter.
        let site = try await PostfixWorldTests.Site(
            world, ["DEFER_FOR": "0", "EXEMPT_CLIENTS": "2001:db8::/32,192.0.2.0/24", "EXEMPT_AUTH": "alice"],
            extra: [
                "smtpd_authorized_xclient_hosts": "127.0.0.1", "mynetworks": "0.0.0.0/0, [::]/0",
                "inet_protocols": "all",
            ])
        for (attributes, code) in [
            ("ADDR=192.0.2.77", 250), ("ADDR=198.51.100.1", 550), ("ADDR=IPV6:2001:db8::5", 250),
            ("ADDR=198.51.100.1 LOGIN=alice", 250), ("ADDR=198.51.100.1 LOGIN=eve", 550),
        ] {
            let reply = try await onOwnThread { [port = site.postfix.port] in
                let client = try SMTPClient(port: port)
                try client.hello()
                let answer = try client.command("XCLIENT \(attributes)")
                guard answer.code == 220 else { throw WorldError("XCLIENT: \(answer)") }
                try client.hello()
                try client.mail()
                return try client.recipient("a@tlsa-invalid.example")
            }
            #expect(reply.code == code, "\(attributes): \(reply)")
        }
        #expect(await site.stop() == 0)
        await world.stop()
    }
}

extension String {
    /// How often a text stands in this one.
    func count(of text: String) -> Int { split(separator: text, omittingEmptySubsequences: false).count - 1 }
}
