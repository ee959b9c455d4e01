import Glibc
import RESP
import Testing
import WorldServers
import WorldStore

@testable import Store

@Suite("A store that fails", .timeLimit(.minutes(5)))
struct StoreFailureTests {
    /// Pauses that a test can wait for.
    private static var brisk: StoreOptions {
        var options = StoreWorld.patient
        options.breaker.pause = .milliseconds(200)
        options.longestPause = .milliseconds(200)
        return options
    }

    private func reason(_ store: StoreWorld, has text: String) async throws {
        let isSo = try await eventually(within: .seconds(60)) { store.client.state.reason?.contains(text) == true }
        #expect(isSo, "\(store.client.state)")
    }

    private static let acl = [
        "user default off",
        "user danegate on >geheim ~dg:* -@all +hello +ping +get +set +client|tracking",
        "user reader on >geheim ~dg:* -@all +hello +get",
    ]

    @Test func refusesWhomItDoesNotKnow() async throws {
        var options = Self.brisk
        try await withRedis(acl: Self.acl) { redis async throws in
            let address = "redis://127.0.0.1:\(redis.port)"
            for (credentials, code) in [
                (nil, "NOAUTH"), (StoreCredentials(user: "danegate", password: "falsch"), "WRONGPASS"),
                (StoreCredentials(password: "geheim"), "WRONGPASS"),
            ] {
                let store = try StoreWorld(address, credentials, options: options)
                try await reason(store, has: code)
                #expect(store.client.state.generation == 0)
                #expect(await store.failure("PING") == .unavailable)
                #expect(store.client.state.reason?.contains("falsch") == false)
                await store.client.shutdown()
            }
            options.tracked = ["dg:"]
            let reader = try StoreWorld(
                address, StoreCredentials(user: "reader", password: "geheim"), options: options)
            try await reason(reader, has: "it answers CLIENT with \"NOPERM")
            await reader.client.shutdown()
            let user = StoreCredentials(user: "danegate", password: "geheim")
            try await StoreWorld.run(address, user, options: options) { store async throws in
                #expect(await store.refusal("SET", "dg:1", "a") == nil)
                #expect(await store.refusal("SET", "other", "a") == "NOPERM")
                #expect(await store.refusal("FLUSHALL") == "NOPERM")
                // A refusal is an answer, and no reason to leave the store alone.
                for _ in 0..<10 { #expect(await store.refusal("DEL", "dg:1") == "NOPERM") }
                #expect(store.client.state.condition == .ready)
            }
        }
    }

    @Test func isFull() async throws {
        try await withRedis(settings: ["maxmemory 100", "maxmemory-policy noeviction"]) { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)") { store async throws in
                for _ in 0..<10 { #expect(await store.refusal("SET", "k", "v") == "OOM") }
                #expect(try await store.ask("GET", "k") == .null)
                #expect(store.client.state.condition == .ready)
            }
        }
    }

