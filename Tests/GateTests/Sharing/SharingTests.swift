import DANE
import RESP
import Store
import Testing
import WorldServers
import WorldStore

@testable import Inspection
@testable import Policy
@testable import Sharing
@testable import Verdicts

@Suite("Hosts that share what they know", .timeLimit(.minutes(3))) struct SharingTests {
    private func rule(_ verdict: Verdict, _ change: (inout Settings) -> Void = { _ in }) -> Ruling.Action {
        var settings = Settings()
        settings.deferFor = .zero
        change(&settings)
        return Rulebook(settings).rule(verdict, domain: "d.example", policy: nil) { _ in .seconds(86400) }.action
    }

    @Test func oneInspectionServesAll() async throws {
        let door = Turnstile()
        try await SharingHost.run(["a", "b", "c"], door: door) { _, hosts async throws in
            try await withThrowingTaskGroup(of: Outcome.self) { group in
                for host in hosts { group.addTask { await host.ask("d.example").verdict.outcome } }
                // One has the lock, and the others wait for it.
                #expect(
                    try await eventually(within: SharingHost.patience) {
                        hosts.reduce(0) { $0 + $1.sharing.standing.waits } == 2
                    })
                door.open()
                for try await outcome in group { #expect(outcome == .verified) }
            }
            #expect(hosts.reduce(0) { $0 + $1.looks(at: "d.example") } == 1)
            // It is kept now, and nobody asks the store.
            for host in hosts {
                let asked = host.sharing.standing.asked
                #expect(await host.ask("d.example").isCached)
                #expect(host.sharing.standing.asked == asked)
            }
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[0].value("danegate:1:default:l:d.example") == .null
                })
        }
    }

    @Test func whatIsKnownIsNotInspected() async throws {
        try await SharingHost.run { _, hosts async throws in
            #expect(await hosts[0].ask("d.example").verdict.outcome == .verified)
            #expect(try await eventually(within: SharingHost.patience) { hosts[0].sharing.standing.told == 1 })
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[1].value("danegate:1:default:v:d.example") != .null
                })
            let answer = await hosts[1].ask("d.example")
            #expect(answer.verdict.outcome == .verified && answer.verdict.isForeign)
            #expect(answer.verdict.host == "mx" && answer.verdict.cause == "seen")
            #expect(hosts[1].looks(at: "d.example") == 0)
            #expect(hosts[1].sharing.standing.asked[.used] == 1)
        }
    }

    /// Another host's failure defers at most, whatever is set, and this host looks at once.
    @Test func aForeignFailureDefersUntilItIsSeen() async throws {
        let door = Turnstile()
        try await SharingHost.run(["a"], outcome: .tlsaInvalid) { redis, hosts async throws in
            #expect(await hosts[0].ask("d.example").verdict.outcome == .tlsaInvalid)
            let other = try await SharingHost("b", "redis://127.0.0.1:\(redis.port)", door: door, outcome: .tlsaInvalid)
            try await other.join()
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await other.value("danegate:1:default:v:d.example") != .null
                })
            async let early = other.ask("d.example", within: .seconds(5))
            #expect(try await eventually(within: SharingHost.patience) { door.begun == 1 })
            let told = await early.verdict
            #expect(told.outcome == .tlsaInvalid && told.isForeign)
            #expect(rule(told) == .tempfail)
            #expect(rule(told) { $0.rulings[.tlsaInvalid] = .reject } == .tempfail)
            #expect(rule(told) { $0.rulings[.tlsaInvalid] = .accept } == .accept)
            door.open()
            let own = await other.ask("d.example").verdict
            #expect(own.outcome == .tlsaInvalid && !own.isForeign)
            #expect(rule(own) == .reject)
            #expect(other.looks(at: "d.example") == 1)
            await other.stop()
        }
    }

    @Test func aFaultIsAsOldAsItIsAnywhere() async throws {
        try await SharingHost.run(outcome: .tlsaInvalid) { _, hosts async throws in
            let subject = FaultBook.Subject.destination(SharingHost.destination("d.example"))
            hosts[0].service.keeper.faults.note(subject, at: .now - .seconds(3600))
            _ = await hosts[0].ask("d.example")
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[1].value("danegate:1:default:f:d.example") != .null
                })
            // Without a sighting of its own it does not count.
            #expect(!hosts[1].service.keeper.faults.knows(subject))
            _ = await hosts[1].ask("d.example")
            let now = ContinuousClock.now
            let ages = hosts.map { $0.service.keeper.faults.failingFor(subject, at: now) }
            #expect(ages[0] >= .seconds(3600))
            #expect(max(ages[0], ages[1]) - min(ages[0], ages[1]) < .seconds(1), "\(ages)")
        }
    }

    @Test func aHealedDomainIsDroppedEverywhere() async throws {
        try await SharingHost.run(outcome: .tlsaInvalid) { _, hosts async throws in
            for host in hosts { #expect(await host.ask("d.example").verdict.outcome == .tlsaInvalid) }
            // Two hosts write in any order: only then is what the second one saw in the store.
            let name = "danegate:1:default:v:d.example"
            #expect(
                try await eventually(within: SharingHost.patience) {
                    let bytes = try await hosts[0].value(name).bytes ?? []
                    return (try? SharedRecord(bytes, hosts[0].sharing.seal, at: name))?.w == "b"
                })
            for host in hosts { host.set(.verified, of: "d.example") }
            #expect(hosts[1].service.isConcerned(SharingHost.key("d.example")))
            await hosts[0].recheck("d.example")
            #expect(
                try await eventually(within: SharingHost.patience) {
                    !hosts[1].service.isConcerned(SharingHost.key("d.example"))
                })
            // Whoever has seen the fault looks itself.
            let answer = await hosts[1].ask("d.example").verdict
            #expect(answer.outcome == .verified && !answer.isForeign)
            #expect(hosts[1].looks(at: "d.example") == 2)
            #expect(hosts[1].sharing.standing.dropped == 1)
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[0].value("danegate:1:default:f:d.example") == .null
                })
        }
    }

    @Test func aBrokenDomainIsDroppedWhereItIsKnownByOthers() async throws {
        try await SharingHost.run(["a", "b", "c"]) { _, hosts async throws in
            #expect(await !hosts[0].ask("d.example").verdict.isForeign)
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[1].value("danegate:1:default:v:d.example") != .null
                })
            #expect(await hosts[1].ask("d.example").verdict.isForeign)
            for host in hosts { host.set(.tlsaInvalid, of: "d.example") }
            await hosts[2].recheck("d.example")
            #expect(
                try await eventually(within: SharingHost.patience) {
                    await hosts[1].ask("d.example").verdict.outcome == .tlsaInvalid
                })
            // What a host has seen itself stays until it has run out.
            #expect(await hosts[0].ask("d.example").verdict.outcome == .verified)
        }
    }

    /// Changes are not told while there is no connection.
    @Test func whatCameFromTheStoreIsDroppedWithTheConnection() async throws {
        try await SharingHost.run(["a", "b"]) {
            $0.store.firstPause = .milliseconds(50)
            $0.store.breaker.pause = .milliseconds(100)
        } _: { redis, hosts async throws in
            #expect(await hosts[0].ask("d.example").verdict.outcome == .verified)
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[1].value("danegate:1:default:v:d.example") != .null
                })
            #expect(await hosts[1].ask("d.example").verdict.isForeign)
            #expect(await hosts[1].ask("own.example").verdict.isForeign == false)
            await redis.kill()
            // Without the store it still serves.
            #expect(await hosts[1].ask("d.example").verdict.isForeign)
            try await redis.restart()
            #expect(
                try await eventually(within: SharingHost.patience) {
                    !hosts[1].service.isConcerned(SharingHost.key("d.example"))
                })
            #expect(await hosts[1].ask("own.example").isCached)
            #expect(await !hosts[1].ask("d.example").verdict.isForeign)
        }
    }

    /// Where policy demands DANE, others count only if they have found it.
    @Test func whatPolicyDemandsIsEachHostsOwnAffair() async throws {
        try await SharingHost.run { _, hosts async throws in
            hosts[0].set(.opportunistic, of: "none.example")
            hosts[1].set(.opportunistic, of: "none.example")
            for name in ["d.example", "none.example"] { _ = await hosts[0].ask(name) }
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[1].value("danegate:1:default:v:none.example") != .null
                })
            for (name, looks) in [("d.example", 0), ("none.example", 1)] {
                let answer = await hosts[1].service.verdict(
                    on: SharingHost.destination(name), demandingDANE: true, before: .now + SharingHost.patience)
                #expect(answer.verdict.isForeign == (looks == 0))
                #expect(hosts[1].looks(at: name) == looks)
            }
        }
    }

    /// One host reads that nobody knows and nobody inspects. Before it has the lock, another one tells what it has
    /// found: if that is good, it is enough, and if not, this one sees for itself.
    @Test(arguments: [Outcome.verified, .tlsaInvalid])
    func whatIsToldBeforeTheLockIsUsed(outcome: Outcome) async throws {
        try await SharingHost.run(["a"]) { redis, hosts async throws in
            let proxy = try await StoreProxy(.passing(to: redis.port, after: .zero))
            let late = try await SharingHost("b", "redis://127.0.0.1:\(proxy.port)")
            try await late.join()
            let time = try await late.time()
            let reads = try await Self.reads(hosts[0])
            proxy.conduct(.passing(to: redis.port, after: .seconds(2)))
            async let answer = late.ask("d.example")
            #expect(try await eventually(within: SharingHost.patience) { try await Self.reads(hosts[0]) > reads })
            let told = SharedRecord(
                Verdict(outcome: outcome, host: "mx", cause: "seen"), fresh: .seconds(600), stale: .zero,
                writer: "a", at: time, settings: "same")
            try await hosts[0].write(told, at: "danegate:1:default:v:d.example")
            #expect(await answer.verdict.isForeign == (outcome == .verified))
            #expect(late.mayHaveRelied(on: "d.example") == (outcome == .verified ? [] : [false]))
            // The lock is freed.
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[0].value("danegate:1:default:l:d.example") == .null
                })
            await late.stop()
            await proxy.stop()
        }
    }

    /// How often the store was asked for several values.
    private static func reads(_ host: SharingHost) async throws -> Int {
        let text = try await host.store(Array("INFO".utf8), Array("commandstats".utf8)).text ?? ""
        let count = text.firstMatch(of: /cmdstat_mget:calls=(\d+)/).flatMap { Int($0.output.1) }
        return count ?? 0
    }
}
