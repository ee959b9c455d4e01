import DANE
import Foundation
import Testing
import World

/// What becomes of mail where the daemon, or its way to the hosts, is not there.
@Suite(.timeLimit(.minutes(5))) struct ServiceFailureTests {
    /// The reply to a recipient, or the one before it that refuses the client: which command it is Postfix decides.
    private static func reply(_ postfix: PostfixInstance, to recipient: String) async throws -> SMTPClient.Reply {
        try await onOwnThread { [port = postfix.port] in
            let client = try SMTPClient(port: port)
            for line in ["EHLO client.example", "MAIL FROM:<sender@example.org>"] {
                let reply = try client.command(line)
                if reply.code >= 400 { return reply }
            }
            return try client.recipient(recipient)
        }
    }

    private static func milter(_ action: String?, port: UInt16) -> String {
        action.map { "{ inet:127.0.0.1:\(port), default_action=\($0) }" } ?? "inet:127.0.0.1:\(port)"
    }

    @Test(
        .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"),
        arguments: [nil, "accept"])
    func aStoppedDaemonIsTheDefaultActionsAffair(action: String?) async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let port = try freePort()
        let settings = world.environment(["MILTER_SOCKET": "inet:\(port)@127.0.0.1"])
        let daemon = try await Danegate.start(environment: settings)
        let postfix = try await PostfixInstance(milter: Self.milter(action, port: port))
        #expect(try await Self.reply(postfix, to: "a@tlsa-invalid.example").enhanced == "4.7.323")
        #expect(await daemon.stop() == 0)
        for domain in world.domains {
            let reply = try await Self.reply(postfix, to: "a@\(domain.name)")
            if action == nil {
                #expect("\(reply)" == "451 4.7.1 Service unavailable - try again later", "\(reply)")
            } else {
                #expect(reply.code == 250, "\(reply)")
            }
        }
        #expect(postfix.log.contains("warning: connect to Milter service inet:127.0.0.1:\(port)"), "\(postfix.log)")
        // Back again, it is asked again, without anybody's doing.
        let next = try await Danegate.start(environment: settings)
        #expect(try await Self.reply(postfix, to: "a@tlsa-invalid.example").enhanced == "4.7.323")
        #expect(try await Self.reply(postfix, to: "a@verified.example").code == 250)
        await postfix.stop()
        #expect(await next.stop() == 0)
        await world.stop()
    }

    /// A client is in the middle of a message. Its next recipient gets Postfix's own answer, and so does the one after
    /// the restart.
    @Test(.enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
    func aKilledDaemonIsBackAtOnce() async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let directory = try ScratchDirectory("killed")
        chmod(directory.path, 0o755)
        let socket = directory.file("milter")
        let settings = world.environment(["MILTER_SOCKET": "unix:\(socket)", "MILTER_SOCKET_MODE": "0666"])
        let daemon = try await Danegate.start(environment: settings)
        let postfix = try await PostfixInstance(milter: "unix:\(socket)")
        let replies = try await onOwnThread { [port = postfix.port] in
            let client = try SMTPClient(port: port)
            try client.hello()
            try client.mail()
            var replies = [try client.recipient("a@verified.example")]
            daemon.signal(SIGKILL)
            // The socket is closed once the process is gone.
            while kill(daemon.pid, 0) == 0, daemon.status == nil { usleep(10_000) }
            replies.append(try client.recipient("b@verified.example"))
            return replies
        }
        #expect(replies[0].code == 250)
        #expect("\(replies[1])" == "451 4.7.1 Service unavailable - try again later", "\(replies[1])")
        #expect(await daemon.waitForEnd() != nil)
        // The socket that it left does not keep the next one from starting.
        #expect(FileManager.default.fileExists(atPath: socket))
        let next = try await Danegate.start(environment: settings)
        #expect(try await Self.reply(postfix, to: "a@verified.example").code == 250)
        #expect(try await Self.reply(postfix, to: "a@tlsa-invalid.example").enhanced == "4.7.323")
        await postfix.stop()
        #expect(await next.stop() == 0)
        await world.stop()
    }

    /// Port 25 is blocked: SYNs go unanswered. However long it lasts, nothing is proven. Domains without DANE are not
    /// concerned.
    @Test func aBlockedPortIsADoubt() async throws {
        let blocked = MailDomain("blocked", "unreachable", .unreachable) { draft in
            draft.mx(10, "mx")
            draft.record("mx A \(try draft.farm.addMute())")
            draft.publish([try await draft.chain().tlsa()])
        }
        let world = try await MailWorld([blocked, MailDomains.named("no-tlsa")])
        let gate = try await DaemonTests.Gate(
            world, ["DEFER_FOR": "0", "FAILURE_TTL": "0", "PROBE_CONNECT_TIMEOUT": "300ms", "PROBE_TIMEOUT": "1s"])
        for _ in 0..<3 {
            guard case .reply(let reply) = try await gate.answer("<a@blocked.example>") else {
                Issue.record("blocked.example passed")
                return
            }
            #expect(reply.hasPrefix("451 4.4.1 unreachable: blocked.example: "), "\(reply)")
            #expect(try await gate.answer("<a@no-tlsa.example>") == .continue)
        }
        // One domain is no reason to suspect oneself.
        #expect(!gate.daemon.output.contains("event=breaker"))
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Hosts that were in order can no longer be reached, all at once. That is this site's own trouble, and good
    /// verdicts still count.
    @Test func whereAllHostsFailTheBreakerOpens() async throws {
        let count = 24
        let domains = (0..<count).map { number in
            MailDomain("site\(number)", "V17", .verified) { draft in
                draft.zone.ttl = 1
                let chain = try await draft.chain()
                try await draft.host(.normal(chain), tlsa: chain.tlsa())
            }
        }
        let world = try await MailWorld(domains)
        let gate = try await DaemonTests.Gate(
            world,
            [
                "DEFER_FOR": "0", "CACHE_MIN_TTL": "0", "CACHE_MAX_TTL": "1s", "CACHE_STALE_TTL": "1s",
                "PROBE_TTL": "0", "FAILURE_TTL": "0", "PROBE_PER_HOUR": "0",
            ])
        for domain in domains { #expect(try await gate.answer("<a@\(domain.name)>") == .continue) }
        #expect(!gate.daemon.output.contains("event=breaker"))
        await world.hosts.stop()
        let isOpen = try await eventually(within: .seconds(120)) {
            for domain in domains {
                // A good verdict may serve on; what is not known to be good is a doubt.
                guard case .reply(let reply) = try await gate.answer("<b@\(domain.name)>") else { continue }
                #expect(reply.hasPrefix("451 4.4."), "\(reply)")
            }
            return gate.daemon.output.contains("event=breaker state=open cause=failures")
        }
        #expect(isOpen, "\(gate.daemon.output.suffix(2000))")
        for domain in domains.prefix(3) {
            guard case .reply(let reply) = try await gate.answer("<c@\(domain.name)>") else { continue }
            #expect(reply.hasPrefix("451 4.4.3 dns-unavailable") || reply.hasPrefix("451 4.4.1"), "\(reply)")
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The name servers of one domain never answer: it is put off, however old that is, and others do not notice.
    @Test func aDomainWhoseNameServersAreDownIsPutOffAlone() async throws {
        let down = MailDomain("down", "V1", .dnsUnavailable) { draft in draft.dead = ["down.example"] }
        let world = try await MailWorld([down, MailDomains.named("verified")])
        let gate = try await DaemonTests.Gate(
            world, ["DEFER_FOR": "0", "FAILURE_TTL": "0", "DNS_TIMEOUT": "500ms"])
        for _ in 0..<3 {
            async let other = gate.answer("<a@verified.example>")
            guard case .reply(let reply) = try await gate.answer("<a@down.example>") else {
                Issue.record("down.example passed")
                return
            }
            #expect(reply.hasPrefix("451 4.4.3 dns-unavailable: down.example: "), "\(reply)")
            #expect(try await other == .continue)
        }
        #expect(!gate.daemon.output.contains("event=breaker"))
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
