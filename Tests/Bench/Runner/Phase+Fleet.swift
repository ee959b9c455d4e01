import Foundation
import WorldServers

extension Bench.Scene {
    /// How many daemons there are: as many as two cores bear.
    private static let hosts = 3

    /// Several daemons that share what they know over a Redis, and the same without; then a model of a large site.
    func fleet() async throws {
        guard (try? ChildProcess.find("redis-check-rdb")) != nil else {
            return book.note("fleet: redis-tools is not installed")
        }
        let (memory, commands) = try await fleetInspections()
        try await fleetFaults()
        try await fleetOrders()
        try await fleetHits()
        try await fleetWarm()
        try await fleetInstructions()
        try await fleetFrozen()
        fleetModel(memory: memory, commands: commands)
    }

    /// A daemon of the fleet, and where its metrics are.
    func host(
        _ store: FleetStore?, _ more: [String: String] = [:], as program: [String] = [Built.path("danegate")]
    ) async throws -> (milter: Milter, metrics: String) {
        let socket = world.newSocket(isTCP: false)
        let settings = ["WEB_LISTEN": socket, "LOG_LEVEL": "warning", "PROBE_PER_HOUR": "0"].merging(more) { $1 }
        let milter = try await Milter.danegate(world, settings.merging(store?.settings ?? [:]) { $1 }, as: program)
        let place = String(socket.dropFirst("unix:".count))
        if store != nil {
            let end = ContinuousClock.now + .seconds(30)
            while try await count(place, "danegate_shared_used") < 1 {
                guard ContinuousClock.now < end else { throw BenchError("the store is not used") }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return (milter, place)
    }

    /// The sum of a metric.
    func count(_ place: String, _ metric: String) async throws -> Double {
        let answer = try await onOwnThread { try WebClient.request(place, "GET /metrics") }
        let lines = (answer?.body ?? "").split(separator: "\n").filter {
            $0.hasPrefix("\(metric){") || $0.hasPrefix("\(metric) ")
        }
        return lines.reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
    }

    /// Inspections and probes of good destinations that all hosts are asked about, one host after the other and all at
    /// once, and what the store has of them.
    ///
    /// - Returns: Bytes of the store a destination; commands of a miss that is inspected, and of one that is not.
    private func fleetInspections() async throws -> (memory: Double, commands: (inspected: Double, used: Double)) {
        let names = size(6000, quick: 300)
        let list = try slice(of: world.lists.good, names)
        var memory = 0.0
        var commands = (inspected: 0.0, used: 0.0)
        for isShared in [false, true] {
            for isAtOnce in [false, true] {
                let store = isShared ? try await FleetStore(world) : nil
                var hosts: [(milter: Milter, metrics: String)] = []
                for _ in 0..<Self.hosts { hosts.append(try await host(store)) }
                let empty = try await store?.state
                let began = ContinuousClock.now
                if isAtOnce {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for host in hosts {
                            let milter = host.milter
                            let socket = milter.socket
                            group.addTask {
                                _ = try await Built.load(
                                    socket, list,
                                    ["--once", "--settle", "60", "--connections", "16", "--messages", "1000"])
                            }
                        }
                        try await group.waitForAll()
                    }
                } else {
                    for (number, host) in hosts.enumerated() {
                        try await host.milter.prime(list, connections: 16)
                        // What was found is told behind.
                        try await Task.sleep(for: .seconds(1))
                        guard number < 2, let store else { continue }
                        let state = try await store.state
                        let made = state.commands / Double(names)
                        if number == 0 { commands.inspected = made } else { commands.used = made - commands.inspected }
                        if number == 0, let empty { memory = (state.memory - empty.memory) / Double(names) }
                    }
                }
                let seconds = (ContinuousClock.now - began).seconds
                var (inspections, probes) = (0.0, 0.0)
                for host in hosts {
                    inspections += try await count(host.metrics, "danegate_verdicts_total")
                    probes += try await count(host.metrics, "danegate_probes_total")
                }
                let what = isAtOnce ? "all at once" : "one after the other"
                let each = inspections / Double(names)
                book.add(
                    .fleet,
                    "inspections of a good destination (probes) that \(Self.hosts) hosts are asked about, \(what), "
                        + (isShared ? "shared" : "without sharing"),
                    ours: "\(each.digits(3)) (\((probes / Double(names)).digits(3)))",
                    target: isShared ? .atMost(each, of: 1 + 0.01 * Double(Self.hosts)) : nil)
                if let store, let empty {
                    let state = try await store.state
                    if isAtOnce {
                        book.add(
                            .fleet, "operations/s of the store meanwhile",
                            ours: ((state.commands - empty.commands) / seconds).digits(0))
                    }
                    await store.stop()
                }
                for host in hosts { await host.milter.stop() }
            }
        }
        book.add(
            .fleet, "memory of the store, bytes a destination", ours: memory.digits(0),
            target: .atMost(memory, of: 700))
        book.add(
            .fleet, "operations of the store for a destination that is inspected (of it on the next host)",
            ours: "\(commands.inspected.digits(1)) (\(commands.used.digits(1)))")
        return (memory, commands)
    }

    /// When a fault was first seen, as the hosts' state files have it: each host meets it five seconds after the one
    /// before.
    private func fleetFaults() async throws {
        let list = try slice(of: world.lists.broken, size(160, quick: 20))
        for isShared in [false, true] {
            let store = isShared ? try await FleetStore(world) : nil
            var hosts: [(milter: Milter, metrics: String)] = []
            for _ in 0..<Self.hosts { hosts.append(try await host(store)) }
            for host in hosts {
                try await host.milter.prime(list, connections: 16)
                try await Task.sleep(for: .seconds(5))
            }
            for host in hosts { await host.milter.stop() }
            await store?.stop()
            let script = """
                import sqlite3, sys
                seen = {}
                for path in sys.argv[1:]:
                    for name, kind, first in sqlite3.connect(path).execute("SELECT name, kind, first FROM fault"):
                        seen.setdefault((name, kind), []).append(first)
                all = [max(t) - min(t) for t in seen.values() if len(t) == len(sys.argv) - 1]
                print(len(all), max(all, default=-1))
                """
            let files = hosts.map { "\($0.milter.stateDirectory)/state.sqlite" }
            let (_, output) = try await ChildProcess.run("python3", ["-c", script] + files)
            let numbers = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
            guard numbers.count == 2, numbers[0] > 0 else { throw BenchError("no faults: \(output.suffix(300))") }
            book.add(
                .fleet,
                "first sighting of a fault, most that two of \(Self.hosts) hosts differ, ms, "
                    + "\(numbers[0].digits(0)) faults, " + (isShared ? "shared" : "without sharing"),
                ours: numbers[1].digits(0), target: isShared ? .atMost(numbers[1], of: 1000, unit: " ms") : nil)
        }
    }

    /// Recipients whose verdict is in the store and not here, beside those whose verdict is here.
    private func fleetHits() async throws {
        let names = size(1500, quick: 100)
        var (hits, warm): ([LoadReport], [LoadReport]) = ([], [])
        for round in 0..<options.rounds {
            let store = try await FleetStore(world)
            let (first, second) = (try await host(store), try await host(store))
            let list = try slice(of: world.lists.good, names)
            try await first.milter.prime(list, connections: 16)
            try await Task.sleep(for: .seconds(1))
            let shape = ["--once", "--connections", "1", "--messages", "1000"]
            // The first questions find a process that has not worked yet.
            _ = try await Built.load(second.milter.socket, list, shape + ["--count", "\(names / 10)"])
            let rest = shape + ["--offset", "\(names / 10)"]
            hits.append(try await Built.load(second.milter.socket, list, rest))
            warm.append(try await Built.load(second.milter.socket, list, rest))
            book.round(.fleet, "in the store", "danegate", hits[round])
            book.round(.fleet, "here", "danegate", warm[round])
            for one in [first, second] { await one.milter.stop() }
            await store.stop()
        }
        let added = zip(hits, warm).map { ($0.p99 - $1.p99) / 1000 }.median
        book.add(
            .fleet, "RCPT whose verdict is in the store, p99 (p50), µs; beside: known here",
            ours: "\(hits.map(\.p99).median.digits(0)) (\(hits.map(\.p50).median.digits(0)))",
            beside: "\(warm.map(\.p99).median.digits(0)) (\(warm.map(\.p50).median.digits(0)))")
        book.add(
            .fleet, "of it added, p99, ms", ours: added.digits(2), target: .atMost(added, of: 3, unit: " ms"))
    }

    /// Recipients whose verdict is here, with and without sharing.
    private func fleetWarm() async throws {
        let store = try await FleetStore(world)
        let (shared, alone) = (try await host(store), try await host(nil))
        for one in [shared, alone] { try await one.milter.prime(world.lists.warm) }
        for connections in [1, 8] {
            let shape = [
                "--connections", "\(connections)", "--messages", "100", "--seconds", "\(options.seconds)", "--warmup",
                "\(options.seconds / 4)",
            ]
            var (with, without): ([LoadReport], [LoadReport]) = ([], [])
            for round in 0..<options.rounds * 3 {
                // Whoever comes second finds warmer caches: in turn.
                for isShared in [round.isMultiple(of: 2), !round.isMultiple(of: 2)] {
                    let milter = isShared ? shared.milter : alone.milter
                    let report = try await Built.load(milter.socket, world.lists.warm, shape)
                    if isShared { with.append(report) } else { without.append(report) }
                }
            }
            for report in with { book.round(.fleet, "warm, \(connections)", "danegate, shared", report) }
            for report in without { book.round(.fleet, "warm, \(connections)", "danegate, alone", report) }
            let ratio = zip(with, without).map { $0.perSecond / max($1.perSecond, 1) }.median
            book.add(
                .fleet, "warm RCPT/s, \(connections) connections, shared; beside: without sharing",
                ours: with.map(\.perSecond).median.digits(0), beside: without.map(\.perSecond).median.digits(0),
                ratio: ratio, target: .atLeast(ratio, of: 0.99))
        }
        for one in [shared, alone] { await one.milter.stop() }
        await store.stop()
    }

    /// The same by callgrind, which no other work on the machine changes.
    private func fleetInstructions() async throws {
        guard (try? ChildProcess.find("valgrind")) != nil else {
            return book.note("fleet: valgrind is not installed")
        }
        var counts: [Double] = []
        for isShared in [true, false] {
            let store = isShared ? try await FleetStore(world) : nil
            counts.append(
                try await instructions(of: "danegate") {
                    try await host(store, ["MILTER_DEADLINE": "20s"], as: $0).milter
                })
            await store?.stop()
        }
        let ratio = counts[1] / max(counts[0], 1)
        book.add(
            .fleet, "instructions of a warm RCPT, shared; beside: without sharing; ratio: without by with",
            ours: counts[0].digits(0), beside: counts[1].digits(0), ratio: ratio, target: .atLeast(ratio, of: 0.99))
    }

    /// Cold recipients whose store does not answer any more, beside those without sharing.
    private func fleetFrozen() async throws {
        let list = try slice(of: world.lists.good, size(1500, quick: 100))
        let shape = ["--once", "--connections", "4", "--messages", "1000"]
        var (with, without): ([LoadReport], [LoadReport]) = ([], [])
        for _ in 0..<options.rounds {
            let store = try await FleetStore(world)
            let (shared, alone) = (try await host(store), try await host(nil))
            store.freeze(true)
            with.append(try await Built.load(shared.milter.socket, list, shape))
            without.append(try await Built.load(alone.milter.socket, list, shape))
            for one in [shared, alone] { await one.milter.stop() }
            await store.stop()
        }
        for report in with { book.round(.fleet, "store frozen", "danegate, shared", report) }
        for report in without { book.round(.fleet, "cold", "danegate, alone", report) }
        let added = zip(with, without).map { ($0.p99 - $1.p99) / 1000 }.median
        book.add(
            .fleet, "cold RCPT, p99 in ms, while the store is frozen; beside: without sharing",
            ours: (with.map(\.p99).median / 1000).digits(1), beside: (without.map(\.p99).median / 1000).digits(1),
            target: .atMost(added, of: 50, unit: " ms more"))
    }
}
