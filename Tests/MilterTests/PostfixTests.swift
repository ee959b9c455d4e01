import Foundation
import Testing
import World

@Suite(
    "Behind a real Postfix", .timeLimit(.minutes(3)),
    .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct PostfixTests {
    @Test("of one message, one recipient is rejected, one deferred, one accepted")
    func recipients() async throws {
        let daemon = try await TestDaemon("mode=666")
        let postfix = try await PostfixInstance(milter: "unix:\(daemon.socket)")
        let replies = try await postfix.session { client in
            try client.mail()
            let replies = try ["reject", "tempfail", "fine", "reject"].map { try client.recipient("\($0)@example.com") }
            return replies + [try client.data(), try client.quit()]
        }
        #expect(
            replies.prefix(2).map(\.description) == [
                "550 5.7.323 rejected for 1", "451 4.7.324 deferred for 2",
            ])
        #expect(replies[2].code == 250)
        #expect(replies[3].description == "550 5.7.323 rejected for 4")
        #expect(replies[4].code == 250)
        #expect(try await eventually { postfix.log.contains("milter-reject: RCPT from") })
        #expect(postfix.log.contains("NOQUEUE: milter-reject: RCPT from"))
        #expect(!postfix.log.contains("warning"), "\(postfix.log)")
        await postfix.stop()
        #expect(await daemon.process.stop() == 0)
    }

    /// Settings of main.cf, transports, the recipient, and what the macros say of it.
    static let routes: [(extra: [String: String], transports: [String: String], recipient: String, macros: String)] = [
        ([:], [:], "echo@local.example", "mailer=local host=mta.example addr=echo@local.example"),
        ([:], [:], "echo@far.example", "mailer=smtp host=far.example addr=echo@far.example"),
        (
            ["relayhost": "relay.example"], [:], "echo@far.example",
            "mailer=smtp host=relay.example addr=echo@far.example"
        ),
        (
            ["relayhost": "[mx.relay.example]:2525"], [:], "echo@far.example",
            "mailer=smtp host=[mx.relay.example]:2525 addr=echo@far.example"
        ),
        ([:], [:], "echo@[192.0.2.1]", "mailer=smtp host=[192.0.2.1] addr=echo@[192.0.2.1]"),
        ([:], ["far.example": "smtp:[in.example]:26"], "echo@far.example", "mailer=smtp host=[in.example]:26 addr="),
        ([:], ["far.example": "lmtp:unix:private/x"], "echo@far.example", "mailer=lmtp host=unix:private/x addr="),
        ([:], ["far.example": "relay:"], "echo@far.example", "mailer=relay host=far.example addr="),
        (["relay_domains": "far.example"], [:], "echo@far.example", "mailer=relay host=far.example addr="),
        ([:], [:], "echo@FAR.Example.", "mailer=smtp host=FAR.Example addr=echo@far.example"),
        ([:], [:], "echo%far.example@local.example", "mailer=smtp host=far.example addr=echo@far.example"),
        ([:], [:], "@a.example,@b.example:echo@far.example", "mailer=smtp host=far.example addr=echo@far.example"),
        // What cleanup(8) rewrites is as typed when a milter is asked.
        (
            ["virtual_alias_maps": "inline:{ { echo@far.example = someone@else.example } }"], [:], "echo@far.example",
            "mailer=smtp host=far.example addr=echo@far.example"
        ),
        (
            ["recipient_canonical_maps": "inline:{ { echo@far.example = someone@else.example } }"], [:],
            "echo@far.example", "mailer=smtp host=far.example addr=echo@far.example"
        ),
        (
            ["canonical_maps": "inline:{ { @far.example = @else.example } }"], [:], "echo@far.example",
            "mailer=smtp host=far.example addr=echo@far.example"
        ),
        (
            ["virtual_alias_maps": "inline:{ { @far.example = @else.example } }"], [:], "echo@far.example",
            "mailer=smtp host=far.example addr=echo@far.example"
        ),
        (
            [
                "virtual_alias_maps": "inline:{ { echo@far.example = someone@else.example } }",
                "virtual_alias_domains": "far.example",
            ], [:], "echo@far.example",
            "mailer=error host=5.1.1 User unknown in virtual alias table addr=echo@far.example"
        ),
        // What trivial-rewrite(8) makes of an address is told.
        (["append_dot_mydomain": "yes"], [:], "echo@far", "mailer=smtp host=far.example addr=echo@far.example"),
    ]

    @Test("the next hop is told without any setting of macros", arguments: routes.indices)
    func routing(index: Int) async throws {
        let route = Self.routes[index]
        let daemon = try await TestDaemon("mode=666")
        let postfix = try await PostfixInstance(
            milter: "unix:\(daemon.socket)", extra: route.extra, transports: route.transports)
        let reply = try await postfix.session { client in
            try client.mail("")
            let reply = try client.recipient(route.recipient)
            try client.quit()
            return reply
        }
        print("postfix \(route.extra) \(route.transports) \(route.recipient): \(reply)")
        #expect(reply.text.contains(route.macros), "\(reply)")
        #expect(reply.text.contains("from=<> "))
        #expect(reply.text.contains("i=- client=127.0.0.1"))
        #expect(reply.text.contains("simulated=false"))
        await postfix.stop()
        await daemon.process.stop()
    }

    @Test("UTF-8 recipients arrive as typed")
    func utf8() async throws {
        let daemon = try await TestDaemon("mode=666")
        let postfix = try await PostfixInstance(milter: "unix:\(daemon.socket)")
        let code = try await postfix.session { client in
            try client.mail("sender@example.org", "SMTPUTF8")
            return try client.recipient("say@münchen.example", "NOTIFY=NEVER").code
        }
        #expect(code == 250)
        #expect(try await eventually { daemon.process.output.contains("event ") })
        print("postfix utf8: \(daemon.process.output)")
        #expect(daemon.process.output.contains("to=<say@münchen.example>"))
        #expect(daemon.process.output.contains("parameters=[\"NOTIFY=NEVER\"]"))
        await postfix.stop()
        await daemon.process.stop()
    }

    @Test("mail that comes by sendmail(1) is shown as simulated under non_smtpd_milters")
    func simulated() async throws {
        let daemon = try await TestDaemon("mode=666")
        let postfix = try await PostfixInstance(
            milter: "", extra: ["non_smtpd_milters": "unix:\(daemon.socket)"])
        let sent = try await ChildProcess.run(
            "/usr/sbin/sendmail", ["-C", postfix.configuration, "-i", "say@far.example"])
        #expect(sent.status == 0, "\(sent.output)")
        #expect(try await eventually { daemon.process.output.contains("event ") }, "\(postfix.log)")
        print("postfix simulated: \(daemon.process.output)")
        #expect(daemon.process.output.contains("simulated=true"))
        await postfix.stop()
        await daemon.process.stop()
    }

    @Test("a chrooted smtpd finds the socket below the queue directory")
    func chroot() async throws {
        let postfix = try await PostfixInstance(milter: "unix:gate/milter.sock", chroot: true)
        try FileManager.default.createDirectory(atPath: postfix.queueFile("gate"), withIntermediateDirectories: false)
        let process = try await TestDaemon.process(
            ["unix:\(postfix.queueFile("gate/milter.sock"))", "mode=660", "group=postfix"])
        #expect(await process.waitForOutput { $0.contains("ready\n") })
        let reply = try await postfix.session { client in
            try client.mail()
            return try client.recipient("reject@example.com")
        }
        #expect(reply.description == "550 5.7.323 rejected for 1", "\(reply) \(postfix.log)")
        await postfix.stop()
        #expect(await process.stop() == 0)
    }

    @Test("several instances run at once, and a milter that is gone is Postfix's default action")
    func many() async throws {
        let daemon = try await TestDaemon("mode=666")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    let postfix = try await PostfixInstance(milter: "unix:\(daemon.socket)")
                    let reply = try await postfix.session { client in
                        try client.mail()
                        return try client.recipient("reject@example.com")
                    }
                    #expect(reply.code == 550)
                    await postfix.stop()
                }
            }
            try await group.waitForAll()
        }
        await daemon.process.stop()
        let postfix = try await PostfixInstance(milter: "unix:\(daemon.socket)")
        let reply = try await postfix.session { client in
            return try client.mail()
        }
        #expect(reply.code == 451 && reply.enhanced == "4.7.1", "\(reply)")
        await postfix.stop()
    }
}
