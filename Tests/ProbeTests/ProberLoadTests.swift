import DANE
import Foundation
import Testing
import World

@testable import Probe

@Suite("Many probes at once", .timeLimit(.minutes(2)), .serialized)
struct ProberLoadTests {
    private static func descriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }

    @Test func allReturnAndNothingIsLeft() async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run(timeout: .seconds(60), connectTimeout: .seconds(60)) { world in
            var addresses: [IPAddress] = []
            for _ in 0..<40 { addresses.append(try await world.hosts.add(.normal(chain))) }
            for step in SMTPHostBehaviour.Step.allCases {
                addresses.append(try await world.hosts.add(.normal(chain).failing(at: step, .close)))
                addresses.append(try await world.hosts.add(.normal(chain).failing(at: step, .reset)))
            }
            let targets = addresses
            let begin = ContinuousClock.now
            let kinds = await withTaskGroup { group in
                for number in 0..<400 { group.addTask { await world.probe(targets[number % 50]).end.kind } }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            print("400 probes at once: \(ContinuousClock.now - begin) \(kinds)")
            #expect(kinds["secured"] == 320 && kinds.values.reduce(0, +) == 400)
            #expect(await ProbeWorld.until { world.prober.connections == 0 })
        }
    }

    @Test func descriptorsComeBack() async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run { world in
            let address = try await world.hosts.add(.normal(chain))
            let stalling = try await world.hosts.add(.failing(at: .banner, .close))
            _ = await world.probe(address)
            #expect(await ProbeWorld.until { world.prober.connections == 0 })
            let before = Self.descriptors()
            await withTaskGroup { group in
                for number in 0..<200 { group.addTask { _ = await world.probe(number % 2 == 0 ? address : stalling) } }
            }
            // Other suites run beside this one and open what they need: a leak would be 200.
            #expect(await ProbeWorld.until { Self.descriptors() < before + 100 })
            #expect(await ProbeWorld.until { world.prober.connections == 0 })
        }
    }

    @Test func concurrencyIsBounded() async throws {
        try await ProbeWorld.run(timeout: .seconds(2), concurrency: 5) { world in
            let address = try await world.hosts.add(.silent)
            // The client's own connections: when the host gets to know of one, or of its end, is the host's affair.
            let most = Task {
                var most = 0
                while !Task.isCancelled {
                    most = max(most, world.prober.connections)
                    try? await Task.sleep(for: .milliseconds(1))
                }
                return most
            }
            let reasons = await withTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { await world.probe(address).end.reason } }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            most.cancel()
            // Five talk for two seconds; of the others some may get a slot at the very end of their wait.
            #expect(reasons["no answer within 2.0 seconds", default: 0] >= 5)
            #expect(reasons.values.reduce(0, +) == 20)
            #expect((1...5).contains(await most.value))
        }
    }

    @Test(arguments: SMTPHostBehaviour.Step.allCases)
    func cancellationReturnsAtOnce(_ step: SMTPHostBehaviour.Step) async throws {
        let chain = try await ProbeWorld.chain.value
        try await ProbeWorld.run(timeout: .seconds(60)) { world in
            let address = try await world.hosts.add(.normal(chain).failing(at: step, .stall))
            let probe = Task { await world.probe(address) }
            #expect(await ProbeWorld.until { world.hosts.connections(at: address) == 1 })
            probe.cancel()
            let end = await probe.value.end
            #expect(end.reason == "cancelled" && end.kind.hasPrefix("unreachable"), "\(end)")
            #expect(await ProbeWorld.until { world.prober.connections == 0 })
        }
    }

    @Test func cancelledBeforeItBegan() async throws {
        try await ProbeWorld.run { world in
            let address = try await world.hosts.add(.silent)
            let end = await withTaskGroup(of: ProbeReport.End.self) { group in
                group.cancelAll()
                group.addTask { await world.probe(address).end }
                return await group.next()
            }
            // Before it had a slot, or before it had a connection.
            #expect(end == .crowded("cancelled") || end == .unreachable(.connect, "cancelled"))
            #expect(world.hosts.connections(at: address) == 0)
        }
    }

    @Test func shutdownEndsAllProbes() async throws {
        try await ProbeWorld.run(timeout: .seconds(60), concurrency: 3) { world in
            let address = try await world.hosts.add(.silent)
            let reasons = await withTaskGroup(of: String.self) { group in
                for _ in 0..<6 { group.addTask { await world.probe(address).end.reason } }
                _ = await ProbeWorld.until { world.hosts.connections(at: address) == 3 }
                await world.prober.shutdown()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reasons == Array(repeating: "shut down", count: 6))
            #expect(await world.probe(address).end == .crowded("shut down"))
        }
    }

    @Test func theLibraryIsNamed() { #expect(Prober.gnuTLSVersion.hasPrefix("3.")) }
}
