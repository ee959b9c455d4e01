import Foundation
import Synchronization
import World
import WorldServers

/// One daemon, and what is done to it.
final class SiegeRun: Sendable {
    private struct State {
        var good = GoodMail()
        var wrong: [String] = []
        var memory = 0
        var descriptors = 0
        var threads = 0
        var statuses: [String: Int] = [:]
        var complaint: String?
        var told: Duration?
        var isOver = false
        var sent = 0
    }

    /// The next good destination; none is asked for twice in a world.
    private static let next = Atomic<Int>(0)
    /// Recipients of attacks that may be under way at once, a thread each.
    private static let atOnce = 1_500

    private let options: Siege
    private let world: SiegeWorld
    private let attacks: [Attack]
    private let scratch: ScratchDirectory
    private let state = Mutex(State())
    private let underWay = Atomic<Int>(0)

    init(_ options: Siege, _ world: SiegeWorld, _ attacks: [Attack]) throws {
        self.options = options
        self.world = world
        self.attacks = attacks
        scratch = try ScratchDirectory("siege")
    }

    private var socket: String { scratch.file("milter.sock") }

    /// Runs the daemon, the attacks and the good mail.
    func run() async throws -> SiegeResult {
        let settings = [
            "MILTER_SOCKET": "unix:\(socket)", "STATE_DIRECTORY": scratch.path, "MODE": "enforce", "DEFER_FOR": "15m",
            "MILTER_DEADLINE": "8s", "DNS_TIMEOUT": "4s", "PROBE_TIMEOUT": "15s", "LOG_LEVEL": "notice",
        ]
        let environment = world.mail.environment(settings.merging(world.settings) { $1 })
        let daemon = try await ChildProcess(options.program, ["run"], environment: environment)
        guard await daemon.waitForOutput(where: { $0.contains("event=start ") }) else {
            throw WorldError("danegate did not start: \(daemon.output)")
        }
        let begin = ContinuousClock.now
        let around = Duration.seconds(options.around)
        let attackEnd = begin + around + .seconds(options.seconds)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(daemon, environment, until: attackEnd + around) }
            group.addTask {
                await self.sendGood(begin: begin, attackBegin: begin + around, attackEnd, end: attackEnd + around)
            }
            for attack in attacks {
                group.addTask { await self.mount(attack, from: begin + around, until: attackEnd) }
            }
        }
        let isAlive = daemon.status == nil
        daemon.signal(SIGTERM)
        if await daemon.waitForEnd(within: .seconds(40)) == nil { daemon.signal(SIGKILL) }
        let result = state.withLock { $0 }
        let rates = attacks.map { "\(max(1, $0.rate * options.rate / 100))" }.joined(separator: "+")
        return SiegeResult(
            name: attacks.count == 1 ? attacks[0].rawValue : "all at once", rate: rates, good: result.good,
            memory: result.memory, descriptors: result.descriptors, threads: result.threads,
            statuses: result.statuses, complaint: result.complaint, told: result.told, isAlive: isAlive,
            wrong: Array(result.wrong.prefix(5)))
    }

    // MARK: Good mail

    private func sendGood(
        begin: ContinuousClock.Instant, attackBegin: ContinuousClock.Instant, _ attackEnd: ContinuousClock.Instant,
        end: ContinuousClock.Instant
    ) async {
        var due = begin
        await withTaskGroup(of: Void.self) { group in
            while due < end {
                try? await Task.sleep(until: due)
                let phase: GoodMail.Phase = due < attackBegin ? .before : due < attackEnd ? .during : .after
                let number = Self.next.add(1, ordering: .relaxed).oldValue
                group.addTask { await self.askGood(SiegeWorld.name(number), phase) }
                due += .milliseconds(1000 / options.good)
            }
        }
    }

    private func askGood(_ name: String, _ phase: GoodMail.Phase) async {
        let socket = socket
        let begin = ContinuousClock.now
        let answer = try? await onOwnThread {
            let client = try MilterClient(socket, timeout: .seconds(40))
            try client.open()
            try client.mail()
            let answer = try client.recipient("<someone@\(name)>")
            try? client.quit()
            return answer
        }
        let took = ContinuousClock.now - begin
        state.withLock { $0.good.note(name, answer, phase, took: took) }
    }

    // MARK: The attacks

    private func mount(_ attack: Attack, from begin: ContinuousClock.Instant, until end: ContinuousClock.Instant) async
    {
        let rate = max(1, attack.rate * options.rate / 100)
        var number = 0
        try? await Task.sleep(until: begin)
        while ContinuousClock.now < end {
            try? await Task.sleep(until: begin + .microseconds(number * 1_000_000 / rate))
            number += 1
            guard underWay.load(ordering: .relaxed) < Self.atOnce else { continue }
            underWay.add(1, ordering: .relaxed)
            let (socket, count) = (socket, number)
            let thread = Thread { [self] in
                if attack == .idle {
                    Self.idle(socket, until: end)
                } else if let answer = try? Self.ask(socket, attack.recipient(count)), attack.isWrong(answer) {
                    state.withLock { $0.wrong.append("\(attack.recipient(count)): \(answer)") }
                }
                underWay.subtract(1, ordering: .relaxed)
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
    }

    private static func ask(_ socket: String, _ recipient: String) throws -> MilterClient.Answer {
        let client = try MilterClient(socket, timeout: .seconds(40))
        try client.open()
        try client.mail()
        let answer = try client.recipient(recipient)
        try? client.quit()
        return answer
    }

    /// A connection that says nothing for a while.
    private static func idle(_ socket: String, until end: ContinuousClock.Instant) {
        guard let client = try? MilterClient(socket, timeout: .seconds(4)) else { return }
        _ = try? client.answer()
    }

    // MARK: The watch

    private func watch(
        _ daemon: ChildProcess, _ environment: [String: String?], until end: ContinuousClock.Instant
    ) async {
        while ContinuousClock.now < end, daemon.status == nil {
            let usage = Usage(of: daemon.pid)
            let answer = try? await ChildProcess.run(options.program, ["status"], environment: environment)
            let line = answer.flatMap { $0.output.split(separator: "\n").first.map(String.init) } ?? "no answer"
            let word = String(line.prefix { $0.isLetter })
            state.withLock { state in
                state.memory = max(state.memory, usage.memory)
                state.descriptors = max(state.descriptors, usage.descriptors)
                state.threads = max(state.threads, usage.threads)
                state.statuses[word, default: 0] += 1
                guard word != "OK" else { return }
                if state.complaint == nil { state.complaint = String(line.prefix(160)) }
                if state.told == nil, let suffered = state.good.suffered { state.told = ContinuousClock.now - suffered }
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }
}

/// What a process takes up at a moment (proc(5)).
private struct Usage {
    let memory: Int
    let threads: Int
    let descriptors: Int

    init(of pid: Int32) {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        func field(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
        }
        memory = field("VmRSS") / 1024
        threads = field("Threads")
        descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
    }
}
