import Foundation
import Testing
import World

/// `danegate recheck` and `danegate reload`, against the running daemon.
@Suite(.timeLimit(.minutes(5))) struct LiveChangeTests {
    /// The reply to a recipient of a domain, `250` if there is none.
    private static func reply(_ gate: DaemonTests.Gate, _ domain: String) async throws -> String {
        guard case .reply(let reply) = try await gate.answer("<a@\(domain)>") else { return "250" }
        return String(reply.prefix(11))
    }

    private static func settings(_ world: MailWorld, _ gate: DaemonTests.Gate) -> [String: String?] {
        world.environment(["STATE_DIRECTORY": URL(fileURLWithPath: gate.socket).deletingLastPathComponent().path])
    }

    /// What is kept would count for two minutes at least.
    @Test func whatHasBeenMendedIsSeenAtOnce() async throws {
        let mendable = MendableDomain("mendable")
        let world = try await MailWorld([mendable.domain, MailDomains.named("verified")])
        let gate = try await DaemonTests.Gate(world, ["DEFER_FOR": "0", "FAILURE_TTL": "60s"])
        func recheck(_ domain: String) async throws -> (Int32, String) {
            try await Danegate.run(["recheck", domain], environment: Self.settings(world, gate))
        }
        #expect(try await Self.reply(gate, mendable.name) == "550 5.7.323")
        try mendable.set(mended: true, in: world)
        #expect(try await Self.reply(gate, mendable.name) == "550 5.7.323")
        let (status, output) = try await recheck(mendable.name)
        #expect(status == 0, "\(output)")
        #expect(
            output.contains("Before: reject (tlsa-invalid") && output.contains("Now:    accept (verified"), "\(output)")
        #expect(output.contains("resolver may hold the old records"))
        #expect(try await Self.reply(gate, mendable.name) == "250")
        try mendable.set(mended: false, in: world)
        let (again, broken) = try await recheck(mendable.name)
        #expect(again == 1 && broken.contains("Reply:  550 5.7.323"), "\(broken)")
        #expect(try await Self.reply(gate, mendable.name) == "550 5.7.323")
        let (never, unknown) = try await recheck("verified.example")
        #expect(never == 0 && unknown.contains("Before: nothing is kept"), "\(unknown)")
        #expect(try await recheck("[127.0.0.1]").0 == 75)
        #expect(await gate.daemon.stop() == 0)
        let (gone, sentence) = try await recheck(mendable.name)
        #expect(gone == 69 && sentence.contains("cannot ask: there is no control socket"), "\(sentence)")
        await world.stop()
    }

    /// A look takes as long as its hosts do; a file or a pipe gets none of it.
    @Test func aTerminalShowsThatTheDaemonLooks() async throws {
        let world = try await MailWorld([MailDomains.named("stalling-at-starttls")])
        let gate = try await DaemonTests.Gate(world, ["PROBE_TIMEOUT": "4s"])
        let words = "the daemon looks at stalling-at-starttls.example"
        let command = "recheck stalling-at-starttls.example"
        let screen = try await ChildProcess.run(
            ChildProcess.find("script"), ["-qec", "\(Danegate.path) \(command)", "/dev/null"],
            environment: Self.settings(world, gate).merging(["TERM": "xterm"]) { $1 }
        ).output
        #expect(screen.contains(words) && screen.contains("stalling-at-starttls.example:"), "\(screen)")
        let (_, plain) = try await Danegate.run(
            command.split(separator: " ").map(String.init), environment: Self.settings(world, gate))
        #expect(!plain.contains(words) && !plain.contains("\r"), "\(plain)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func settingsAreTakenWithoutARestart() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let place = try ScratchDirectory("reload")
        let file = place.file("danegate.env")
        func write(_ lines: String...) throws {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: file))
        }
        let directory = place.path
        let socket = place.file("milter.sock")
        var environment = world.environment(["MILTER_SOCKET": "unix:\(socket)", "STATE_DIRECTORY": directory])
        environment["DANEGATE_MILTER_DEADLINE"] = "25s"
        try write("DANEGATE_MODE=monitor", "DANEGATE_DEFER_FOR=0", "DANEGATE_MILTER_DEADLINE=20s")
        let daemon = try await Danegate.start(["run", "--env-file", file], environment: environment)
        func reload() async throws -> (Int32, String) {
            try await Danegate.run(["reload"], environment: environment)
        }
        // One session, and in it messages before and after each change.
        let (asked, answered) = (DispatchSemaphore(value: 0), Answers())
        async let session: Void = onOwnThread {
            let client = try MilterClient(socket, timeout: .seconds(60))
            try client.open()
            try client.mail()
            for turn in 0..<6 {
                guard asked.wait(atMost: 180) else { return }
                if turn == 2 || turn == 4 { try client.mail() }
                answered.add("\(try client.recipient("<a@tlsa-invalid.example>"))")
            }
        }
        func answer() async throws -> String {
            let count = answered.all.count
            asked.signal()
            #expect(try await eventually(within: .seconds(60)) { answered.all.count > count })
            return answered.all.last ?? ""
        }
        #expect(try await answer() == "continue")
        try write(
            "DANEGATE_MODE=enforce", "DANEGATE_DEFER_FOR=0", "DANEGATE_PROBE_TIMEOUT=3s", "DANEGATE_MILTER_DEADLINE=20s"
        )
        let (status, output) = try await reload()
        #expect(status == 0 && output.contains("MODE: monitor is now enforce"), "\(output)")
        #expect(output.contains("MILTER_DEADLINE: the daemon's own environment sets it"), "\(output)")
        #expect(await daemon.waitForOutput { $0.contains("changed=\"MODE=enforce\"") }, "\(daemon.output)")
        // A message is ruled by one set of settings.
        #expect(try await answer() == "continue")
        #expect(try await answer().contains("550 5.7.323"))
        try write("DANEGATE_MODE=nonsense", "DANEGATE_ROLLOUT=700", "DANEGATE_DEFER_FOR=0")
        let (wrong, faults) = try await reload()
        #expect(wrong == 1 && faults.contains("MODE=nonsense") && faults.contains("ROLLOUT=700"), "\(faults)")
        #expect(try await answer().contains("550 5.7.323"))
        try write("DANEGATE_DEFER_FOR=1h", "DANEGATE_CACHE_DOMAINS=500")
        daemon.signal(SIGHUP)
        #expect(await daemon.waitForOutput { $0.contains("restart=CACHE_DOMAINS") })
        // What is cached is ruled on anew.
        #expect(try await answer().contains("451 4.7.323"))
        #expect(try await answer().contains("451 4.7.323"))
        try await session
        // What the log tells of addresses follows too.
        #expect(daemon.output.contains("to=a@tlsa-invalid.example"))
        try write("DANEGATE_LOG_ADDRESSES=domain")
        #expect(try await reload().1.contains("LOG_ADDRESSES"))
        try await onOwnThread {
            let client = try MilterClient(socket, timeout: .seconds(60))
            try client.open()
            try client.mail()
            _ = try client.recipient("<a@tlsa-invalid.example>")
        }
        #expect(await daemon.waitForOutput { $0.contains("to=@tlsa-invalid.example") }, "\(daemon.output)")
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    private final class Answers: @unchecked Sendable {
        private let lock = NSLock()
        private var texts: [String] = []

        func add(_ text: String) { lock.withLock { texts.append(text) } }
        var all: [String] { lock.withLock { texts } }
    }
}
