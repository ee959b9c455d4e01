import DANE
import Foundation
import RuleMarks
import Testing
import World

/// A machine that has run out of descriptors, of memory for sockets or of threads ends nothing, and has nobody judged
/// wrongly.
@Suite(.timeLimit(.minutes(6))) struct ShortSystemTests {
    /// Every look is made anew.
    private static let always = ["FAILURE_TTL": "0", "PROBE_PER_HOUR": "0"]

    /// Destinations without end: each name below `plain` is in order, each below `dead` takes its time to no avail.
    private static func world() async throws -> MailWorld {
        try await MailWorld(
            ["verified", "no-tlsa", "tlsa-invalid", "mx-expired"].map(MailDomains.named) + [
                MailDomain("plain", "short", .opportunistic) { draft in
                    draft.record("@ MX 10 mx", "* MX 10 mx", "mx A 127.0.0.1")
                },
                MailDomain("dead", "short", .dnsUnavailable) { draft in draft.dead = ["dead.example"] },
            ])
    }

    /// Whether an answer is right, or a doubt.
    private static func mayBe(_ label: String, _ answer: MilterClient.Answer) -> Bool {
        let isGood = ["verified", "no-tlsa", "plain"].contains(label)
        guard case .reply(let reply) = answer else { return isGood && answer == .continue }
        return reply.hasPrefix("451 4.")
    }

    /// The answers of so many sessions at once, one recipient each.
    private static func answers(_ socket: String, _ recipients: [String]) async throws -> [MilterClient.Answer] {
        try await withThrowingTaskGroup(of: MilterClient.Answer.self) { group in
            for recipient in recipients {
                group.addTask {
                    try await onOwnThread {
                        // MTAs wait for thirty seconds; this machine may be busy.
                        let client = try MilterClient(socket, timeout: .seconds(120))
                        try client.open()
                        try client.mail()
                        let answer = try client.recipient(recipient)
                        try? client.quit()
                        return answer
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test(
        .rules("F-102"), .enabled(if: ShortSystem.canBe),
        arguments: [ENFILE, EMFILE, ENOMEM, ENOBUFS], [Int32(100), 40])
    func whereNothingCanBeOpened(code: Int32, share: Int32) async throws {
        let world = try await Self.world()
        let short = try ShortSystem()
        let gate = try await DaemonTests.Gate(world, Self.always, short.environment)
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        let socket = gate.socket
        let answers = try await onOwnThread {
            // Where all fails no further connection can be had.
            let kept = try MilterClient(socket, timeout: .seconds(120))
            try kept.open()
            try kept.mail()
            try short.opening(fails: code, of: share)
            var answers: [(String, MilterClient.Answer)] = []
            for round in 0..<4 {
                for label in ["verified", "no-tlsa", "tlsa-invalid", "mx-expired", "plain", "dead"] {
                    let isMany = ["plain", "dead"].contains(label)
                    answers.append(
                        (label, try kept.recipient("<a@\(isMany ? "d\(round)." : "")\(label).example>")))
                }
            }
            // Some that knock meanwhile, and give up.
            let knocking = try (0..<20).map { _ in try MilterClient(socket, timeout: .seconds(120)) }
            _ = knocking
            return answers
        }
        let wrong = answers.filter { !Self.mayBe($0.0, $0.1) }
        #expect(wrong.isEmpty, "\(wrong)")
        // What is kept needs nothing opened.
        #expect(answers.allSatisfy { $0.0 != "verified" || $0.1 == .continue }, "\(answers)")
        #expect(try await eventually(within: .seconds(60)) { short.failed > 20 })
        #expect(gate.daemon.status == nil, "\(gate.daemon.output.suffix(2000))")
        try short.opening(fails: 0)
        for (number, label) in ["verified", "no-tlsa", "plain"].enumerated() {
            var last = MilterClient.Answer.closed
            let name = label == "plain" ? "after\(number).plain" : label
            #expect(
                try await eventually(within: .seconds(90)) {
                    last = try await gate.answer("<a@\(name).example>")
                    return last == .continue
                }, "\(label): \(last); \(gate.daemon.output.suffix(2000))")
        }
        var last = MilterClient.Answer.closed
        let isRefused = try await eventually(within: .seconds(90)) {
            last = try await gate.answer("<a@tlsa-invalid.example>")
            return if case .reply(let reply) = last { reply.contains("7.323 tlsa-invalid") } else { false }
        }
        #expect(isRefused, "\(last)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// poll(2) fails where the kernel has no memory for it: libmilter gives up after sixteen times.
    @Test(.rules("F-102"), .enabled(if: ShortSystem.canBe)) func wherePollHasNoMemory() async throws {
        let world = try await Self.world()
        let short = try ShortSystem()
        let gate = try await DaemonTests.Gate(world, Self.always, short.environment)
        try short.polling(fails: ENOMEM)
        #expect(try await eventually(within: .seconds(60)) { short.failed > 100 })
        try short.polling(fails: 0)
        #expect(gate.daemon.status == nil, "\(gate.daemon.output.suffix(2000))")
        let answers = try await Self.answers(gate.socket, (0..<10).map { "<a@p\($0).plain.example>" })
        #expect(answers.allSatisfy { $0 == .continue }, "\(answers)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// What the daemon does without threads, in the system's own words: `RLIMIT_NPROC` of a user of its own.
    ///
    /// ThreadSanitizer ends a process in which a thread is detached twice, as libmilter's worker does in the thread
    /// that runs it in its place (`createThreadInPlaceOfTheLibrary`). The C library only says `EINVAL`.
    @Test(
        .rules("F-103"), .enabled(if: geteuid() == 0, "another user takes root"),
        .disabled(if: Sanitizer.isThread, "ThreadSanitizer ends what detaches a thread twice"))
    func whereThereAreNoThreads() async throws {
        // A user that has no other process.
        let others = ["--reuid=64711", "--regid=64711", "--clear-groups", "--"]
        let world = try await Self.world()
        let place = try ScratchDirectory("threads")
        chmod(place.path, 0o777)
        let socket = place.file("m.sock")
        let gate = try await DaemonTests.Gate(
            world, Self.always.merging(["MILTER_SOCKET": "unix:\(socket)", "STATE_DIRECTORY": place.path]) { $1 },
            wrapper: ["setpriv"] + others)
        let daemon = gate.daemon
        #expect(try await Self.answers(socket, ["<a@verified.example>"]) == [.continue])
        let before = try Usage(daemon.pid)
        func limit(_ count: String) async throws {
            // Of the soft limit everybody may change his own processes'.
            let (status, output) = try await ChildProcess.run(
                "setpriv", others + ["prlimit", "--pid", "\(daemon.pid)", "--nproc=\(count):"])
            #expect(status == 0, "\(output)")
        }
        try await limit("1")
        // Twice as many that wait as there are threads held back, and others among them; in two rounds, as
        // libdispatch's threads and libmilter's end between them.
        for round in 0..<2 {
            let dead = (0..<60).map { "<a@r\(round)n\($0).dead.example>" }
            let good = (0..<60).map { "<a@r\(round)n\($0).plain.example>" }
            let answers = try await Self.answers(socket, dead + good)
            #expect(answers.count == 120 && answers.count { $0 == .continue } == 60, "\(answers)")
            let doubts = answers.count { if case .reply(let reply) = $0 { reply.hasPrefix("451 4.") } else { false } }
            #expect(doubts == 60, "\(answers)")
        }
        let broken = try await Self.answers(socket, ["<a@tlsa-invalid.example>", "<a@mx-expired.example>"])
        #expect(broken.allSatisfy { Self.mayBe("broken", $0) || "\($0)".contains("invalid") }, "\(broken)")
        #expect(await daemon.waitForOutput { $0.contains("event=threads result=short") })
        let settings = ["DANEGATE_STATE_DIRECTORY": place.path]
        #expect(try await Danegate.run(["status"], environment: settings).output.contains("gives no more threads"))
        #expect(daemon.status == nil, "\(daemon.output.suffix(2000))")
        var most = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(__RLIMIT_NPROC.rawValue)), &most)
        try await limit(most.rlim_max == .max ? "unlimited" : "\(most.rlim_max)")
        #expect(await daemon.waitForOutput { $0.contains("event=threads result=ok") }, "\(daemon.output.suffix(3000))")
        let answers = try await Self.answers(socket, (0..<60).map { "<a@after\($0).plain.example>" })
        #expect(answers.count { $0 == .continue } == 60, "\(answers)")
        // A session that libmilter had forgotten would keep its descriptor.
        var after = try Usage(daemon.pid)
        _ = try await eventually(within: .seconds(60)) {
            after = try Usage(daemon.pid)
            return after.descriptors <= before.descriptors + 20
        }
        #expect(after.descriptors <= before.descriptors + 20, "\(before) \(after)")
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    @Test(.enabled(if: ShortSystem.canBe)) func withoutThreadsThereIsNoStart() async throws {
        let short = try ShortSystem()
        try short.threads(fail: EAGAIN)
        let place = try ScratchDirectory("few")
        let (status, output) = try await ChildProcess.run(
            Danegate.path, ["run"],
            environment: [
                "DANEGATE_STATE_DIRECTORY": place.path, "DANEGATE_LOG": "stderr",
                "DANEGATE_MILTER_SOCKET": "unix:\(place.file("m.sock"))",
            ].merging(short.environment.mapValues { $0 }) { $1 })
        #expect(status == 71 && output.contains("gives danegate no more threads"), "\(status) \(output)")
    }
}
