import Foundation
import Testing
import World
import WorldServers
import WorldStore

/// The clock of the store jumps while two daemons use it: what was told then would be from the future, or much older
/// than it is.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: DaemonClock.canBeWrong, "a sanitizer lets no clock be wrong"))
struct SharedClockWorldTests {
    /// What a daemon's status says of the store.
    private struct Standing {
        let isUsed: Bool
        let cause: String?
        /// How many verdicts of others were used, and what was not because it is from the future.
        let used: Int
        let future: Int

        init(_ name: String, _ site: SharedSite, _ world: MailWorld) async throws {
            let (_, text) = try await Danegate.run(
                ["status", "--json"], environment: world.environment(site.settings(name)))
            let all = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
            let shared = try #require(all["shared"] as? [String: Any], "\(text)")
            isUsed = shared["used"] as? Bool ?? false
            cause = shared["cause"] as? String
            used = (shared["asked"] as? [String: Int])?["used"] ?? 0
            future = (shared["refused"] as? [String: Int])?["time"] ?? 0
        }
    }

    /// Asks a daemon about destinations of all kinds.
    private static func areRuledRightly(
        _ gate: DaemonTests.Gate, _ label: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for (domain, code) in SharedSite.wildcards {
            let name = "\(label).\(domain.name)"
            #expect(try await SharedSite.code(gate, name) == code, "\(name)", sourceLocation: sourceLocation)
        }
    }

    /// Waits until what was found of the destinations with this label is told to all.
    private static func isTold(_ label: String, _ site: SharedSite) async throws {
        try await areTold(SharedSite.wildcards.map { "v:\(label).\($0.domain.name)" }, site)
    }

    /// Waits until the store has names that begin like these.
    private static func areTold(_ beginnings: [String], _ site: SharedSite) async throws {
        for beginning in beginnings {
            #expect(
                try await eventually(within: .seconds(60)) { try await !site.names(beginning).isEmpty }, "\(beginning)")
        }
    }

    @Test(arguments: [-7, -1, 1, 7]) func verdictsAreThoseOfARightClock(hours: Int) async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let clock = try DaemonClock()
        let redis = try await RedisServer(environment: clock.environment)
        let site = try SharedSite(redis, ["SHARED": "redis://127.0.0.1:\(redis.port)"])
        let settings = ["DEFER_FOR": "0", "FAILURE_TTL": "1h"]
        let a = try await site.daemon("a", world, settings)
        let b = try await site.daemon("b", world, settings)
        for gate in [a, b] { try await Self.areRuledRightly(gate, "known") }
        // What the first has told before the jump, the other has not asked for.
        try await Self.areRuledRightly(a, "early")
        try await Self.isTold("early", site)
        let before = try await Standing("b", site, world)
        #expect(before.isUsed && before.used > 0 && before.future == 0)

        try clock.set(hours: hours)
        let told = try #require(Int(try await site.command("TIME").prefix { $0.isNumber }))
        #expect(abs(told - Int(Date().timeIntervalSince1970) - hours * 3600) < 600)
        for gate in [b, a] { for label in ["early", "known", "late"] { try await Self.areRuledRightly(gate, label) } }
        let isApart = abs(hours) > 6
        for (name, gate) in [("a", a), ("b", b)] {
            if isApart {
                try await site.onStatus(of: name, world) {
                    $0.contains("NOT USED for")
                        && $0.contains("its clock and this host's are more than six hours apart")
                }
            } else {
                try await site.onStatus(of: name, world) { $0.contains(": used for") }
            }
            for label in ["known", "later-\(name)"] { try await Self.areRuledRightly(gate, label) }
        }
        let during = try await Standing("b", site, world)
        #expect(during.isUsed == !isApart)
        // Nothing told before is used: it would be from the future, or the clock is not believed.
        if hours < 0 || isApart { #expect(during.used == before.used, "\(during) \(before)") }
        if hours == -1 { #expect(during.future > before.future, "\(during)") }
        if !isApart {
            // What is told by the clock as it is now is used.
            try await Self.areRuledRightly(a, "meanwhile")
            try await Self.isTold("meanwhile", site)
            try await Self.areRuledRightly(b, "meanwhile")
            #expect(try await Standing("b", site, world).used > during.used)
        }

        // The clock is right again. What was told meanwhile may be from the future now.
        let last = try await Standing("b", site, world)
        try clock.set(hours: 0)
        for (name, gate) in [("a", a), ("b", b)] {
            for label in ["early", "known", "late", "meanwhile"] { try await Self.areRuledRightly(gate, label) }
            try await site.onStatus(of: name, world) { $0.contains(": used for") }
        }
        try await Self.areRuledRightly(a, "after")
        try await Self.isTold("after", site)
        try await Self.areRuledRightly(b, "after")
        #expect(try await Standing("b", site, world).used > last.used)
        await site.stop([a, b], world)
    }

    /// An hour that has not passed would be long enough for a refusal. It is none, neither while the clock is wrong nor
    /// when it was put right: then what was told meanwhile would be an hour old.
    @Test(arguments: [-1, 1]) func noFaultIsOlderThanItIs(hours: Int) async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let clock = try DaemonClock()
        let redis = try await RedisServer(environment: clock.environment)
        let site = try SharedSite(redis, ["SHARED": "redis://127.0.0.1:\(redis.port)"])
        let settings = ["DEFER_FOR": "30m"]
        let gates = [try await site.daemon("a", world, settings), try await site.daemon("b", world, settings)]
        // What a daemon has seen the other meets after the jump, there and back.
        var pairs: [(String, seen: Int)] = []
        for (step, hours) in [hours, 0].enumerated() {
            for (seen, name) in ["one", "two"].enumerated() {
                let domain = "\(name)\(step).broken.example"
                #expect(try await SharedSite.code(gates[seen], domain) == "451 4.7.323")
                try await Self.areTold(["v:\(domain)"], site)
                pairs.append((domain, seen))
            }
            try clock.set(hours: hours)
            // Each has noticed.
            for name in ["a", "b"] {
                try await site.onStatus(of: name, world) { text async throws in
                    for gate in gates { #expect(try await SharedSite.code(gate, "n.good.example") == "250") }
                    for (index, gate) in gates.enumerated() {
                        let fresh = "f\(UInt32.random(in: .min ... .max))-\(index).good.example"
                        #expect(try await SharedSite.code(gate, fresh) == "250")
                    }
                    return text.contains("one of the two is wrong") == (hours != 0)
                }
            }
            for (domain, seen) in pairs {
                #expect(try await SharedSite.code(gates[1 - seen], domain) == "451 4.7.323", "\(domain) \(hours)")
            }
        }
        await site.stop(gates, world)
    }
}
