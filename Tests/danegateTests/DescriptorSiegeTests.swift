import Foundation
import RuleMarks
import Synchronization
import Testing
import World

/// Whoever may connect to the milter takes neither the process nor Postfix's place, however few descriptors there are.
@Suite(.timeLimit(.minutes(6))) struct DescriptorSiegeTests {
    private static let labels = ["verified", "no-tlsa", "mx-expired", "tlsa-invalid"]

    /// Every look is made anew, with its second look.
    private static let always = ["FAILURE_TTL": "0", "PROBE_PER_HOUR": "0"]

    /// Whether the flood is to end.
    private final class Course: Sendable {
        let isOver = Atomic<Bool>(false)
    }

    private static func limited(_ count: Int) -> [String] { ["prlimit", "--nofile=\(count):\(count)"] }

    /// Whether an answer is right or a doubt: at most 4xx if nobody can look now, and a pass only for destinations in
    /// order.
    private static func isRight(_ label: String, _ answer: MilterClient.Answer) -> Bool {
        if answer == .continue { return label == "verified" || label == "no-tlsa" }
        guard case .reply(let reply) = answer else { return false }
        return label == "verified" || label == "no-tlsa" ? false : reply.hasPrefix("451 4.")
    }

    /// The answer for one recipient on a connection of its own. Among a flood of this user's own it may take several.
    private static func ask(_ socket: String, _ recipient: String) -> MilterClient.Answer? {
        for _ in 0..<40 {
            guard let client = try? MilterClient(socket, timeout: .seconds(60)), (try? client.open()) != nil,
                (try? client.mail()) != nil, let answer = try? client.recipient(recipient), answer != .closed
            else { continue }
            try? client.quit()
            return answer
        }
        return nil
    }

    @Test(.rules("F-100")) func idleConnectionsThatComeAndGoEndNothing() async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world, Self.always, wrapper: Self.limited(400))
        #expect(gate.daemon.output.contains("event=descriptors limit=400"))
        let socket = gate.socket
        let course = Course()
        let (right, asked) = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for worker in 0..<3 {
                group.addTask {
                    try await onOwnThread {
                        var held: [MilterClient] = []
                        var number = worker
                        while !course.isOver.load(ordering: .relaxed) {
                            if let client = try? MilterClient(socket) { held.append(client) }
                            number += 1
                            if held.count > 150 { held.removeFirst(number % 3 == 0 ? 100 : 1) }
                            if number % 20 == 0 { usleep(5000) }
                        }
                        return (0, 0)
                    }
                }
            }
            group.addTask {
                defer { course.isOver.store(true, ordering: .relaxed) }
                return try await onOwnThread {
                    var right = 0
                    for round in 0..<40 {
                        let label = Self.labels[round % 4]
                        guard let answer = Self.ask(socket, "<a@\(label).example>") else { continue }
                        if Self.isRight(label, answer) { right += 1 } else { print("\(label): \(answer)") }
                    }
                    return (right, 40)
                }
            }
            return try await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
        }
        #expect(asked == 40 && right >= 39, "\(right) of \(asked)")
        #expect(gate.daemon.status == nil, "\(gate.daemon.output.suffix(2000))")
        #expect(await gate.daemon.waitForOutput { $0.contains("event=connections result=") })
        // A breaker that opens for want of descriptors would have kept the answers back.
        #expect(!gate.daemon.output.contains("cause=descriptors"))
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// What the daemon has said of connections.
    private static func news(_ gate: DaemonTests.Gate) -> String {
        gate.daemon.output.split(separator: "\n").filter { $0.contains("event=connections") }.joined(separator: "\n")
    }

    /// Connections of another user that come and go without end, half of which negotiate, at the limit from now on.
    private static func flood(_ port: UInt16) async throws -> ChildProcess {
        let flood = """
            while :; do for n in $(seq 300); do { exec {fd}<>/dev/tcp/127.0.0.1/\(port); } 2>/dev/null || continue
            [ $((n % 2)) = 0 ] && printf '\\0\\0\\0\\015O\\0\\0\\0\\006\\0\\0\\001\\377\\0\\037\\377\\377' >&$fd
            done; echo taken; exec /bin/bash -c "$0" "$0"; done
            """
        let child = try await ChildProcess(
            "setpriv", ["--reuid=64712", "--regid=64712", "--clear-groups", "--", "/bin/bash", "-c", flood, flood])
        #expect(await child.waitForOutput { $0.contains("taken") }, "\(child.output)")
        return child
    }

    /// A user floods the inet socket, and half of the connections speak: root, another user as Postfix is, is served.
    @Test(.rules("F-100"), .enabled(if: geteuid() == 0, "two users take root")) func anotherUserIsNotLockedOut()
        async throws
    {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        let port = try freePort()
        let gate = try await DaemonTests.Gate(
            world, ["MILTER_SOCKET": "inet:\(port)@127.0.0.1"], wrapper: Self.limited(400))
        let other = try await Self.flood(port)
        let served = try await onOwnThread {
            (0..<100).count { number in
                let label = Self.labels[number % 2]
                var step = "connect"
                do {
                    let client = try MilterClient("\(port)", timeout: .seconds(60))
                    step = "open"
                    try client.open()
                    step = "mail"
                    try client.mail()
                    step = "recipient"
                    let answer = try client.recipient("<a@\(label).example>")
                    try? client.quit()
                    if answer != .continue { print("not served: \(answer)") }
                    return answer == .continue
                } catch {
                    print("not served: \(step): \(error)")
                    return false
                }
            }
        }
        #expect(served >= 99, "\(served); \(Self.news(gate))")
        #expect(gate.daemon.status == nil)
        #expect(gate.daemon.output.contains("event=connections result=displaced"))
        await other.stop()
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The inet socket of a daemon that is user nobody, beside that flood and a trickle of recipients whose records are
    /// bogus: each session of a real Postfix has its verdict.
    @Test(
        .rules("F-100"),
        .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
    func aRealPostfixKeepsItsPlace() async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        let place = try ScratchDirectory("nobody")
        chmod(place.path, 0o777)
        let port = try freePort()
        let gate = try await DaemonTests.Gate(
            world, ["MILTER_SOCKET": "inet:\(port)@127.0.0.1", "STATE_DIRECTORY": place.path, "DEFER_FOR": "0"],
            wrapper: Self.limited(400) + ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        let postfix = try await PostfixInstance(milter: "inet:127.0.0.1:\(port)")
        let other = try await Self.flood(port)
        let course = Course()
        async let trickle: Void = onOwnThread {
            while !course.isOver.load(ordering: .relaxed) { _ = Self.ask("\(port)", "<a@mx-expired.example>") }
        }
        let wanted = ["verified": "250", "no-tlsa": "250", "tlsa-invalid": "550 5.7.323", "mx-expired": "550 5.7.324"]
        let smtp = postfix.port
        let served = try await onOwnThread {
            defer { course.isOver.store(true, ordering: .relaxed) }
            return (0..<100).count { number in
                let label = Self.labels[number % 4]
                let reply = try? {
                    let client = try SMTPClient(port: smtp)
                    try client.hello()
                    try client.mail()
                    defer { _ = try? client.quit() }
                    return "\(try client.recipient("a@\(label).example"))"
                }()
                let isServed = reply?.hasPrefix(wanted[label] ?? "-") == true
                if !isServed { print("not served: \(label): \(reply ?? "-")") }
                return isServed
            }
        }
        try await trickle
        #expect(served >= 99, "\(served); \(Self.news(gate)); \(postfix.log.suffix(2000))")
        #expect(gate.daemon.status == nil)
        #expect(gate.daemon.output.contains("event=connections result=displaced"))
        await other.stop()
        await postfix.stop()
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test(arguments: [64, 256, 320]) func tooFewAreRefused(limit: Int) async throws {
        let place = try ScratchDirectory("few")
        let (status, output) = try await ChildProcess.run(
            "prlimit", ["--nofile=\(limit):\(limit)", Danegate.path, "run"],
            environment: [
                "DANEGATE_STATE_DIRECTORY": place.path, "DANEGATE_LOG": "stderr",
                "DANEGATE_MILTER_SOCKET": "unix:\(place.file("m.sock"))",
            ])
        #expect(status == 78 && output.contains("the process may open \(limit) files (RLIMIT_NOFILE)"), "\(output)")
    }

    /// What a process that may open nothing more does: it says so, answers, and comes back.
    @Test func aLimitBelowWhatIsOpenEndsNothing() async throws {
        let world = try await MailWorld(Self.labels.map(MailDomains.named))
        let gate = try await DaemonTests.Gate(world, Self.always)
        let isUp = try await gate.answer("<a@verified.example>") == .continue
        #expect(isUp)
        let (opened, lowered) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let socket = gate.socket
        async let answered = onOwnThread {
            // No further connection can be had then.
            let kept = try MilterClient(socket, timeout: .seconds(60))
            try kept.open()
            try kept.mail()
            opened.signal()
            lowered.wait(atMost: 180)
            // Work for libdispatch's threads, whose states it reads each second: it is time itself that has to pass,
            // six of its seconds, and nothing is expected within a time.
            return try (0..<20).map { number in
                usleep(300_000)
                return try kept.recipient("<a@\(Self.labels[number % 4]).example>")
            }
        }
        #expect(try await onOwnThread { opened.wait(atMost: 180) })
        func limit(_ text: String) async throws {
            let (status, output) = try await ChildProcess.run(
                "prlimit", ["--pid", "\(gate.daemon.pid)", "--nofile=\(text)"])
            #expect(status == 0, "\(output)")
        }
        try await limit("4:")
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=descriptors") })
        lowered.signal()
        let answers = try await answered
        let isNotRefused = answers.allSatisfy { answer in
            if case .reply(let reply) = answer { return reply.hasPrefix("451 ") }
            return answer == .continue
        }
        #expect(isNotRefused, "\(answers)")
        #expect(gate.daemon.status == nil)
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
        try await limit("\(before.rlim_max):")
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=closed cause=descriptors") })
        #expect(try await gate.answer("<a@no-tlsa.example>") == .continue)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test func statusHasTheShares() async throws {
        struct Status: Decodable {
            struct Descriptors: Decodable {
                let limit: Int
                let in_use: Int
                let budget: [String: Int]
            }
            let descriptors: Descriptors
            let connections: [String: Int]
        }
        let world = try await MailWorld([MailDomains.named("no-tlsa")])
        let gate = try await DaemonTests.Gate(world, wrapper: Self.limited(1000))
        let idle = try MilterClient(gate.socket)
        try idle.open()
        let settings = ["DANEGATE_STATE_DIRECTORY": (gate.socket as NSString).deletingLastPathComponent]
        let (code, output) = try await Danegate.run(["status", "--json"], environment: settings)
        let line = try #require(output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(output)")
        let status = try JSONDecoder().decode(Status.self, from: Data(line.utf8))
        #expect(code == 0 && status.descriptors.limit == 1000 && status.descriptors.in_use < 200)
        #expect(
            Set(status.descriptors.budget.keys)
                == ["connections", "door_connections", "lookups", "second_looks", "probes", "files", "reserve"])
        #expect(status.descriptors.budget.values.reduce(0, +) <= 1000)
        #expect(Set(status.connections.keys) == ["open", "cap", "ended_silent", "displaced", "refused"])
        #expect((status.connections["open"] ?? 0) >= 1)
        let text = try await Danegate.run(["status"], environment: settings).output
        #expect(text.contains("Connections of MTAs: ") && text.contains("Descriptors: "), "\(text)")
        try idle.quit()
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
