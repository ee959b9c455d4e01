import Foundation
import WorldServers

extension Bench.Scene {
    /// Distinct signed destinations, DNS alone, beside libunbound alone.
    func cold() async throws {
        let count = size(8000, quick: 500)
        let names = try slice(of: world.lists.good, count)
        let wide = size(128, quick: 64)
        var ours: [Double] = []
        var alone: [Double] = []
        var twice: [Double] = []
        for _ in 0..<options.rounds {
            alone.append(try await lookups(names, width: wide, contexts: 1))
            twice.append(try await lookups(names, width: wide, contexts: 2))
            let daemon = try await Milter.danegate(world, ["PROBE": "off"])
            let report = try await daemon.prime(names, connections: wide)
            await daemon.stop()
            book.round(.cold, "DNS only", "danegate", report)
            ours.append(report.perSecond)
            if !report.oddities.isEmpty { book.note("cold: \(report.oddities)") }
        }
        let what = "cold, DNS only, destinations/s"
        let ratio = zip(ours, alone).map { $0 / $1 }.median
        book.add(
            .cold, "\(what); beside: libunbound alone, same questions and options", ours: ours.median.digits(0),
            beside: alone.median.digits(0), ratio: ratio, target: .atLeast(ratio, of: 0.9))
        book.add(
            .cold, "\(what); beside: libunbound alone, two contexts", ours: ours.median.digits(0),
            beside: twice.median.digits(0), ratio: zip(ours, twice).map { $0 / $1 }.median)
        book.add(.cold, what, ours: ours.median.digits(0), target: .atLeast(ours.median, of: 2500))
        try await unboundHost(ours.median)
    }

