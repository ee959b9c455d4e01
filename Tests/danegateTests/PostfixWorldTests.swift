import Foundation
import RuleMarks
import Testing
import World

/// A real danegate behind a real Postfix, for every domain of the world.
@Suite(
    .timeLimit(.minutes(10)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct PostfixWorldTests {
    /// danegate and Postfix, side by side.
    struct Site: Sendable {
        let daemon: ChildProcess
        let postfix: PostfixInstance

        init(_ world: MailWorld, _ settings: [String: String] = [:], extra: [String: String] = [:]) async throws {
            let port = try freePort()
            let socket = ["MILTER_SOCKET": "inet:\(port)@127.0.0.1"]
            daemon = try await Danegate.start(environment: world.environment(socket.merging(settings) { $1 }))
            postfix = try await PostfixInstance(milter: "inet:127.0.0.1:\(port)", extra: extra)
        }

        /// The replies to RCPT for the recipients of one message.
        func replies(_ recipients: String...) async throws -> [SMTPClient.Reply] {
            try await onOwnThread { [port = postfix.port] in
                let client = try SMTPClient(port: port)
                try client.hello()
                try client.mail()
                defer { _ = try? client.quit() }
                return try recipients.map { try client.recipient($0) }
            }
        }

        /// Ends both; returns the daemon's exit status.
        func stop() async -> Int32? {
            await postfix.stop()
            return await daemon.stop()
        }
    }

    @Test(.rules(MailDomains.all.flatMap(\.rules))) func everyDomainIsRuledAtRCPT() async throws {
        let world = try await MailWorld(MailDomains.all)
        let site = try await Site(world, ["DEFER_FOR": "0"])
        let replies = try await withThrowingTaskGroup(of: (String, SMTPClient.Reply).self) { group in
            var seen: [String: SMTPClient.Reply] = [:]
            var rest = world.domains[...]
            // No more at once than two cores can probe without anyone's patience being tried.
            for _ in 0..<12 { group.addNext(&rest, site) }
            while let (name, reply) = try await group.next() {
                seen[name] = reply
                group.addNext(&rest, site)
            }
            return seen
        }
        for domain in world.domains {
            guard let reply = replies[domain.name] else {
                Issue.record("no reply for \(domain.name)")
                continue
            }
            let codes = "\(reply.code) \(reply.enhanced)"
            #expect(domain.codes.map { $0 == codes } ?? (reply.code == 250), "\(domain.name) (\(domain.row)): \(reply)")
            #expect(reply.text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        }
        // One line a recipient, no more; the reply does not wait for it.
        let isRuling: @Sendable (Substring) -> Bool = { $0.withoutTime.hasPrefix("ruling=") }
        let count = world.domains.count
        await site.daemon.waitForOutput { $0.split(separator: "\n").count(where: isRuling) >= count }
        #expect(site.daemon.output.split(separator: "\n").count(where: isRuling) == count)
        #expect(await site.stop() == 0)
        await world.stop()
    }

    @Test func eachRecipientOfAMessageIsJudgedAlone() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified", "no-tlsa"].map(MailDomains.named))
        let atOnce = try await Site(world, ["DEFER_FOR": "0"])
        let first = try await atOnce.replies("a@tlsa-invalid.example", "b@verified.example", "c@tlsa-invalid.example")
        #expect(first.map(\.code) == [550, 250, 550])
        #expect(first[0].enhanced == "5.7.323")
        #expect(first[0].text.contains("tlsa-invalid: tlsa-invalid.example: "))
        #expect(await atOnce.stop() == 0)

        let later = try await Site(world, ["DEFER_FOR": "15m"])
        let second = try await later.replies("a@tlsa-invalid.example", "b@verified.example")
        #expect(second.map(\.code) == [451, 250])
        #expect(second[0].enhanced == "4.7.323")
        // The reply's id finds the log line.
        let id = second[0].text.split(separator: "[").last?.prefix(26) ?? "none"
        #expect(await later.daemon.waitForOutput { $0.contains("trace=\(id)") })
        #expect(await later.stop() == 0)
        await world.stop()
    }

    @Test func aLocalRecipientCausesNoDNSQuery() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await Site(world)
        world.names.clearQueries()
        let replies = try await site.replies("someone@local.example", "postmaster", "x@[192.0.2.1]")
        #expect(replies.map(\.code) == [250, 250, 250])
        #expect(world.names.queries.isEmpty, "\(world.names.queries)")
        #expect(await site.stop() == 0)
        await world.stop()
    }

    @Test(.rules("D-64")) func monitoringRefusesNobodyAndLogsWhatItWould() async throws {
        let world = try await MailWorld(["tlsa-invalid", "null-mx", "verified"].map(MailDomains.named))
        let site = try await Site(world, ["MODE": "monitor"])
        let replies = try await site.replies("a@tlsa-invalid.example", "a@null-mx.example", "a@verified.example")
        #expect(replies.map(\.code) == [250, 250, 250])
        #expect(
            await site.daemon.waitForOutput {
                $0.contains("ruling=accept mode=monitor would=tempfail to=a@tlsa-invalid.example")
                    && $0.contains("ruling=accept mode=monitor would=reject to=a@null-mx.example")
                    && $0.contains("ruling=accept mode=monitor to=a@verified.example")
            }, "\(site.daemon.output)")
        #expect(await site.stop() == 0)
        await world.stop()
    }

    @Test(.rules("D-38")) func aRelayhostIsTheNextHop() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let relay = ["relayhost": "[mx.verified.example]:\(world.hosts.port)"]
        let byHop = try await Site(world, ["DEFER_FOR": "0"], extra: relay)
        #expect(try await byHop.replies("a@tlsa-invalid.example").map(\.code) == [250])
        #expect(await byHop.daemon.waitForOutput { $0.contains("domain=mx.verified.example outcome=verified") })
        #expect(await byHop.stop() == 0)
        let byAddress = try await Site(world, ["DEFER_FOR": "0", "ROUTE": "recipient"], extra: relay)
        #expect(try await byAddress.replies("a@tlsa-invalid.example").map(\.enhanced) == ["5.7.323"])
        #expect(await byAddress.stop() == 0)
        await world.stop()
    }

    @Test(.rules("I-04")) func anOddAddressHasACleanReply() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await Site(world, extra: ["smtputf8_enable": "yes"])
        let label = String(repeating: "a", count: 300)
        let replies = try await onOwnThread { [port = site.postfix.port] in
            let client = try SMTPClient(port: port)
            try client.hello()
            try client.mail("sender@example.org", "SMTPUTF8")
            let recipients = [
                "x@\(label).example", "\"a b\"@verified.example", "a%b@verified.example", "x@b\u{FC}cher.example",
            ]
            return try recipients.map { try client.recipient($0) }
        }
        // Postfix itself refuses the first one, or hands it on to us: in any case it is no domain.
        #expect(replies[0].code / 100 == 5, "\(replies[0])")
        #expect(replies[1].code == 250, "\(replies[1])")
        #expect(replies[2].code == 250, "\(replies[2])")
        #expect("\(replies[3])".hasPrefix("550 5.1.2 no-such-domain: xn--bcher-kva.example: "), "\(replies[3])")
        #expect(await site.stop() == 0)
        await world.stop()
    }
}

extension ThrowingTaskGroup where ChildTaskResult == (String, SMTPClient.Reply), Failure == any Error {
    /// Asks for the next domain, on a connection of its own.
    fileprivate mutating func addNext(_ rest: inout ArraySlice<MailDomain>, _ site: PostfixWorldTests.Site) {
        guard let domain = rest.popFirst() else { return }
        addTask { (domain.name, try await site.replies("user@\(domain.name)")[0]) }
    }
}
