import Foundation
import Glibc
import Testing
import World
import WorldServers
import WorldStore

/// Two daemons whose store fails: whatever it does, they answer as one that shares nothing.
@Suite(.timeLimit(.minutes(5))) struct SharedFailureWorldTests {
    /// What the store does.
    enum Failure: String, CaseIterable, Sendable {
        /// It ends, or has ended before the daemons start.
        case killed, missing
        /// It stops, and keeps its connections.
        case frozen
        /// It takes nothing more.
        case full
        /// It is a replica now.
        case readOnly
        /// Each answer takes 200 ms longer.
        case slow
        /// It answers with what is no answer, or does not answer.
        case garbage, mute
        /// It has lost all that it had.
        case emptied

        /// Whether the daemons leave it alone then.
        var isNoticed: Bool { self != .full && self != .emptied }
    }

    /// A store behind a proxy.
    private struct Place {
        let site: SharedSite
        let proxy: StoreProxy

        init() async throws {
            let redis = try await RedisServer()
            proxy = try await StoreProxy(.passing(to: redis.port, after: .zero))
            site = try SharedSite(redis, ["SHARED": "redis://127.0.0.1:\(proxy.port)"])
        }

        func begin(_ failure: Failure) async throws {
            let redis = site.redis
            switch failure {
            case .killed, .missing: await redis.kill()
            case .frozen: redis.signal(SIGSTOP)
            case .full: #expect(try await site.command("CONFIG", "SET", "maxmemory", "1").hasPrefix("OK"))
            case .readOnly: #expect(try await site.command("REPLICAOF", "127.0.0.1", "1").hasPrefix("OK"))
            case .slow: proxy.conduct(.passing(to: redis.port, after: .milliseconds(200)))
            case .garbage: proxy.conduct(.answering(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)))
            case .mute: proxy.conduct(.mute)
            case .emptied: #expect(try await site.command("FLUSHALL").hasPrefix("OK"))
            }
        }

        func end(_ failure: Failure) async throws {
            let redis = site.redis
            switch failure {
            case .killed, .missing: try await redis.restart()
            case .frozen: redis.signal(SIGCONT)
            case .full: try await site.command("CONFIG", "SET", "maxmemory", "0")
            case .readOnly: try await site.command("REPLICAOF", "NO", "ONE")
            case .slow, .garbage, .mute: proxy.conduct(.passing(to: redis.port, after: .zero))
            case .emptied: break
            }
        }
    }

    /// Each daemon is asked about destinations of all kinds: those that both know, and new ones.
    private func areRuledRightly(
        _ gates: [DaemonTests.Gate], _ label: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for (domain, code) in SharedSite.wildcards {
            for (number, gate) in gates.enumerated() {
                for name in ["known", label, "\(label)\(number)"] {
                    #expect(
                        try await SharedSite.code(gate, "\(name).\(domain.name)") == code,
                        "daemon \(number) on \(name).\(domain.name)", sourceLocation: sourceLocation)
                }
            }
        }
    }

    @Test(arguments: Failure.allCases) func mailIsRuledAsWithoutAStore(failure: Failure) async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let place = try await Place()
        let settings = ["DEFER_FOR": "0"]
        if failure == .missing { try await place.begin(failure) }
        // Whoever waited for the store at the start would not start.
        var gates: [DaemonTests.Gate] = []
        for name in ["a", "b"] {
            gates.append(try await place.site.daemon(name, world, settings, waits: failure != .missing))
        }
        try await areRuledRightly(gates, "before")
        if failure != .missing { try await place.begin(failure) }
        try await areRuledRightly(gates, "while")
        if failure.isNoticed {
            var turn = 0
            for (name, gate) in zip(["a", "b"], gates) {
                try await place.site.onStatus(of: name, world) { status async throws in
                    // A slow store is noticed when it is asked.
                    turn += 1
                    #expect(try await SharedSite.code(gate, "turn\(turn).good.example") == "250")
                    return status.contains("NOT USED for")
                }
                #expect(await gate.daemon.waitForOutput { $0.contains("event=shared result=down") })
            }
            try await areRuledRightly(gates, "without")
        }
        try await place.end(failure)
        for name in ["a", "b"] { try await place.site.onStatus(of: name, world) { $0.contains(": used for") } }
        try await areRuledRightly(gates, "after")
        // One line a minute.
        for gate in gates { #expect(gate.daemon.output.matches(of: /event=shared result=down/).count <= 1) }
        await place.proxy.stop()
        await place.site.stop(gates, world)
    }

    /// How the first of two stores goes away.
    enum Change: String, CaseIterable, Sendable { case dies, becomesAReplica }

    @Test(arguments: Change.allCases) func theNextStoreServes(change: Change) async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let (first, second) = (try await RedisServer(), try await SharedSite())
        let site = try SharedSite(
            second.redis, ["SHARED": "redis://127.0.0.1:\(first.port),127.0.0.1:\(second.redis.port)"])
        let settings = ["DEFER_FOR": "0"]
        let gates = [try await site.daemon("a", world, settings), try await site.daemon("b", world, settings)]
        try await areRuledRightly(gates, "before")
        switch change {
        case .dies: await first.kill()
        case .becomesAReplica:
            let (status, output) = try await ChildProcess.run(
                "redis-cli", ["-p", "\(first.port)", "REPLICAOF", "127.0.0.1", "\(second.redis.port)"])
            #expect(status == 0, "\(output)")
        }
        try await areRuledRightly(gates, "while")
        // What one daemon finds comes to the other by the second store.
        var turn = 0
        try await site.onStatus(of: "b", world) { status async throws in
            turn += 1
            for gate in gates { #expect(try await SharedSite.code(gate, "turn\(turn).good.example") == "250") }
            return try await !site.names("v:turn\(turn).good.example").isEmpty && status.contains(": used for")
        }
        try await areRuledRightly(gates, "after")
        await first.stop()
        await site.stop(gates, world)
    }

    /// Hosts tell each other times by the store's clock, so that of one of them may be wrong. That one counts by itself
    /// how long a fault has lasted: it cannot know whether the store's clock has jumped.
    @Test(.enabled(if: DaemonClock.canBeWrong, "a sanitizer lets no clock be wrong"), arguments: [-1, 1])
    func theClockOfOneHostIsWrong(hours: Int) async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let site = try await SharedSite()
        let clock = try DaemonClock()
        try clock.set(hours: hours)
        let settings = ["DEFER_FOR": "6s"]
        let gates = [
            try await site.daemon("a", world, settings, clock.environment), try await site.daemon("b", world, settings),
        ]
        // Each sees one fault first.
        let names = ["first.broken.example", "second.broken.example"]
        for (gate, name) in zip(gates, names) { #expect(try await SharedSite.code(gate, name) == "451 4.7.323") }
        for (gate, name) in zip(gates, ["one", "two"]) {
            #expect(try await SharedSite.code(gate, "\(name).good.example") == "250")
        }
        for name in ["a", "b"] { try await site.onStatus(of: name, world) { $0.contains(" 2 told,") } }
        // An hour would be enough for a refusal, and a time in the future for none at all.
        for (gate, name) in zip(gates, names.reversed()) {
            #expect(try await SharedSite.code(gate, name) == "451 4.7.323")
        }
        let bothSeen = ContinuousClock.now
        for (gate, name) in zip(gates, ["two", "one"]) {
            #expect(try await SharedSite.code(gate, "\(name).good.example") == "250")
        }
        for name in ["a", "b"] { try await site.onStatus(of: name, world) { $0.contains("; 1 verdicts of others") } }
        // It is time itself that is waited for.
        try await Task.sleep(until: bothSeen + .seconds(7))
        for name in names {
            for gate in gates { #expect(try await SharedSite.code(gate, name) == "550 5.7.323") }
        }
        await site.stop(gates, world)
    }
}
