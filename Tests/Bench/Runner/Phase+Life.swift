import Foundation
import WorldServers

extension Bench.Scene {
    /// Warm, cold and broken destinations together, for a while.
    func mixed() async throws {
        let daemon = try await Milter.danegate(world)
        try await daemon.prime(world.lists.warm)
        let seconds = options.mixedSeconds
        let rate = size(1000, quick: 200)
        let classes = [
            ("warm, 95 %", world.lists.warm, Double(rate) * 0.95), ("cold, 4 %", world.lists.good, Double(rate) * 0.04),
            ("broken or dead, 1 %", world.lists.broken, Double(rate) * 0.01),
        ]
        let loads = classes.map { name, list, rate in
            Task { [socket = daemon.socket] in
                try await Built.load(
                    socket, list,
                    ["--rate", "\(rate)", "--connections", "64", "--seconds", "\(seconds)", "--messages", "20"])
            }
        }
        var samples: [ProcessUsage] = [daemon.usage]
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            try await Task.sleep(for: .seconds(1))
            let usage = daemon.usage
            samples.append(usage)
            book.write([
                "phase": "mixed", "resident": usage.resident, "cpu": usage.cpu, "threads": usage.threads,
                "descriptors": usage.descriptors,
            ])
        }
        for ((name, _, _), load) in zip(classes, loads) {
            let report = try await load.value
            book.round(.mixed, name, "danegate", report)
            book.add(
                .mixed, "\(name) of \(rate)/s for \(seconds) s: p50, p99 in ms",
                ours: "\((report.p50 / 1000).digits(2)), \((report.p99 / 1000).digits(2))")
            if !report.oddities.isEmpty { book.note("mixed, \(name): \(report.oddities)") }
        }
        let cpu = ((samples.last?.cpu ?? 0) - samples[0].cpu) / Double(seconds) * 100
        let half = samples[(samples.count / 2)...]
        book.add(
            .mixed, "CPU; memory after half the time, at its end; most threads; most descriptors",
            ours:
                "\(cpu.digits(0)) %; \(half.first?.resident.digits(0) ?? ""), \(half.last?.resident.digits(0) ?? "") "
                + "MB; \(samples.map(\.threads).max() ?? 0); \(samples.map(\.descriptors).max() ?? 0)")
        await daemon.stop()
    }

    /// Memory by the number of destinations, and how long it takes to know them.
    func growth() async throws {
        let daemon = try await Milter.danegate(world, ["LOG_LEVEL": "notice"])
        try await Task.sleep(for: .seconds(1))
        let idle = daemon.usage
        book.add(
            .growth, "resident memory, idle (of it not file pages), MB",
            ours: "\(idle.resident.digits(0)) (\(idle.anonymous.digits(0)))",
            target: .atMost(idle.resident, of: 40, unit: " MB"))
        var known = 0
        var spent = 0.0
        for step in [1000, 10_000, 100_000, 1_000_000] where step <= options.destinations {
            let report = try await daemon.prime(
                world.lists.many, connections: 128,
                options: ["--offset", "\(known)", "--count", "\(step - known)", "--settle", "900"])
            known = step
            spent += report.seconds
            let usage = daemon.usage
            book.round(.growth, "\(step)", "danegate", report)
            if !report.oddities.isEmpty { book.note("growth, \(step): \(report.oddities)") }
            book.add(
                .growth, "resident memory, \(step) destinations, MB; destinations/s while it grew",
                ours: "\(usage.resident.digits(0)); \(report.perSecond.digits(0))",
                target: step == 1_000_000 ? .atMost(usage.resident, of: 350, unit: " MB") : nil)
        }
        book.write(["phase": "growth", "destinations": known, "seconds": spent])
        await daemon.stop()
        world.grown = (daemon.stateDirectory, known)
    }

    /// From exec to the first answer.
    func start() async throws {
        try await start("empty state", state: nil, target: 0.2)
        guard let grown = world.grown else {
            book.note("start: with destinations in the state directory only after growth, in the same run")
            return
        }
        let isWhole = grown.count == 1_000_000
        try await start("\(grown.count) destinations in the state", state: grown.path, target: isWhole ? 2 : nil)
    }

    private func start(_ what: String, state: String?, target: Double?) async throws {
        var answers: [Double] = []
        var verdicts: [Double] = []
        let known = try slice(of: world.lists.many, 1000)
        for _ in 0..<options.rounds {
            let daemon = try await Milter.danegate(world, ["LOG_LEVEL": "notice"], state: state, isWaiting: false)
            // Both wait for the socket: one for any answer at all, one for that of a destination that goes out.
            let verdict = Task { [socket = daemon.socket] in
                try await Built.load(
                    socket, known, ["--wait", "60", "--once", "--count", "1", "--offset", "500", "--settle", "30"])
            }
            let first = try await daemon.waitUntilServing(world)
            answers.append(Double(first - daemon.started) * 1e-9)
            verdicts.append(Double(max(try await verdict.value.first, daemon.started) - daemon.started) * 1e-9)
            await daemon.stop()
        }
        book.write(["phase": "start", "what": what, "answers": answers, "verdicts": verdicts])
        book.add(
            .start, "from exec to the first answer (to the first one about a destination), \(what), s",
            ours: "\(answers.median.digits(3)) (\(verdicts.median.digits(3)))",
            target: target.map { .atMost(answers.median, of: $0, unit: " s") })
    }
}
