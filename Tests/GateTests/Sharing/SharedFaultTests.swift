import DANE
import RESP
import Store
import Testing
import WorldServers
import WorldStore

@testable import Inspection
@testable import Sharing
@testable import Verdicts

@Suite("Faults that were seen without the store", .timeLimit(.minutes(3))) struct SharedFaultTests {
    private static let fault = FaultBook.Subject.destination(SharingHost.destination("d.example"))
    private static let doubt = FaultBook.Subject.doubt(SharingHost.destination("d.example"))
    private static let name = "danegate:1:default:f:d.example"

    private func age(_ host: SharingHost, _ name: String = name) async throws -> Duration {
        host.sharing.age(try await host.value(name), at: name, try await host.time())
    }

    /// Waits until all hosts have told what they know, and the store has a sighting that old.
    private func waits(_ host: SharingHost, for least: Duration, _ name: String = name) async throws -> Bool {
        try await eventually(within: SharingHost.patience) { try await age(host, name) >= least }
    }

    @Test(arguments: [(Self.fault, "f"), (Self.doubt, "d")])
    func aStoreThatForgetsLearnsThemAnew(subject: FaultBook.Subject, kind: String) async throws {
        try await SharingHost.run { _, hosts async throws in
            let faults = hosts.map(\.service.keeper.faults)
            faults[0].note(subject, at: .now - .seconds(3600))
            faults[1].note(subject, at: .now - .seconds(60))
            try await hosts[0].store(Array("FLUSHALL".utf8))
            let name = "danegate:1:default:\(kind):d.example"
            // Whoever comes first: the earlier one stays.
            #expect(try await waits(hosts[1], for: .seconds(3600), name))
            #expect(try await age(hosts[1], name) < .seconds(3600) + SharingHost.patience)
            let left = try await hosts[0].store(Array("PTTL".utf8), Array(name.utf8)).integer ?? 0
            #expect(left > 0 && left <= 4 * 3_600_000)
        }
    }

    @Test func aStoreThatIsBackLearnsThem() async throws {
        try await SharingHost.run {
            $0.store.firstPause = .milliseconds(50)
            $0.store.breaker.pause = .milliseconds(100)
        } _: { redis, hosts async throws in
            await redis.kill()
            hosts[0].service.keeper.faults.note(Self.fault, at: .now - .seconds(1800))
            try await redis.restart()
            #expect(
                try await eventually(within: SharingHost.patience) {
                    hosts.allSatisfy { $0.sharing.client.isReady }
                })
            #expect(try await waits(hosts[1], for: .seconds(1800)))
        }
    }

    /// One that counts no more is not told, nor one that is known to be over, nor what policy alone demands.
    @Test(arguments: ["forgotten", "healed", "policy"]) func whatIsOverIsNotTold(why: String) async throws {
        try await SharingHost.run { _, hosts async throws in
            let faults = hosts[0].service.keeper.faults
            switch why {
            case "forgotten": faults.note(Self.fault, at: .now - .seconds(5 * 3600))
            case "policy": faults.note(.policy(SharingHost.destination("d.example")), at: .now - .seconds(60))
            default: faults.note(Self.fault, at: .now - .seconds(600))
            }
            // What is told after it, so that it is known when all has been told.
            faults.note(.destination(SharingHost.destination("last.example")), at: .now - .seconds(1))
            if why == "healed" {
                _ = await hosts[1].ask("d.example")
                #expect(
                    try await eventually(within: SharingHost.patience) {
                        try await hosts[0].value("danegate:1:default:v:d.example") != .null
                    })
            }
            hosts[0].sharing.returned.yield()
            #expect(try await waits(hosts[0], for: .seconds(1), "danegate:1:default:f:last.example"))
            #expect(try await hosts[0].value(Self.name) == .null)
        }
    }

    /// What stands there without a seal is in nobody's way.
    @Test func aForgedSightingIsReplaced() async throws {
        try await SharingHost.run(["a"]) { _, hosts async throws in
            try await hosts[0].write(Array("forged".utf8), at: Self.name)
            hosts[0].service.keeper.faults.note(Self.fault, at: .now - .seconds(900))
            hosts[0].sharing.returned.yield()
            #expect(try await waits(hosts[0], for: .seconds(900)))
        }
    }
}