    @Test func isKilled() async throws {
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)", options: Self.brisk) { store async throws in
                redis.signal(SIGSTOP)
                let waiting = Task { await store.failure("PING") }
                #expect(try await eventually { store.client.state.counts.sent == 1 })
                await redis.kill()
                #expect(await waiting.value == .lost)
                try await reason(store, has: "connection refused")
                #expect(await store.failure("PING") == .unavailable)
                try await store.becomes(.resting)
                try await redis.restart()
                try await store.becomes(.ready, generation: 2)
                #expect(try await store.ask("PING").text == "PONG")
                #expect(store.client.state.reason == nil)
                // Whoever keeps something of the store knows that pushes were lost.
                let events = store.events.all
                #expect(events.first == .connected(generation: 1) && events.last == .connected(generation: 2))
                #expect(events.count == 3, "\(events)")
                #expect(store.client.state.counts.rests >= 1)
            }
        }
    }

    @Test func isFrozen() async throws {
        var options = Self.brisk
        options.silence = .milliseconds(500)
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)", options: options) { store async throws in
                redis.signal(SIGSTOP)
                #expect(await store.failure("PING", within: .milliseconds(100)) == .late)
                try await reason(store, has: "no answer within 0.5 seconds")
                #expect(await store.failure("PING") == .unavailable)
                redis.signal(SIGCONT)
                try await store.becomes(.ready, generation: 2)
                #expect(try await store.ask("PING").text == "PONG")
                #expect(store.client.state.counts.late >= 1)
                #expect(store.client.state.counts.outstanding == 0)
            }
        }
    }

    /// Without a command that would notice it: the pushes that do not come would be missed.
    @Test func isFrozenWhileNobodyAsks() async throws {
        var options = Self.brisk
        options.silence = .milliseconds(300)
        options.keepAlive = .milliseconds(300)
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)", options: options) { store async throws in
                redis.signal(SIGSTOP)
                try await reason(store, has: "no answer within 0.3 seconds")
                redis.signal(SIGCONT)
                try await store.becomes(.ready, generation: 2)
                #expect(store.client.state.counts.sent == 0)
            }
        }
    }

    @Test func isSlow() async throws {
        var options = Self.brisk
        options.slow = .milliseconds(100)
        try await withRedis { redis async throws in
            let proxy = try await StoreProxy(.passing(to: redis.port, after: .milliseconds(200)))
            try await StoreWorld.run("redis://127.0.0.1:\(proxy.port)", options: options) { store async throws in
                for _ in 0..<5 where store.client.isReady {
                    #expect(await store.failure("PING") == nil)
                }
                try await store.becomes(.resting)
                #expect(store.client.state.reason?.contains("took longer than 0.1 seconds") == true)
                #expect(await store.failure("PING") == .unavailable)
                // Trials do not end it as long as it is slow.
                let trials = store.client.state.lasting
                #expect(try await eventually { store.client.state.lasting > trials + .seconds(1) })
                #expect(store.client.state.condition == .resting)
                proxy.conduct(.passing(to: redis.port, after: .zero))
                try await store.becomes(.ready)
                #expect(try await store.ask("PING").text == "PONG")
                #expect(store.client.state.generation == 1, "the connection was lost")
                #expect(store.client.state.counts.rests >= 1)
            }
            await proxy.stop()
        }
    }

    /// Answers that come too late are slow as well, and never another request's.
    @Test func isLate() async throws {
        var options = Self.brisk
        options.slow = .seconds(1)
        try await withRedis { redis async throws in
            let proxy = try await StoreProxy(.passing(to: redis.port, after: .zero))
            try await StoreWorld.run("redis://127.0.0.1:\(proxy.port)", options: options) { store async throws in
                proxy.conduct(.passing(to: redis.port, after: .seconds(2)))
                for number in 0..<5 {
                    #expect(await store.failure("SET", "k", "\(number)", within: .milliseconds(50)) == .late)
                }
                try await store.becomes(.resting)
                #expect(store.client.state.counts.slow == 5)
                proxy.conduct(.passing(to: redis.port, after: .zero))
                try await store.becomes(.ready)
                #expect(try await store.ask("GET", "k").text == "4")
                #expect(store.client.state.counts.outstanding == 0)
            }
            await proxy.stop()
        }
    }

    static let garbage: [(conduct: StoreProxy.Conduct, reason: String)] = [
        (.answering(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), "does not speak RESP: a value is of an unknown"),
        (.answering([0x00, 0xFF, 0x0A, 0x0D]), "does not speak RESP: a line ends without"),
        (.answering(Array("+OK\r\n".utf8)), "it does not answer HELLO 3 as a store does"),
        (.answering(Array("*0\r\n".utf8)), "it does not answer HELLO 3 as a store does"),
        (.answering(Array("$999999999\r\n".utf8)), "a string has more than"),
        (.answering(Array("-ERR unknown command `HELLO`\r\n".utf8)), "it must be Redis 6 or later"),
        (.answering(Array("-LOADING Redis is loading the dataset in memory\r\n".utf8)), "it answers HELLO with"),
        (
            .answering(Array("%2\r\n+proto\r\n:3\r\n+role\r\n+replica\r\n".utf8)),
            "it is a replica, not the master"
        ),
        (
            .answering(Array("%1\r\n+proto\r\n:3\r\n+OK\r\n".utf8)), "the store answers what nobody asked"
        ),
        (.speaking(Array("220 mx.example.org ESMTP\r\n".utf8)), "does not speak RESP: a value is of an unknown"),
        (.answering(Array(repeating: 0x2B, count: 70_000)), "a line has more than 65536 bytes"),
    ]

    @Test(arguments: garbage.indices) func isNone(_ index: Int) async throws {
        let (conduct, expected) = Self.garbage[index]
        let proxy = try await StoreProxy(conduct)
        let store = try StoreWorld("redis://127.0.0.1:\(proxy.port)", options: Self.brisk)
        try await reason(store, has: expected)
        #expect(await store.failure("PING") == .unavailable)
        // It is left alone soon, and tried again all the same.
        let isResting = try await eventually { store.client.state.counts.rests >= 1 }
        #expect(isResting)
        let seen = proxy.connections
        #expect(try await eventually { proxy.connections > seen + 1 })
        await store.client.shutdown()
        await proxy.stop()
    }

    @Test func saysNothing() async throws {
        let proxy = try await StoreProxy(.mute)
        var options = Self.brisk
        options.connectTimeout = .milliseconds(300)
        let store = try StoreWorld("redis://127.0.0.1:\(proxy.port)", options: options)
        try await reason(store, has: "no greeting within 0.3 seconds")
        await store.client.shutdown()
        await proxy.stop()
    }

    @Test func isFollowedByTheNext() async throws {
        try await withRedis { first async throws in
            try await withRedis { second async throws in
                let nobody = try freePort()
                let address = "redis://127.0.0.1:\(nobody),127.0.0.1:\(first.port),127.0.0.1:\(second.port)"
                try await StoreWorld.run(address, options: Self.brisk) { store async throws in
                    #expect(store.client.state.endpoint == .tcp(host: "127.0.0.1", port: first.port))
                    #expect(store.client.state.counts.failedAttempts == 0)
                    await first.kill()
                    try await store.becomes(.ready, generation: 2)
                    #expect(store.client.state.endpoint == .tcp(host: "127.0.0.1", port: second.port))
                }
            }
        }
    }

    @Test func hasBecomeAReplica() async throws {
        try await withRedis { first async throws in
            try await withRedis { second async throws in
                let address = "redis://127.0.0.1:\(first.port),127.0.0.1:\(second.port)"
                try await StoreWorld.run(address, options: Self.brisk) { store async throws in
                    try await store.ask("REPLICAOF", "127.0.0.1", "\(second.port)")
                    #expect(await store.refusal("SET", "k", "v") == "READONLY")
                    try await store.becomes(.ready, generation: 2)
                    #expect(store.client.state.endpoint == .tcp(host: "127.0.0.1", port: second.port))
                    #expect(await store.refusal("SET", "k", "v") == nil)
                }
                // Who begins with the replica passes it over.
                try await StoreWorld.run(address, options: Self.brisk) { store async throws in
                    #expect(store.client.state.endpoint == .tcp(host: "127.0.0.1", port: second.port))
                }
            }
        }
    }
}
