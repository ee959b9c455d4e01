import DANE
import RuleMarks
import Testing
import World

@testable import Probe

/// Hosts that stall, on real connections, and hosts beside them that are in order.
@Suite("A tarpit takes no more than its share", .timeLimit(.minutes(2)), .serialized)
struct TarpitTests {
    /// A stranger's names lead to hosts that stall: of one zone, or of a zone each. All hosts are in one network of
    /// loopback here, so that what bounds the tarpit is its zone, or its network.
    @Test(.rules("F-120"), arguments: [SMTPHostBehaviour.Step.banner, .ehlo, .handshake])
    func goodHostsBesideItAreProbed(_ step: SMTPHostBehaviour.Step) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run(timeout: .seconds(90), connectTimeout: .seconds(90), concurrency: 64, perHost: 8) {
            world in
            var tarpit: [IPAddress] = []
            for _ in 0..<16 { tarpit.append(try await world.hosts.add(.normal(chain).failing(at: step, .stall))) }
            let good = try await world.hosts.add(.normal(chain))
            let targets = tarpit
            let attack = (0..<128).map { number in
                Task { await world.probe(targets[number % 16], "mx\(number).tarpit.example", for: "tarpit.example") }
            }
            #expect(await ProbeWorld.until { world.prober.occupancy.foremostCount == 128 })
            let occupancy = world.prober.occupancy
            #expect(occupancy.limit == 64 && occupancy.used <= 32 && occupancy.waiting >= 96)
            // Each in a zone of its own, ten at a time: all have their verdict while the tarpit stalls.
            var kinds: [String: Int] = [:]
            for round in 0..<10 {
                await withTaskGroup(of: String.self) { group in
                    for number in 0..<5 {
                        group.addTask { await world.probe(good, for: "good\(round)-\(number).example").end.kind }
                    }
                    for await kind in group { kinds[kind, default: 0] += 1 }
                }
            }
            #expect(kinds == ["secured": 50])
            for task in attack { task.cancel() }
            var ends: Set<String> = []
            for task in attack { ends.insert(await task.value.end.kind) }
            // Who had no slot knows nothing of the host; who had one was cut off in the dialogue.
            #expect(
                ends.contains("crowded") && ends.allSatisfy { $0 == "crowded" || $0.hasPrefix("unreachable") },
                "\(ends)")
        }
    }

    /// The wait for a slot may end: that says nothing about the host.
    @Test(.rules("F-120")) func noSlotInTimeIsNoWordOnTheHost() async throws {
        try await ProbeWorld.run(timeout: .milliseconds(300), concurrency: 1) { world in
            let silent = try await world.hosts.add(.silent)
            let kinds = await withTaskGroup(of: String.self) { group in
                for number in 0..<12 { group.addTask { await world.probe(silent, for: "d\(number).example").end.kind } }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(Set(kinds.keys) == ["crowded", "unreachable banner"], "\(kinds)")
        }
    }
}
