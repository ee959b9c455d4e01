import DANE
import RESP
import Store
import Testing
import WorldServers
import WorldStore

@testable import Inspection
@testable import Sharing
@testable import Verdicts

/// What whoever can write to the store can do to mail, and what whoever also has the key can.
@Suite("A poisoned store", .timeLimit(.minutes(3))) struct SharingAttackTests {
    /// How a value is poisoned.
    enum Poison: String, CaseIterable, Sendable {
        case noSeal, otherKey, otherName, cut, changed, tooLong, otherForm, future, otherSettings, garbage, empty
    }

    private static let name = "danegate:1:default:v:d.example"

    private static func record(
        _ outcome: Outcome = .verified, at time: Int64, writer: String = "liar", settings: String = "same",
        hazards: [String] = []
    ) -> SharedRecord? {
        SharedRecord(
            Verdict(outcome: outcome, host: "mx", cause: "a lie", hazards: hazards), fresh: .seconds(600),
            stale: .seconds(60), writer: writer, at: time, settings: settings)
    }

    private static func bytes(_ poison: Poison, _ seal: StoreSeal, at time: Int64) throws -> [UInt8] {
        let right = try #require(record(at: time)?.sealed(seal, at: name))
        switch poison {
        case .noSeal: return Array(right.dropLast(StoreSeal.size)) + [UInt8](repeating: 0, count: StoreSeal.size)
        case .otherKey:
            let other = try StoreSeal(key: String(repeating: "x", count: 32))
            return try #require(record(at: time)?.sealed(other, at: name))
        case .otherName: return try #require(record(at: time)?.sealed(seal, at: "danegate:1:default:v:e.example"))
        case .cut: return Array(right.dropFirst())
        case .changed: return [right[0] ^ 1] + right.dropFirst()
        case .tooLong:
            let body = Array(repeating: UInt8(ascii: " "), count: 5000) + right.dropLast(StoreSeal.size)
            return body + seal.code(of: body, at: Array(name.utf8))
        case .otherForm:
            var other = try #require(record(at: time))
            other.s = 2
            return try #require(other.sealed(seal, at: name))
        case .future: return try #require(record(at: time + 3_600_000)?.sealed(seal, at: name))
        case .otherSettings: return try #require(record(at: time, settings: "other")?.sealed(seal, at: name))
        case .garbage: return (0..<2000).map { _ in UInt8.random(in: 0...255) }
        case .empty: return []
        }
    }

    @Test(arguments: Poison.allCases) func countsAsNothing(poison: Poison) async throws {
        try await SharingHost.run(["b"], outcome: .tlsaInvalid) { _, hosts async throws in
            let host = hosts[0]
            try await host.write(try Self.bytes(poison, host.sharing.seal, at: try await host.time()), at: Self.name)
            let verdict = await host.ask("d.example").verdict
            #expect(verdict.outcome == .tlsaInvalid && !verdict.isForeign)
            #expect(host.sharing.standing.refused.values.reduce(0, +) >= 1, "\(host.sharing.standing)")
        }
    }

    /// So many forged values never get a broken domain accepted, nor a good one refused.
    @Test func aFloodOfForgeriesChangesNothing() async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            let forger = try StoreSeal(key: String(repeating: "y", count: 40))
            let time = try await host.time()
            for number in 0..<500 {
                let isBroken = number.isMultiple(of: 2)
                let domain = "d\(number).example"
                host.set(isBroken ? .tlsaInvalid : .verified, of: domain)
                let name = "danegate:1:default:v:\(domain)"
                let lie = Self.record(isBroken ? .verified : .noSuchDomain, at: time)
                try await host.write(try #require(lie?.sealed(forger, at: name)), at: name)
            }
            for number in 0..<500 {
                let verdict = await host.ask("d\(number).example").verdict
                #expect(verdict.outcome == (number.isMultiple(of: 2) ? .tlsaInvalid : .verified))
                #expect(!verdict.isForeign)
            }
            #expect(host.sharing.standing.refused[.mac] == 500)
        }
    }

    /// Whoever has the key gets a broken domain accepted until this host looks, which finds the lie out: then nothing
    /// is believed that the liar wrote before, and what it writes later is looked at.
    @Test func aLiarIsFoundOut() async throws {
        try await SharingHost.run(["b"], outcome: .tlsaInvalid) {
            $0.checkedShare = 1
        } _: { _, hosts async throws in
            let host = hosts[0]
            for domain in ["d.example", "e.example"] {
                try await host.write(
                    Self.record(at: try await host.time()), at: "danegate:1:default:v:\(domain)")
            }
            #expect(await host.ask("d.example").verdict.isForeign)
            #expect(try await eventually(within: SharingHost.patience) { host.sharing.standing.differences == 1 })
            #expect(
                try await eventually(within: SharingHost.patience) {
                    await host.ask("d.example").verdict.outcome == .tlsaInvalid
                })
            #expect(await host.ask("e.example").verdict.outcome == .tlsaInvalid)
            #expect(host.sharing.standing.refused[.writer] == 1)
            let later = try await host.time() + 10
            try await host.write(Self.record(at: later), at: "danegate:1:default:v:f.example")
            #expect(await host.ask("f.example").verdict.outcome == .tlsaInvalid)
            #expect(host.sharing.standing.differences == 2)
            // Another host is believed.
            host.set(.verified, of: "g.example")
            try await host.write(Self.record(at: later, writer: "honest"), at: "danegate:1:default:v:g.example")
            #expect(await host.ask("g.example").verdict.isForeign)
        }
    }

    @Test(arguments: [Outcome.noSuchDomain, .nullMX, .tlsaInvalid, .noMailHost])
    func aFalseFailureIsLookedAtAtOnce(outcome: Outcome) async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            try await host.write(Self.record(outcome, at: try await host.time()), at: Self.name)
            let verdict = await host.ask("d.example").verdict
            #expect(verdict.outcome == .verified && !verdict.isForeign)
            #expect(host.looks(at: "d.example") == 1)
            #expect(host.sharing.standing.asked[.failure] == 1)
        }
    }

    /// A hazard in the way of a good verdict could be a reason for a refusal.
    @Test func aForeignHazardIsLookedAt() async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            try await host.write(Self.record(at: try await host.time(), hazards: ["boom"]), at: Self.name)
            let verdict = await host.ask("d.example").verdict
            #expect(verdict.hazards.isEmpty && !verdict.isForeign)
        }
    }

    /// Neither doubts nor what settings bring about are told by any host, so nobody believes them.
    @Test(arguments: [Outcome.dnsUnavailable, .unreachable, .pending, .unprobed, .daneRequired])
    func whatIsNotToldIsNotBelieved(outcome: Outcome) async throws {
        try await SharingHost.run(["b"]) { _, hosts async throws in
            let host = hosts[0]
            try await host.write(Self.record(outcome, at: try await host.time()), at: Self.name)
            let verdict = await host.ask("d.example").verdict
            #expect(verdict.outcome == .verified && !verdict.isForeign)
            #expect(host.sharing.standing.refused[.form] == 1)
        }
    }

    /// The age of a fault is bounded, and is nothing in the future or without a sighting.
    @Test(arguments: [Int64.min, -3_600_000, 30_000, 3_600_000, Int64.max])
    func anInventedAgeIsBounded(offset: Int64) async throws {
        try await SharingHost.run(["b"], outcome: .tlsaInvalid) { _, hosts async throws in
            let host = hosts[0]
            let now = try await host.time()
            let time = offset == .min ? 0 : offset == .max ? 1 << 52 : now + offset
            let name = "danegate:1:default:f:d.example"
            try await host.write(SharedRecord(writer: "liar", at: time, settings: "same"), at: name)
            let subject = FaultBook.Subject.destination(SharingHost.destination("d.example"))
            #expect(host.service.keeper.faults.failingFor(subject) == .zero)
            _ = await host.ask("d.example")
            let memory = FaultBook.memory(deferFor: .seconds(900))
            let age = host.service.keeper.faults.failingFor(subject)
            if offset < 0 {
                #expect(age >= (offset == .min ? memory : .seconds(3600)))
                #expect(age < (offset == .min ? memory : .seconds(3600)) + SharingHost.patience)
            } else {
                #expect(age < SharingHost.patience)
            }
        }
    }

    /// A lock that nobody frees holds up a recipient for as long as was set, and no longer.
    @Test func aLockHeldForEverIsWaitedOut() async throws {
        try await SharingHost.run(["b"]) {
            $0.wait = { .milliseconds(300) }
        } _: { _, hosts async throws in
            try await hosts[0].write(Array("nobody".utf8), at: "danegate:1:default:l:d.example")
            #expect(await hosts[0].ask("d.example").verdict.outcome == .verified)
            #expect(hosts[0].sharing.standing.waits == 1)
            // It is another's, and stays.
            let lock = try await hosts[0].value("danegate:1:default:l:d.example")
            #expect(lock.text == "nobody")
        }
    }

    @Test func aFloodOfChangesDropsNothingGood() async throws {
        try await SharingHost.run { _, hosts async throws in
            #expect(await hosts[0].ask("d.example").verdict.outcome == .verified)
            for number in 0..<300 {
                try await hosts[1].write(Array("\(number)".utf8), at: Self.name)
                try await hosts[1].write([], at: "danegate:1:default:v:\(number) \r\n")
            }
            #expect(await hosts[0].ask("d.example").isCached)
            #expect(hosts[0].looks(at: "d.example") == 1)
        }
    }
}
