import DANE
import RESP
import Store
import Synchronization
import Testing
import WorldServers
import WorldStore

@testable import Gate
@testable import Policy
@testable import Sharing
@testable import Verdicts

@Suite("Exemptions that several hosts share", .timeLimit(.minutes(3))) struct SharedExemptionTests {
    private static let key = "danegate:1:default:x"

    private func send(_ host: ExemptingHost, _ words: String...) async throws -> RESPValue {
        try await host.host.sharing.client.answer(
            to: RESPCommand(words: words.map { Array($0.utf8) }), within: SharingHost.patience)
    }

    /// Writes an exemption as whoever has the key can.
    private func write(_ exemption: Exemption, _ host: ExemptingHost, field: String? = nil) async throws {
        let seal = host.host.sharing.seal
        let time = try await host.host.time()
        let field = field ?? exemption.pattern.description
        let record = SharedRecord(exemption, writer: "liar", at: time)
        let bytes = try #require(record.sealed(seal, at: SharedExemption.name(of: field, in: Self.key)))
        try await host.host.store(Array("HSET".utf8), Array(Self.key.utf8), Array(field.utf8), bytes)
    }

    private static func exemption(
        _ domain: String, added: Int64, until: Int64? = nil, reason: String = "why", by: String = "eve on liar"
    ) throws -> Exemption {
        let pattern = try #require(DomainPattern(domain))
        return Exemption(pattern, until: until ?? added / 1000 + 86_400, reason: reason, by: by, added: added)
    }

    @Test(arguments: ["d.example", ".d.example"]) func holdsOnAllHostsAndEndsOnAll(domain: String) async throws {
        try await ExemptingHost.run(["a", "b", "c"]) { hosts in
            #expect(try await hosts[0].add(domain, reason: "they are moving") == .told)
            for host in hosts { #expect(try await host.waits(domain)) }
            #expect(hosts[0].exemption(domain)?.by == "alice")
            let found = try #require(hosts[1].exemption(domain))
            #expect(found.by == "alice on a" && found.reason == "they are moving" && found.isFromOtherHost)
            #expect(found.added == hosts[0].exemption(domain)?.added)
            // Whoever is told may end it.
            #expect(try await hosts[1].remove(domain) == .told)
            for host in hosts { #expect(try await host.waits(domain, isExempt: false)) }
            let ended = try hosts[2].history().first
            #expect(ended?.end == .removed && ended?.endedBy == "bob on b" && ended?.by == "alice on a")
            // And make it anew.
            #expect(try await hosts[2].add(domain, by: "carol") == .told)
            for host in hosts { #expect(try await host.waits(domain)) }
            #expect(hosts[0].exemption(domain)?.by == "carol on c")
            #expect(hosts[0].host.sharing.standing.refused.isEmpty)
        }
    }

    /// Whatever the clocks say, the removal is later than what it removes, and what is made then is later than that.
    @Test func aRemovalWinsOverTheClocks() async throws {
        try await ExemptingHost.run { hosts in
            let ahead = try await hosts[0].host.time() + 3_600_000
            try await write(try Self.exemption("d.example", added: ahead), hosts[0])
            for host in hosts {
                await host.read()
                #expect(host.exemption("d.example")?.added == ahead)
            }
            #expect(try await hosts[0].remove("d.example") == .told)
            #expect(try await hosts[1].waits("d.example", isExempt: false))
            // The older one, written once more.
            try await write(try Self.exemption("d.example", added: ahead), hosts[0])
            for host in hosts { await host.read() }
            for host in hosts { #expect(try await host.waits("d.example", isExempt: false)) }
            #expect(try await hosts[0].add("d.example") == .told)
            #expect(try await hosts[1].waits("d.example"))
            #expect(hosts[1].exemption("d.example")?.added == ahead + 1)
        }
    }

    /// A store that forgets everything takes nothing back, and learns it anew.
    @Test func whatTheStoreForgetsTheHostsKnow() async throws {
        try await ExemptingHost.run { hosts in
            for domain in ["d.example", "e.example"] { #expect(try await hosts[0].add(domain) == .told) }
            for domain in ["d.example", "e.example"] { #expect(try await hosts[1].waits(domain)) }
            #expect(try await hosts[1].remove("e.example") == .told)
            #expect(try await hosts[0].waits("e.example", isExempt: false))
            _ = try await send(hosts[0], "FLUSHALL")
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await send(hosts[0], "HLEN", Self.key).integer == 2
                })
            for host in hosts {
                await host.read()
                #expect(host.exemption("d.example") != nil && host.exemption("e.example") == nil)
            }
            #expect(hosts[1].exemption("d.example")?.by == "alice on a")
        }
    }

    /// Who was away brings nothing back that was removed meanwhile, though the store has forgotten the removal too.
    @Test func whoWasAwayBringsNothingBack() async throws {
        try await SharingHost.run { _, sharing async throws in
            let hosts = try sharing.map(ExemptingHost.init)
            defer { for host in hosts { host.stop() } }
            #expect(try await hosts[1].add("own.example") == .alone)
            hosts[0].join()
            #expect(try await hosts[0].add("d.example") == .told)
            hosts[1].join()
            for host in hosts { for domain in ["d.example", "own.example"] { #expect(try await host.waits(domain)) } }
            // The second one is not told.
            hosts[1].host.sharing.exemptions.withLock { $0 = nil }
            #expect(try await hosts[0].remove("d.example") == .told)
            _ = try await send(hosts[0], "FLUSHALL")
            #expect(hosts[1].exemption("d.example") != nil)
            hosts[1].join()
            #expect(try await hosts[1].waits("d.example", isExempt: false))
            #expect(hosts[0].exemption("d.example") == nil && hosts[0].exemption("own.example") != nil)
        }
    }

    /// The store lets nobody write: the administrator is told, it holds here, and nowhere else.
    @Test func whoMayNotWriteHasItAlone() async throws {
        try await ExemptingHost.run { hosts in
            let acl = ["ACL", "SETUSER", "default"]
            func allow(_ rules: String...) async throws {
                _ = try await hosts[0].host.sharing.client.answer(
                    to: RESPCommand(words: (acl + rules).map { Array($0.utf8) }), within: SharingHost.patience)
            }
            try await allow("resetkeys", "~danegate:1:*:[dflv]:*", "%R~danegate:1:*:x")
            guard case .refused(let words) = try await hosts[0].add("d.example") else {
                Issue.record("it was not refused")
                return
            }
            #expect(words.contains("NOPERM"))
            #expect(hosts[0].exemption("d.example") != nil)
            #expect(hosts[0].host.sharing.standing.exemptionsFault?.contains("NOPERM") == true)
            await hosts[1].read()
            #expect(hosts[1].exemption("d.example") == nil)
            #expect(hosts[1].host.sharing.standing.exemptionsFault == nil)
            try await allow("allkeys")
            #expect(try await hosts[0].add("e.example") == .told)
            for domain in ["d.example", "e.example"] { #expect(try await hosts[1].waits(domain)) }
            #expect(hosts[0].host.sharing.standing.exemptionsFault == nil)
        }
    }

    @Test func offMeansEachItsOwn() async throws {
        try await ExemptingHost.run {
            $0.sharesExemptions = false
        } _: { hosts in
            #expect(try await hosts[0].add("d.example") == .alone)
            #expect(hosts[0].exemption("d.example") != nil)
            #expect(try await send(hosts[0], "EXISTS", Self.key).integer == 0)
            try await write(try Self.exemption("e.example", added: 1_000_000_000_000), hosts[0])
            await hosts[1].read()
            #expect(hosts[1].exemption("e.example") == nil)
        }
    }

    /// How an exemption is poisoned.
    enum Poison: String, CaseIterable, Sendable {
        case noSeal, otherKey, otherField, cut, tooLong, over, future, endless, newline, noHost, otherSpelling,
            garbage
        case empty, notAnExemption
    }

    private func poison(_ poison: Poison, _ host: ExemptingHost) async throws {
        let time = try await host.host.time()
        let seal = host.host.sharing.seal
        var field = "d.example"
        var exemption = try Self.exemption(field, added: time)
        switch poison {
        case .over: exemption = try Self.exemption(field, added: time, until: time / 1000 - 5)
        case .future: exemption = try Self.exemption(field, added: time + 2 * 86_400_000)
        case .endless: exemption = try Self.exemption(field, added: time, until: 1 << 40)
        case .newline: exemption = try Self.exemption(field, added: time, reason: "a\u{202E}b")
        case .tooLong:
            exemption = try Self.exemption(field, added: time, reason: String(repeating: "x", count: 501))
        case .otherSpelling: field = "D.EXAMPLE"
        default: break
        }
        let name = SharedExemption.name(of: poison == .otherField ? "e.example" : field, in: Self.key)
        let writing = poison == .otherKey ? try StoreSeal(key: String(repeating: "x", count: 32)) : seal
        var record = SharedRecord(exemption, writer: "liar", at: time)
        // It would pass for one of each host's own.
        if poison == .noHost { record.b = "eve" }
        let right = try #require(record.sealed(writing, at: name))
        let bytes: [UInt8] =
            switch poison {
            case .noSeal: Array(right.dropLast(StoreSeal.size)) + [UInt8](repeating: 0, count: StoreSeal.size)
            case .cut: Array(right.dropFirst())
            case .garbage: (0..<5000).map { _ in UInt8.random(in: 0...255) }
            case .empty: []
            case .notAnExemption:
                try #require(SharedRecord(writer: "liar", at: time, settings: "same").sealed(seal, at: name))
            default: right
            }
        try await host.host.store(Array("HSET".utf8), Array(Self.key.utf8), Array(field.utf8), bytes)
    }

    @Test(arguments: Poison.allCases) func whatIsPoisonedCountsAsNothing(poison: Poison) async throws {
        try await ExemptingHost.run(["a", "b"]) { hosts in
            try await self.poison(poison, hosts[0])
            for host in hosts {
                await host.read()
                #expect(host.book.count == 0)
                // What is over is removed by who comes first.
                #expect(host.host.sharing.standing.refused.values.reduce(0, +) >= 1 || poison == .over)
            }
            // It is in nobody's way.
            #expect(try await hosts[0].add("d.example") == .told)
            #expect(try await hosts[1].waits("d.example"))
        }
    }

    /// What is no hash at all holds up nothing.
    @Test func whatIsNoHashIsNotRead() async throws {
        try await ExemptingHost.run(["a"]) { hosts in
            _ = try await send(hosts[0], "SET", Self.key, "x")
            guard case .unanswered = try await hosts[0].add("d.example") else {
                Issue.record("it was told")
                return
            }
            #expect(hosts[0].exemption("d.example") != nil && hosts[0].host.sharing.standing.isUp)
        }
    }

    /// More than is read in one go, and what is over is removed.
    @Test func manyAreReadAndWhatIsOverIsRemoved() async throws {
        try await ExemptingHost.run { hosts in
            let time = try await hosts[0].host.time()
            for number in 0..<1000 {
                try await write(try Self.exemption("d\(number).example", added: time), hosts[0])
            }
            try await write(try Self.exemption("over.example", added: time, until: time / 1000 - 5), hosts[0])
            #expect(
                try await eventually(within: SharingHost.patience) {
                    await hosts[1].read()
                    return hosts[1].book.count == 1000
                })
            #expect(
                try await eventually(within: SharingHost.patience) {
                    try await send(hosts[1], "HLEN", Self.key).integer == 1000
                })
        }
    }
}
