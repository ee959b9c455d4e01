import DANE
import Foundation
import GRDB
import Testing
import WorldServers

@testable import Inspection
@testable import Support
@testable import Records
@testable import Verdicts

/// A process killed while it writes: what it was told is written is there, and all of it is whole.
@Suite(.timeLimit(.minutes(5))) struct StateKillTests {
    @Test func whatWasWrittenOutlivesKills() async throws {
        var chance = Chance(11)
        let directory = try ScratchDirectory("kill")
        let begun = ContinuousClock.now
        var noted: ContinuousClock.Instant?
        for _ in 0..<25 {
            let writer = try await ChildProcess(Self.path, [directory.path])
            #expect(await writer.waitForOutput { $0.contains("settled") }, "\(writer.output)")
            if noted == nil { noted = .now }
            // At any moment: whatever it is doing then is to be survived.
            try await Task.sleep(for: .microseconds(chance.below(100_000)))
            writer.signal(SIGKILL)
            #expect(await writer.waitForEnd() == -SIGKILL)
            let settled = writer.output.split(separator: "\n").compactMap { line in
                line.hasPrefix("settled ") ? Int(line.dropFirst(8)) : nil
            }
            try Self.look(directory, settled: settled.last ?? 0, between: begun, and: noted ?? begun)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(left.allSatisfy { !$0.hasPrefix("\(StateFile.name).") }, "\(left)")
    }

    private static func look(
        _ directory: ScratchDirectory, settled: Int, between begun: ContinuousClock.Instant,
        and noted: ContinuousClock.Instant
    ) throws {
        let file = try StateFile(directory.file(StateFile.name), world: 0, clock: .system)
        defer { file.database.close() }
        #expect(try file.database.queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        var verdicts: [KeptVerdict] = []
        var bad = 0
        var faults: [(FaultBook.Subject, FaultTable.Times)] = []
        try file.database.perform { db in
            bad += try VerdictTable.read(db, at: file.nowInSeconds, ahead: 0, limit: .max) {
                verdicts += $0
                return true
            }.bad
            let found = try FaultTable.read(db)
            faults = found.faults
            bad += found.bad
        }
        #expect(bad == 0)
        for verdict in verdicts {
            let number = Int(verdict.verdict.cause.split(separator: " ").last ?? "") ?? -1
            #expect(verdict.verdict.host == "mx\(number).\(verdict.destination.name)")
            #expect(verdict.verdict.hazards == ["\(number)"])
            #expect(verdict.fresh == .seconds(10_000 + number) && verdict.stale == .seconds(number))
            if verdict.destination.name == "counter.example" { #expect(number >= settled) }
        }
        #expect(verdicts.contains { $0.destination.name == "counter.example" })
        // As old as the first sighting in the first of the processes.
        let age = (file.now - (faults.first?.1.first ?? 0)) / 1000
        #expect(faults.count == 1)
        #expect(age <= (ContinuousClock.now - begun).components.seconds + 2)
        #expect(age >= (ContinuousClock.now - noted).components.seconds - 2)
    }

    /// The writer's path: it is built beside the tests.
    private static var path: String {
        let folder = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
            .deletingLastPathComponent()
        let arguments = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let places = [folder, arguments].compactMap { $0?.appendingPathComponent("StateTestWriter").path }
        return places.first { access($0, X_OK) == 0 } ?? "StateTestWriter"
    }
}
