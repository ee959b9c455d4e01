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

/// What whoever can write to the store can do to mail by sheer number, and for how long a lie lasts.
@Suite("A store full of forgeries", .timeLimit(.minutes(5))) struct SharingFloodTests {
    private static let name = "danegate:1:default:v:d.example"

    private static func lie(at time: Int64, fresh: Duration = .seconds(600)) -> SharedRecord? {
        SharedRecord(
            Verdict(outcome: .verified, host: "mx", cause: "a lie"), fresh: fresh, stale: .seconds(86_400 * 300),
            writer: "liar", at: time, settings: "same")
    }

    /// One more forgery of what a host has written: bits, bytes, parts and ends of it, at any place.
    private static func forgery(_ number: Int, of right: [UInt8], by random: inout Draws) -> [UInt8] {
        var bytes = right
        switch number % 6 {
        case 0: bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 1: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        case 2: bytes.removeFirst(Int.random(in: 1...bytes.count, using: &random))
        case 3: bytes.insert(.random(in: 0...255, using: &random), at: .random(in: 0...bytes.count, using: &random))
        case 4:
            for index in bytes.indices.suffix(StoreSeal.size) { bytes[index] = .random(in: 0...255, using: &random) }
        default:
            let count = Int.random(in: 0...200, using: &random)
            bytes = (0..<count).map { _ in .random(in: 0...255, using: &random) }
        }
        return bytes
    }

    /// The same draws in each run.
    private struct Draws: RandomNumberGenerator {
        var state: UInt64 = 7

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// Neither a verdict nor the age of a fault is believed that is not byte for byte what a host has written there.
    @Test func aHundredThousandForgeriesAreNothing() async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            let time = try await host.time()
            let right = try #require(Self.lie(at: time)?.sealed(host.sharing.seal, at: Self.name))
            #expect(host.sharing.verdict(.bulk(right), at: Self.name, time) != nil)
            var random = Draws()
            for number in 0..<100_000 {
                let bytes = Self.forgery(number, of: right, by: &random)
                guard bytes != right else { continue }
                if number.isMultiple(of: 2) {
                    #expect(host.sharing.verdict(.bulk(bytes), at: Self.name, time) == nil)
                } else {
                    #expect(host.sharing.age(.bulk(bytes), at: Self.name, time + 3_600_000) == .zero)
                }
            }
            for other in ["danegate:1:default:v:e.example", "danegate:1:other:v:d.example", "\(Self.name)x"] {
                #expect(host.sharing.verdict(.bulk(right), at: other, time) == nil)
            }
            let refused = host.sharing.standing.refused
            #expect(refused[.mac, default: 0] + refused[.form, default: 0] >= 99_000, "\(refused)")
        }
    }

    /// The same over the store: many destinations, each with a forged verdict and a forged age.
    @Test func theirDestinationsAreRuledRightly() async throws {
        try await SharingHost.run(["b"], outcome: .tlsaInvalid) { _, hosts async throws in
            let host = hosts[0]
            let time = try await host.time()
            let count = 3000
            var random = Draws()
            var commands: [RESPCommand] = []
            for number in 0..<count {
                let name = "danegate:1:default:v:d\(number).example"
                let right = try #require(Self.lie(at: time)?.sealed(host.sharing.seal, at: name))
                let age = "danegate:1:default:f:d\(number).example"
                for (name, bytes) in [(name, right), (age, right)] {
                    var forged = Self.forgery(number, of: bytes, by: &random)
                    if forged == right { forged = [] }
                    commands.append(RESPCommand(words: [Array("SET".utf8), Array(name.utf8), forged]))
                }
            }
            for start in stride(from: 0, to: commands.count, by: 500) {
                _ = try await host.sharing.client.answers(
                    to: Array(commands[start..<min(start + 500, commands.count)]), within: SharingHost.patience)
            }
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<16 {
                    group.addTask {
                        for number in stride(from: worker, to: count, by: 16) {
                            let verdict = await host.ask("d\(number).example").verdict
                            #expect(verdict.outcome == .tlsaInvalid && !verdict.isForeign)
                            let subject = FaultBook.Subject.destination(SharingHost.destination("d\(number).example"))
                            let age = host.service.keeper.faults.failingFor(subject)
                            #expect(age < SharingHost.patience, "no refusal before this host has seen it long enough")
                        }
                    }
                }
            }
            #expect(host.sharing.standing.asked[.used, default: 0] == 0)
        }
    }

    /// However long a lie is to be believed, it is for no longer than this host keeps verdicts of its own.
    @Test func aLieEndsWhenOurOwnVerdictWould() async throws {
        try await SharingHost.run(["b"], outcome: .tlsaInvalid) { _, hosts async throws in
            let host = hosts[0]
            try await host.write(Self.lie(at: try await host.time(), fresh: .seconds(86_400 * 365)), at: Self.name)
            #expect(await host.ask("d.example").verdict.isForeign)
            let usual = Settings()
            let kept = try #require(host.service.keeper.cache.peek(SharingHost.key("d.example"), at: .now))
            // The cache counts in ticks, which are shorter than a second.
            #expect(kept.fresh < min(usual.cacheMaxTTL, usual.probeTTL) + .seconds(1))
            #expect(kept.left - kept.fresh < usual.cacheStaleTTL + .seconds(1))
            // What was found long ago is over, however long it was to last.
            let old = try await host.time() - 601_000
            try await host.write(Self.lie(at: old), at: "danegate:1:default:v:e.example")
            #expect(await host.ask("e.example").verdict.outcome == .tlsaInvalid)
        }
    }

    /// Whoever takes the lock of a host that inspects, or frees it, makes others inspect as well, and nothing else.
    @Test(arguments: ["", "thief"]) func aStolenLockHoldsUpNobodyForLong(token: String) async throws {
        let door = Turnstile()
        try await SharingHost.run(door: door) {
            $0.wait = { .milliseconds(300) }
        } _: { _, hosts async throws in
            let lock = "danegate:1:default:l:d.example"
            async let first = hosts[0].ask("d.example")
            #expect(try await eventually(within: SharingHost.patience) { door.begun == 1 })
            if token.isEmpty {
                try await hosts[1].store(Array("DEL".utf8), Array(lock.utf8))
            } else {
                try await hosts[1].write(Array(token.utf8), at: lock)
            }
            async let second = hosts[1].ask("d.example")
            #expect(try await eventually(within: SharingHost.patience) { door.begun == 2 })
            door.open()
            for answer in [await first, await second] { #expect(answer.verdict.outcome == .verified) }
            guard !token.isEmpty else { return }
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await hosts[0].value(Self.name) != .null
                })
            // Nobody frees what is another's.
            #expect(try await hosts[0].value(lock).text == token)
        }
    }

    /// A store that somebody has filled takes nothing more, with any policy: each host goes on alone.
    @Test(arguments: ["noeviction", "volatile-lru", "allkeys-lru"])
    func aFloodOfKeysIsNoHarm(policy: String) async throws {
        try await SharingHost.run(settings: ["maxmemory 4mb", "maxmemory-policy \(policy)"]) { _, hosts async throws in
            for host in hosts { host.set(.tlsaInvalid, of: "bad.example") }
            let value = [UInt8](repeating: 0x78, count: 2000)
            for start in 0..<10 {
                let commands = (0..<500).map { number in
                    let name = Array("danegate:1:default:v:flood\(start * 500 + number).example".utf8)
                    return RESPCommand(words: [Array("SET".utf8), name, value])
                }
                _ = try await hosts[0].sharing.client.answers(to: commands, within: SharingHost.patience)
            }
            for host in hosts {
                #expect(await host.ask("good.example").verdict.outcome == .verified)
                let bad = await host.ask("bad.example").verdict
                #expect(bad.outcome == .tlsaInvalid && !bad.isForeign)
                #expect(await host.ask("flood7.example").verdict.outcome == .verified)
                #expect(host.sharing.standing.isUp)
            }
        }
    }
}
