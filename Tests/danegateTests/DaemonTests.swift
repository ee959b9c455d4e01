import Foundation
import RuleMarks
import Testing
import World

/// The daemon as a process, asked over the milter protocol.
@Suite(.timeLimit(.minutes(5))) struct DaemonTests {
    /// A daemon on a socket of its own.
    struct Gate: Sendable {
        let daemon: ChildProcess
        let socket: String
        private let directory: ScratchDirectory

        /// - Parameters:
        ///   - settings: Settings, without their prefix.
        ///   - others: Variables that are no settings.
        ///   - wrapper: A program and its arguments, which runs the daemon.
        init(
            _ world: MailWorld, _ settings: [String: String] = [:], _ others: [String: String] = [:],
            wrapper: [String] = []
        ) async throws {
            directory = try ScratchDirectory("gate")
            socket = directory.file("milter.sock")
            // State of its own: what a daemon of the same world has found out is not known to this one.
            let own = ["MILTER_SOCKET": "unix:\(socket)", "STATE_DIRECTORY": directory.path]
            let environment = world.environment(own.merging(settings) { $1 })
            daemon = try await Danegate.start(environment: environment.merging(others) { $1 }, wrapper: wrapper)
        }

        /// The answers to RCPT for the recipients of one message, given as bytes.
        func answers(_ recipients: [[UInt8]], macros: [String: String] = [:]) async throws -> [MilterClient.Answer] {
            try await onOwnThread { [socket] in
                let client = try MilterClient(socket, timeout: .seconds(60))
                try client.open()
                try client.mail()
                let answers = try recipients.map { try client.recipient([$0], macros: macros) }
                try client.quit()
                return answers
            }
        }

        /// The answer to RCPT for one recipient.
        func answer(_ recipient: String, macros: [String: String] = [:]) async throws -> MilterClient.Answer {
            try await answers([Array(recipient.utf8)], macros: macros)[0]
        }
    }

    @Test(.rules("D-21", "I-01")) func addressesOfAnyBytesHaveADefinedAnswer() async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let gate = try await Gate(world)
        let impossible = "550 5.1.2 no-such-domain: the address"
        let cases: [([UInt8], String?)] = [
            (Array("<user>".utf8), nil), (Array("<>".utf8), nil), ([], nil), (Array("<user@[192.0.2.1]>".utf8), nil),
            (Array("<user@[IPv6:::1]>".utf8), nil), (Array("<\"a@b\\\"\"@verified.example>".utf8), nil),
            (Array("<a%nb@verified.example>".utf8), nil),
            (Array("<user@\(String(repeating: "a", count: 300)).example>".utf8), impossible),
            (Array("<user@\(String(repeating: "a.", count: 400))example>".utf8), impossible),
            (Array("<user@%s%n.example>".utf8), impossible), (Array("<user@a\r\n250 ok.example>".utf8), impossible),
            (Array("<user@\"quoted\".example>".utf8), impossible),
            (Array("<user@".utf8) + [0xFF, 0xC0, 0x3E], impossible),
            (Array("<user@tlsa-invälid.example>".utf8), "550 5.1.2 no-such-domain: xn--"),
            (Array(repeating: 0x40, count: 5000), impossible),
            (Array("<user@TLSA-Invalid.Example.>".utf8), "451 4.7.323 tlsa-invalid"),
        ]
        let answers = try await gate.answers(cases.map(\.0))
        for ((recipient, expected), answer) in zip(cases, answers) {
            let shown = String(decoding: recipient.prefix(80), as: UTF8.self)
            guard let expected else {
                #expect(answer == .continue, "\(shown)")
                continue
            }
            guard case .reply(let reply) = answer else {
                Issue.record("\(shown): \(answer)")
                continue
            }
            #expect(reply.hasPrefix(expected), "\(shown): \(reply)")
            #expect(
                reply.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") } && reply.utf8.count <= 400)
        }
        let lines = gate.daemon.output.split(separator: "\n")
        #expect(lines.map(\.withoutTime).allSatisfy { $0.hasPrefix("ruling=") || $0.hasPrefix("event=") }, "\(lines)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func macrosDecideTheRoute() async throws {
        let world = try await MailWorld(["verified", "tlsa-invalid"].map(MailDomains.named))
        let gate = try await Gate(world)
        let smtp = ["{rcpt_mailer}": "smtp", "{rcpt_host}": "verified.example"]
        #expect(try await gate.answer("<a@tlsa-invalid.example>", macros: smtp) == .continue)
        let local = ["{rcpt_mailer}": "local", "{rcpt_host}": "tlsa-invalid.example"]
        #expect(try await gate.answer("<a@tlsa-invalid.example>", macros: local) == .continue)
        #expect(try await gate.answer("<postmaster@tlsa-invalid.example>") == .continue)
        #expect(try await gate.answer("<a@tlsa-invalid.example>") != .continue)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func aSlowHostIsPendingAndKnownLater() async throws {
        let world = try await MailWorld([MailDomains.named("stalling-at-starttls")])
        let gate = try await Gate(world, ["MILTER_DEADLINE": "50ms", "PROBE_TIMEOUT": "1s"])
        guard case .reply(let first) = try await gate.answer("<a@stalling-at-starttls.example>") else {
            Issue.record("no reply")
            return
        }
        #expect(first.hasPrefix("451 4.7.0 pending"))
        // The inspection goes on, and its verdict answers a later try.
        let isKnown = try await eventually(within: .seconds(60)) {
            guard case .reply(let later) = try await gate.answer("<a@stalling-at-starttls.example>") else {
                return false
            }
            return later.hasPrefix("451 4.4.1 unreachable")
        }
        #expect(isKnown)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func aVerdictIsKept() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let gate = try await Gate(world)
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        world.names.clearQueries()
        #expect(try await gate.answer("<b@verified.example>") == .continue)
        #expect(world.names.queries.isEmpty)
        #expect(await gate.daemon.waitForOutput { $0.contains("to=b@verified.example") && $0.contains("cached=yes") })
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test(.rules("D-01")) func aResolverThatDoesNotValidateMakesNoVerdict() async throws {
        let world = try await MailWorld(["verified", "mx-expired", "no-tlsa"].map(MailDomains.named))
        let wrong = try ScratchDirectory("anchor")
        let anchor = try wrong.write(
            ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n", to: "root.key")
        let gate = try await Gate(world, ["DNS_TRUST_ANCHOR": anchor])
        #expect(await gate.daemon.waitForOutput { $0.contains("event=resolver-down") })
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=trust-anchor") })
        for domain in world.domains {
            guard case .reply(let reply) = try await gate.answer("<a@\(domain.name)>") else {
                Issue.record("\(domain.name) passed")
                continue
            }
            #expect(reply.hasPrefix("451 4.4.3 dns-unavailable"), "\(reply)")
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func sigtermDeliversTheReplyUnderWay() async throws {
        let world = try await MailWorld([MailDomains.named("silent")])
        let gate = try await Gate(world, ["MILTER_DEADLINE": "2s", "PROBE_TIMEOUT": "30s"])
        async let answer = gate.answer("<a@silent.example>")
        // The inspection is under way: the recipient waits for it.
        let isAsked = try await eventually {
            world.names.queries.contains { $0.type == "TLSA" && $0.name.hasSuffix("silent.example") }
        }
        #expect(isAsked)
        gate.daemon.signal(SIGTERM)
        #expect(await gate.daemon.waitForEnd() == 0)
        guard case .reply(let reply) = try await answer else {
            Issue.record("no reply")
            return
        }
        #expect(reply.hasPrefix("451 4.7.0 pending"))
        #expect(!FileManager.default.fileExists(atPath: gate.socket))
        #expect(gate.daemon.output.contains("event=stop reason=SIGTERM"))
        await world.stop()
    }

    @Test func twoHundredHangupsEndNothing() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let gate = try await Gate(world)
        for number in 0..<200 {
            gate.daemon.signal(SIGHUP)
            if number % 20 == 0 { #expect(try await gate.answer("<a@verified.example>") == .continue) }
        }
        #expect(await gate.daemon.waitForOutput { $0.contains("event=reload result=ok") })
        // A signal that libmilter had taken would end it up to five seconds later.
        #expect(try await !eventually(within: .seconds(6)) { gate.daemon.status != nil })
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func thePolicyFileIsReadAgainWhenItChanges() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let gate = try await Gate(world, ["DEFER_FOR": "0"])
        #expect(try await gate.answer("<a@tlsa-invalid.example>") != .continue)
        try Data("tlsa-invalid.example exempt reason=\"known\"\n".utf8).write(to: URL(fileURLWithPath: world.policies))
        #expect(await gate.daemon.waitForOutput { $0.contains("event=reload result=ok policies=1") })
        #expect(try await gate.answer("<a@tlsa-invalid.example>") == .continue)
        try Data("nonsense\n".utf8).write(to: URL(fileURLWithPath: world.policies))
        #expect(await gate.daemon.waitForOutput { $0.contains("result=kept-old") })
        #expect(try await gate.answer("<a@tlsa-invalid.example>") == .continue)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func aSettingDecidesAnOutcomesRuling() async throws {
        let world = try await MailWorld(["tlsa-invalid", "null-mx"].map(MailDomains.named))
        let settings = [
            "ON_TLSA_INVALID": "accept", "ON_NULL_MX": "tempfail", "HELP_URL": "https://help.example/%c?%d",
        ]
        let gate = try await Gate(world, settings)
        #expect(try await gate.answer("<a@tlsa-invalid.example>") == .continue)
        guard case .reply(let reply) = try await gate.answer("<a@null-mx.example>") else {
            Issue.record("no reply")
            return
        }
        #expect(
            reply.hasPrefix("451 4.1.10 null-mx: ") && reply.hasSuffix("https://help.example/4.1.10?null-mx.example"))
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test(arguments: ["run", "check"])
    func aResolverThatCannotStartEndsTheStart(command: String) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let directory = try ScratchDirectory("nonsense")
        let text = try String(contentsOfFile: world.names.configurationPath, encoding: .utf8)
        let settings = [
            "DNS_CONFIG": try directory.write("server:\n    module-config: \"nonsense\"\n\(text)", to: "unbound.conf"),
            "MILTER_SOCKET": "unix:\(directory.file("milter"))",
        ]
        let arguments = command == "check" ? ["check", "verified.example"] : [command]
        let (status, output) = try await Danegate.run(arguments, environment: world.environment(settings))
        #expect(status == 78, "\(output)")
        #expect(output.contains("danegate: libunbound cannot start with these settings"))
        await world.stop()
    }

    @Test func itTellsSystemdWhenItIsReady() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let directory = try ScratchDirectory("notify")
        let listener = try NotifySocket(directory.file("notify"))
        var environment = world.environment(["MILTER_SOCKET": "unix:\(directory.file("milter"))"])
        environment["NOTIFY_SOCKET"] = directory.file("notify")
        let daemon = try await Danegate.start(environment: environment)
        #expect(try await onOwnThread { listener.notices(until: "READY=1") }.last == "READY=1")
        daemon.signal(SIGHUP)
        let reloaded = try await onOwnThread { listener.notices(until: "READY=1") }
        #expect(reloaded.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") } && reloaded.last == "READY=1")
        #expect(await daemon.stop() == 0)
        #expect(try await onOwnThread { listener.notices(until: "STOPPING=1") }.last == "STOPPING=1")
        await world.stop()
    }

    /// A boot whose DNS does not work yet: who waits for the daemon is not held up, and recipients are put off.
    ///
    /// With a time limit of a minute a lookup would keep the start for longer than a test waits for it.
    @Test(arguments: ["500ms", "60s"]) func itIsReadyWithoutDNS(timeout: String) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let directory = try ScratchDirectory("nodns")
        let silent = try SilentNameServer()
        let listener = try NotifySocket(directory.file("notify"))
        var environment = world.environment([
            "MILTER_SOCKET": "unix:\(directory.file("milter"))", "DNS_TIMEOUT": timeout,
            "DNS_FORWARD": "127.0.0.1@\(silent.port)", "STATE_DIRECTORY": directory.path,
        ])
        environment["DANEGATE_DNS_CONFIG"] = nil
        environment["NOTIFY_SOCKET"] = directory.file("notify")
        environment["WATCHDOG_USEC"] = "600000"
        let daemon = try await Danegate.start(environment: environment)
        let notices = try await onOwnThread { listener.notices(until: "READY=1") }
        #expect(notices.last == "READY=1", "\(notices)")
        let living = try await onOwnThread { listener.notices(until: "WATCHDOG=1") }
        #expect(living.last == "WATCHDOG=1", "\(living)")
        #expect((notices + living).contains { $0.hasPrefix("STATUS=Recipients without a kept verdict are put off: ") })
        let answer = try await onOwnThread {
            let client = try MilterClient(directory.file("milter"), timeout: .seconds(60))
            try client.open()
            try client.mail()
            return try client.recipient("<a@verified.example>")
        }
        #expect("\(answer)".contains("451 4.4.3"), "\(answer)")
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    /// systemd's socket unit: who connects while the daemon is away is served by the next one.
    @Test func aSocketThatIsHandedOverOutlivesTheDaemon() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let directory = try ScratchDirectory("handed")
        let path = directory.file("milter.sock")
        // What sd_listen_fds(3) tells: the descriptor 3, and for whom it is.
        let script = """
            import os, socket, subprocess, sys
            s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(64)
            copy = os.dup(s.fileno())
            os.dup2(copy, 3, inheritable=True)
            for turn in range(2):
                child = os.fork()
                if child == 0:
                    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
                    os.execv(sys.argv[2], sys.argv[2:])
                print("child", child, flush=True)
                os.waitpid(child, 0)
            """
        let helper = try directory.write(script, to: "handed.py")
        let environment = world.environment(["STATE_DIRECTORY": directory.path])
        let child = try await ChildProcess(
            "python3", [helper, path, Danegate.path, "run"], environment: environment)
        #expect(await child.waitForOutput { $0.contains("event=start ") })
        #expect(child.output.contains("socket=unix:\(path)"), "\(child.output)")
        func answer() async throws -> String {
            try await onOwnThread {
                let client = try MilterClient(path, timeout: .seconds(60))
                try client.open()
                try client.mail()
                return "\(try client.recipient("<a@tlsa-invalid.example>"))"
            }
        }
        #expect(try await answer().contains("451 4.7.323"))
        let first = try #require(child.output.firstMatch(of: /child (\d+)/).flatMap { pid_t($0.1) })
        kill(first, SIGKILL)
        // Whoever comes now waits for the next one.
        let later = try await answer()
        #expect(later.contains("451 4.7.323"), "\(later)")
        let second = try #require(child.output.matches(of: /child (\d+)/).last.flatMap { pid_t($0.1) })
        #expect(second != first)
        #expect(await child.waitForOutput { $0.count(of: "event=start ") == 2 })
        kill(second, SIGTERM)
        #expect(await child.waitForEnd() == 0)
        #expect(FileManager.default.fileExists(atPath: path))
        await world.stop()
    }
}

/// A name server that is asked and never answers.
private final class SilentNameServer: Sendable {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = try freePort()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0 else { throw WorldError("no name server: errno \(errno)") }
    }

    deinit { close(descriptor) }
}

/// The service manager's end of sd_notify(3).
private final class NotifySocket: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw WorldError("no notify socket: errno \(errno)") }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The notices up to one.
    func notices(until last: String) -> [String] {
        var notices: [String] = []
        while notices.last != last, notices.last != "" { notices.append(receive()) }
        return notices
    }

    /// The next notice; empty if none comes.
    func receive() -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
