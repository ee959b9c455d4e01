import Foundation
import WorldServers

extension Bench.Scene {
    private static let kept = "Tests/Bench/instructions.txt"

    /// Instructions of a warm RCPT, as callgrind counts them: the same on every machine, whatever else it does.
    func instructions() async throws {
        guard (try? ChildProcess.find("valgrind")) != nil else {
            book.note("instructions: valgrind is not installed")
            return
        }
        var today: [(name: String, count: Double)] = []
        for isFloor in [true, false] {
            let count = try await instructions(of: isFloor ? "BenchFloor" : "danegate") { wrapper in
                isFloor
                    ? try await Milter.floor(world, as: wrapper)
                    : try await Milter.danegate(world, ["MILTER_DEADLINE": "20s"], as: wrapper)
            }
            today.append((isFloor ? "floor" : "danegate", count))
        }
        try report(today)
    }

    /// Instructions of a warm RCPT of a milter.
    ///
    /// - Parameters:
    ///   - product: Its program.
    ///   - start: Starts it as these words.
    func instructions(of product: String, _ start: ([String]) async throws -> Milter) async throws -> Double {
        let count = size(4000, quick: 500)
        let names = try slice(of: world.lists.warm, 100)
        let file = world.newFile("callgrind")
        // Debian's valgrind cannot read what Swift's compiler writes for debuggers.
        let program = world.newFile("program")
        _ = try await BenchZones.shell("strip -o \(program) \(Built.path(product))", in: world.directory)
        let milter = try await start([
            "valgrind", "--tool=callgrind", "--callgrind-out-file=\(file)", "--quiet", "--fair-sched=yes", program,
        ])
        try await milter.prime(names, connections: 1)
        var totals: [Double] = []
        for factor in [1, 1, 2] {
            let report = try await Built.load(
                milter.socket, names,
                ["--count", "\(factor * count)", "--messages", "1000000", "--recipients", "50"])
            guard report.recipients == factor * count else { throw BenchError("asked \(report.recipients)") }
            totals.append(try await dump(milter.pid, file))
        }
        await milter.stop()
        // The first load is not counted: what is made once is made then.
        return (totals[2] - totals[1]) / Double(count)
    }

    /// Has callgrind write what it has counted since the last time.
    ///
    /// - Returns: The instructions.
    private func dump(_ pid: Int32, _ file: String) async throws -> Double {
        let before = try dumps(file)
        _ = try await BenchZones.shell("callgrind_control -d \(pid)", in: world.directory)
        let isThere = try await eventually(within: .seconds(30)) {
            try dumps(file).subtracting(before).contains { total(of: $0) != nil }
        }
        guard isThere, let new = try dumps(file).subtracting(before).first, let total = total(of: new) else {
            throw BenchError("callgrind writes nothing")
        }
        return total
    }

    private func dumps(_ file: String) throws -> Set<String> {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        let name = URL(fileURLWithPath: file).lastPathComponent
        let all = try FileManager.default.contentsOfDirectory(atPath: folder)
        return Set(all.filter { $0.hasPrefix("\(name).") }.map { "\(folder)/\($0)" })
    }

    private func total(of file: String) -> Double? {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").last { $0.hasPrefix("totals:") || $0.hasPrefix("summary:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Double($0) }
    }

    /// Today's counts, and how far they are from those kept in the repository.
    private func report(_ today: [(name: String, count: Double)]) throws {
        let text = (try? String(contentsOfFile: Self.kept, encoding: .utf8)) ?? ""
        var kept: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: " ")
            if fields.count == 2 { kept[String(fields[0])] = Double(fields[1]) }
        }
        for (name, count) in today {
            let old = kept[name]
            book.add(
                .instructions, "instructions of a warm RCPT, \(name); beside: the kept figure", ours: count.digits(0),
                beside: old?.digits(0) ?? "", ratio: old.map { count / $0 })
        }
        guard options.keepInstructions else { return }
        let head = "# Instructions of a warm RCPT (callgrind), kept by: deploy/bench instructions --keep-instructions\n"
        try (head + today.map { "\($0.name) \($0.count.digits(0))\n" }.joined())
            .write(toFile: Self.kept, atomically: true, encoding: .utf8)
    }
}
