import Foundation
import Testing
import World

/// The query socket of a running daemon: one question and one answer, and Postfix's policy delegation.
@Suite(.timeLimit(.minutes(5))) struct QueryWorldTests {
    private static let labels = ["verified", "tlsa-invalid", "null-mx", "no-tlsa", "stalling-at-starttls"]

    /// A daemon with a query socket.
    struct Site: Sendable {
        let gate: DaemonTests.Gate
        let socket: String
        private let directory: ScratchDirectory

        init(_ world: MailWorld, _ settings: [String: String] = [:]) async throws {
            directory = try ScratchDirectory("query")
            socket = directory.file("query.sock")
            gate = try await DaemonTests.Gate(world, settings.merging(["QUERY_SOCKET": "unix:\(socket)"]) { $1 })
        }

        func ask(_ line: String, halfClosed: Bool = true) async throws -> String {
            try await onOwnThread { [socket] in try DoorClient.query(line, at: socket, halfClosed: halfClosed) }
        }
    }

    @Test func eachQuestionHasItsAnswer() async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        let site = try await Site(world, ["DEFER_FOR": "0s", "MILTER_DEADLINE": "2s"])
        let rows: [(line: String, answer: String)] = [
            ("check user@verified.example\n", "accept\n"),
            ("check verified.example\n", "accept\n"),
            ("check user@tlsa-invalid.example\n", "reject 550 5.7.323 tlsa-invalid: tlsa-invalid.example: "),
            ("check tlsa-invalid.example\r\n", "reject 550 5.7.323 "),
            // Without an end, if the client says no more.
            ("check user@tlsa-invalid.example", "reject 550 5.7.323 "),
            ("check user@null-mx.example\n", "reject 556 5.1.10 "),
            ("check user@no-tlsa.example from=<> client=192.0.2.9 auth=\n", "accept\n"),
            ("check user@stalling-at-starttls.example\n", "tempfail 451 4.7.0 pending: "),
            // Behind a next hop of this site's own nobody is refused for good.
            ("check tlsa-invalid.example to=user@no-tlsa.example\n", "tempfail 451 4.7.323 "),
            ("check postmaster@tlsa-invalid.example\n", "accept\n"),
            ("check user+tag@tlsa-invalid.example from=a+2Bb@example.org\n", "reject 550 5.7.323 "),
            ("check user@[192.0.2.1]\n", "accept\n"), ("check 192.0.2.1\n", "accept\n"),
            ("check user@no..name\n", "reject 550 5.1.2 "),
            // What is no question.
            ("check2 verified.example\n", "tempfail 451 4.3.5 "), ("\n", "tempfail 451 4.3.5 "),
            ("", "tempfail 451 4.3.5 "),
            ("check\n", "tempfail 451 4.3.5 "), ("check verified.example from\n", "tempfail 451 4.3.5 "),
            ("check verified.example colour=red\n", "tempfail 451 4.3.5 "),
            ("check verified.example from=a@b from=c@d\n", "tempfail 451 4.3.5 "),
            ("check verified.example from=\"a b\"@c client=192.0.2.1\n", "tempfail 451 4.3.5 "),
            ("check verified.example from=a+2\n", "tempfail 451 4.3.5 "),
            ("check verified.example client=nobody\n", "tempfail 451 4.3.5 "),
            ("check user@verified.example\0\n", "tempfail 451 4.3.5 "),
            ("check \(String(repeating: "a", count: 600)).example\n", "tempfail 451 4.3.5 the query is longer"),
            (String(repeating: "x", count: 100_000), "tempfail 451 4.3.5 the query is longer"),
        ]
        for row in rows {
            for halfClosed in row.line.hasSuffix("\n") ? [true, false] : [true] {
                let answer = (try? await site.ask(row.line, halfClosed: halfClosed)) ?? "no answer"
                #expect(answer.hasPrefix(row.answer), "\(row.line.prefix(80)): \(answer)")
                #expect(answer.utf8.count <= 512 && answer.hasSuffix("\n"), "\(answer)")
            }
        }
        let lines = site.gate.daemon.output
        #expect(lines.contains(" via=query"))
        #expect(lines.contains("to=user@tlsa-invalid.example domain=tlsa-invalid.example"))
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// What exempts in the milter exempts here, and a value cannot pass for another.
    @Test func sendersClientsAndNamesCount() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let site = try await Site(
            world,
            [
                "DEFER_FOR": "0s", "EXEMPT_SENDERS": "boss@example.org", "EXEMPT_CLIENTS": "192.0.2.0/24",
                "EXEMPT_AUTH": "admin",
            ])
        let rows: [(String, Bool)] = [
            ("", false), (" from=boss@example.org", true), (" from=other@example.org", false),
            (" client=192.0.2.7", true), (" client=198.51.100.7", false), (" auth=admin", true), (" auth=user", false),
            (" from=+22x+20client=192.0.2.7+22@example.net", false),
        ]
        for (values, passes) in rows {
            let answer = try await site.ask("check user@tlsa-invalid.example\(values)\n")
            #expect(answer.hasPrefix(passes ? "accept" : "reject 550 5.7.323"), "\(values): \(answer)")
        }
        await world.stop()
    }

    private static func request(_ recipient: String, _ more: [String] = []) -> String {
        let lines = [
            "request=smtpd_access_policy", "protocol_state=RCPT", "protocol_name=ESMTP", "client_address=192.0.2.9",
            "client_name=client.example.org", "sender=a@example.org", "recipient=\(recipient)", "recipient_count=0",
            "queue_id=4XyZ", "instance=1.2.3", "size=0", "sasl_username=", "ccert_subject=CN=anything \u{e9}",
        ]
        return (lines + more).map { "\($0)\n" }.joined() + "\n"
    }

    @Test func policyDelegationIsAnsweredOnOneConnection() async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        let site = try await Site(world, ["DEFER_FOR": "0s", "MILTER_DEADLINE": "2s"])
        let rows: [(request: String, action: String)] = [
            (Self.request("user@verified.example"), "DUNNO"),
            (Self.request("user@tlsa-invalid.example"), "550 5.7.323 tlsa-invalid: "),
            (Self.request("user@stalling-at-starttls.example"), "451 4.7.0 pending: "),
            (Self.request("user@no-tlsa.example", ["policy_context=nexthop=tlsa-invalid.example"]), "451 4.7.323 "),
            (Self.request("user@no-tlsa.example", ["policy_context="]), "DUNNO"),
            (
                Self.request("user@tlsa-invalid.example").replacing("protocol_state=RCPT", with: "protocol_state=DATA"),
                "DUNNO"
            ),
            (
                Self.request("user@tlsa-invalid.example", ["stress=" + String(repeating: "x", count: 5000)]),
                "550 5.7.323"
            ),
        ]
        let socket = site.socket
        let answers = try await onOwnThread {
            let client = try DoorClient(socket)
            var answers: [String?] = []
            for row in rows {
                try client.send(row.request)
                answers.append(try client.paragraph())
            }
            // All at once: each has its answer, in order.
            for row in rows { try client.send(row.request) }
            for _ in rows { answers.append(try client.paragraph()) }
            return answers
        }
        for (row, answer) in zip(rows + rows, answers) {
            #expect(answer?.hasPrefix("action=\(row.action)") == true, "\(row.request): \(answer ?? "closed")")
        }
        #expect(site.gate.daemon.output.contains(" via=policy"))
        await world.stop()
    }

    @Test(arguments: [
        "request=junk\n\n", "request=smtpd_access_policy\nrequest=smtpd_access_policy\n\n",
        "request=smtpd_access_policy\nno attribute\n\n",
        "request=smtpd_access_policy\nstress=" + String(repeating: "x", count: 70_000) + "\n\n",
    ])
    func whatIsNoRequestIsPutOff(request: String) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await Site(world)
        let answer = (try? await site.ask(request)) ?? ""
        #expect(answer.hasPrefix("action=451 4.3.5 "), "\(answer)")
        await world.stop()
    }

    /// Clients that say nothing, or little by little, keep nobody else from an answer.
    @Test func silentClientsCostOthersNothing() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await Site(world)
        let socket = site.socket
        try await onOwnThread {
            var silent: [DoorClient] = []
            for number in 0..<1000 {
                guard let client = try? DoorClient(socket) else { continue }
                if number % 2 == 0 { _ = try? client.send("check verif") }
                silent.append(client)
                guard number % 50 == 49 else { continue }
                let answer = try DoorClient.query("check user@verified.example\n", at: socket)
                #expect(answer == "accept\n")
            }
        }
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func anAddressThatOthersReachIsRefused() async throws {
        let (status, output) = try await Danegate.run(
            ["settings"], environment: ["DANEGATE_QUERY_SOCKET": "inet:3294@0.0.0.0"])
        #expect(status == 78 && output.contains("loopback"), "\(output)")
    }
}