    private func lookups(_ names: String, width: Int, contexts: Int) async throws -> Double {
        let arguments = [world.zones.hints, world.zones.anchor, names, "\(width)", "25", "\(contexts)"]
        let (_, output) = try await ChildProcess.run(
            Built.path("BenchLookups"), arguments, directory: world.directory.path)
        guard let object = try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any],
            let rate = object["per_second"] as? Double, let secure = object["secure"] as? Int,
            let all = object["destinations"] as? Int
        else { throw BenchError("BenchLookups: \(output)") }
        book.write(["phase": "cold", "program": "libunbound", "contexts": contexts, "result": object])
        if secure != all { book.note("cold: libunbound alone found \(all - secure) of \(all) not secure") }
        return rate
    }

    private func unboundHost(_ ours: Double) async throws {
        guard (try? ChildProcess.find("unbound-host")) != nil else {
            book.note("cold: unbound-host is not installed")
            return
        }
        let count = size(200, quick: 20)
        let sample = try slice(of: world.lists.good, count)
        let configuration = try world.directory.write(
            "server:\n root-hints: \"\(world.zones.hints)\"\n trust-anchor-file: \"\(world.zones.anchor)\"\n"
                + " do-not-query-localhost: no\n", to: "unbound-host.conf")
        let (seconds, output) = try await timed(
            "xargs -P 8 -n 1 unbound-host -v -t MX -C \(configuration) <\(sample)")
        let secure = output.split(separator: "\n").filter { $0.contains("(secure)") }.count
        if secure < count { book.note("cold: unbound-host found \(secure) of \(count) secure") }
        let rate = Double(count) / seconds
        book.add(
            .cold, "the same; beside: unbound-host, 8 at a time, MX alone, \(count) destinations",
            ours: ours.digits(0), beside: rate.digits(0), ratio: ours / rate)
    }

    /// Distinct signed destinations with their hosts, beside what opens a connection for each.
    func probes() async throws {
        let count = size(1000, quick: 60)
        let names = try slice(of: world.lists.good, count)
        let resolver = try await PeerResolver(world)
        var ours: [Double] = []
        var fingers: [Double] = []
        for _ in 0..<options.rounds {
            let rate = try await resolver.posttlsFinger(names, count)
            fingers.append(rate.perSecond)
            if rate.verified < count { book.note("probes: posttls-finger verified \(rate.verified) of \(count)") }
            let daemon = try await Milter.danegate(world)
            let report = try await daemon.prime(names)
            await daemon.stop()
            book.round(.probes, "cold with probes", "danegate", report)
            ours.append(report.perSecond)
            if !report.oddities.isEmpty { book.note("probes: \(report.oddities)") }
        }
        let ratio = zip(ours, fingers).map { $0 / $1 }.median
        book.add(
            .probes, "cold with probes, \(count) destinations, destinations/s; beside: posttls-finger, 64 at a time",
            ours: ours.median.digits(0), beside: fingers.median.digits(0), ratio: ratio, target: .atLeast(ratio, of: 20)
        )
        do {
            let sample = world.hosts.filter { $0.kind == "good" }.prefix(size(100, quick: 10))
            let danetool = try await resolver.danetool(sample)
            book.add(
                .probes, "the same; beside: danetool, 64 at a time, hosts/s without MX lookups",
                ours: ours.median.digits(0), beside: danetool.digits(0), ratio: ours.median / danetool)
        } catch {
            book.note("probes: \(error)")
        }
        await resolver.stop()
        let daemon = try await Milter.danegate(world)
        let all = try await daemon.prime(try slice(of: world.lists.good, size(20_000, quick: 500)), connections: 128)
        await daemon.stop()
        book.round(.probes, "many", "danegate", all)
        book.add(
            .probes, "cold with probes, \(all.recipients) destinations, destinations/s", ours: all.perSecond.digits(0))
    }

    /// Live destinations beside dead ones.
    func dead() async throws {
        let seconds = size(5, quick: 2)
        let rate = size(200, quick: 50)
        var tails: [DeadNeighbours: [Double]] = [:]
        var deferred: [DeadNeighbours: [Double]] = [:]
        for round in 0..<options.rounds {
            for (place, neighbours) in DeadNeighbours.allCases.enumerated() {
                let daemon = try await Milter.danegate(world)
                try await daemon.prime(world.lists.warm)
                let others = Task { [socket = daemon.socket, list = world.lists.dead] in
                    guard let options = neighbours.options(seconds) else { return }
                    _ = try await Built.load(socket, list, ["--once", "--connections", "500"] + options)
                }
                try await Task.sleep(for: .milliseconds(300))
                let offset = (3 * round + place) * rate * seconds % (world.lists.goodCount / 2)
                let report = try await Built.load(
                    daemon.socket, world.lists.good,
                    [
                        "--rate", "\(rate)", "--connections", "64", "--count", "\(rate * seconds)", "--offset",
                        "\(offset)", "--messages", "1000", "--verdicts-only",
                    ])
                book.round(.dead, neighbours.rawValue, "danegate", report)
                tails[neighbours, default: []].append(report.p99)
                let pending = report.answers["451 4.7.0"] ?? 0
                deferred[neighbours, default: []].append(100 * Double(pending) / Double(rate * seconds))
                try await others.value
                await daemon.stop()
            }
        }
        let alone = tails[.none] ?? []
        for neighbours in DeadNeighbours.allCases where neighbours != .none {
            let beside = tails[neighbours] ?? []
            let ratio = zip(beside, alone).map { $0 / max($1, 1) }.median
            let share = (deferred[neighbours] ?? []).median
            // To put everyone off is quick, and no verdict.
            let isMet = ratio <= 2 && share < 100
            book.add(
                .dead,
                "live cold destinations (\(rate)/s), p99 of verdicts in ms, \(neighbours.rawValue); beside: without",
                ours: share < 100 ? (beside.median / 1000).digits(1) : "no verdict",
                beside: (alone.median / 1000).digits(1),
                ratio: share < 100 ? ratio : nil, target: ResultBook.Target(text: "≤ 2", isMet: isMet))
            book.add(
                .dead, "of those live ones put off at first (pending), %; beside: without", ours: share.digits(1),
                beside: (deferred[.none] ?? []).median.digits(1))
        }
    }

    /// How the dead destinations are asked for beside the live ones.
    private enum DeadNeighbours: String, CaseIterable {
        case none = "alone"
        case spread = "500 dead ones asked for meanwhile"
        case atOnce = "500 dead ones asked for at one moment"

        /// What the load generator is told; nil where there is to be none.
        func options(_ seconds: Int) -> [String]? {
            switch self {
            case .none: nil
            case .spread: ["--rate", "\(500 / seconds)"]
            case .atOnce: ["--settle", "\(seconds + 1)", "--pause", "1"]
            }
        }
    }

    /// The first names of a list, as a list.
    func slice(of list: String, _ count: Int) throws -> String {
        // Of a list of a million, only as much as may be needed: no name is longer than 40 bytes.
        let data = try FileHandle(forReadingFrom: URL(fileURLWithPath: list)).read(upToCount: 40 * count) ?? Data()
        let text = String(decoding: data, as: UTF8.self)
        let path = world.newFile("names")
        try text.split(separator: "\n").prefix(count).joined(separator: "\n").appending("\n")
            .write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    /// Runs a script.
    func timed(_ script: String) async throws -> (seconds: Double, output: String) {
        let clock = ContinuousClock.now
        // xargs says with its status that some of them failed; what they found out is in the output.
        let output = try await BenchZones.shell("\(script) || true", in: world.directory)
        return ((ContinuousClock.now - clock).seconds, output)
    }
}
