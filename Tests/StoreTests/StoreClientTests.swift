import Glibc
import RESP
import Testing
import WorldServers
import WorldStore

@testable import Store

@Suite("Commands to a real Redis", .timeLimit(.minutes(5)))
struct StoreClientTests {
    @Test func answersCommands() async throws {
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://localhost:\(redis.port)/3") { store async throws in
                #expect(try await store.ask("SET", "k", "v", "PX", "60000", "NX").text == "OK")
                #expect(try await store.ask("SET", "k", "w", "NX") == .null)
                #expect(try await store.ask("GET", "k").text == "v")
                #expect(try await store.ask("MGET", "k", "none").elements == [.bulk(Array("v".utf8)), .null])
                #expect(try await store.ask("HSET", "x", "a", "1", "b", "2").integer == 2)
                #expect(try await store.ask("HGETALL", "x")["b"]?.text == "2")
                #expect(await store.refusal("INCR", "k") == "ERR")
                let every = [UInt8](0...255) + Array("\r\n$3\r\n".utf8)
                let command = RESPCommand(words: [Array("SET".utf8), every, every])
                _ = try await store.client.answer(to: command, within: StoreWorld.patience)
                let answer = try await store.client.answer(
                    to: RESPCommand(words: [Array("GET".utf8), every]), within: StoreWorld.patience)
                #expect(answer.bytes == every)
                let state = store.client.state
                #expect(state.condition == .ready && state.generation == 1 && state.reason == nil)
                #expect(state.endpoint == .tcp(host: "localhost", port: redis.port))
                #expect(state.counts.sent == 9 && state.counts.answers == 9 && state.counts.refusals == 1)
                #expect(state.counts.outstanding == 0)
            }
            // The database is that of the address.
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)/2") { store async throws in
                #expect(try await store.ask("GET", "k") == .null)
            }
        }
    }

    @Test func answersOnAUnixSocket() async throws {
        try await withRedis(.unix) { redis async throws in
            try await StoreWorld.run("unix:\(redis.socket)?1") { store async throws in
                #expect(try await store.ask("PING").text == "PONG")
                #expect(store.client.state.endpoint == .unix(path: redis.socket))
            }
        }
    }

    @Test func keepsTheOrderOfAPipeline() async throws {
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)") { store async throws in
                let commands = (0..<1000).map { number in
                    number.isMultiple(of: 100) ? RESPCommand("LPUSH", "n") : RESPCommand("INCR", "n")
                }
                let answers = try await store.client.answers(to: commands, within: StoreWorld.patience)
                var next: Int64 = 0
                for (number, answer) in answers.enumerated() {
                    // An error of one command is that command's alone.
                    if number.isMultiple(of: 100) {
                        #expect(answer.error?.code == "ERR")
                    } else {
                        next += 1
                        #expect(answer.integer == next)
                    }
                }
                #expect(answers.count == 1000)
                #expect(try await store.client.answers(to: [], within: StoreWorld.patience) == [])
            }
        }
    }

    @Test func givesEachTaskItsOwnAnswers() async throws {
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)") { store async throws in
                let wrong = await withTaskGroup(of: Bool.self) { group in
                    for number in 0..<300 {
                        group.addTask {
                            let text = "value \(number)"
                            let answers = try? await store.client.answers(
                                to: [RESPCommand("SET", "k\(number)", text), RESPCommand("GET", "k\(number)")],
                                within: StoreWorld.patience)
                            return answers?.last?.text != text
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(wrong == 0)
                #expect(store.client.state.counts.outstanding == 0)
            }
        }
    }

    @Test func runsAScriptThatTheStoreDoesNotKnow() async throws {
        let script = StoreScript("return redis.call('SET', KEYS[1], ARGV[1])")
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)") { store async throws in
                #expect(try await store.ask("SCRIPT", "EXISTS", script.digest).elements == [.integer(0)])
                for value in ["1", "2"] {
                    let answer = try await store.client.run(
                        script, keys: [Array("k".utf8)], arguments: [Array(value.utf8)], within: StoreWorld.patience)
                    #expect(answer.text == "OK")
                    #expect(try await store.ask("GET", "k").text == value)
                    #expect(try await store.ask("SCRIPT", "EXISTS", script.digest).elements == [.integer(1)])
                }
            }
        }
    }

    /// RFC 3174 §7.3 and what `redis-cli SCRIPT LOAD` says of an empty script.
    @Test(arguments: [
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"), ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ])
    func namesAScriptByItsDigest(_ text: String, _ digest: String) { #expect(StoreScript(text).digest == digest) }

    @Test func hearsWhatOthersChange() async throws {
        var options = StoreWorld.patient
        options.tracked = ["t:", "x"]
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)", options: options) { listener async throws in
                try await StoreWorld.run("redis://127.0.0.1:\(redis.port)") { writer async throws in
                    try await writer.ask("SET", "t:1", "a")
                    #expect(try await eventually { listener.events.keys == ["t:1"] })
                    // Not of its own changes, and not of other keys.
                    try await listener.ask("SET", "t:2", "a")
                    try await writer.ask("SET", "u:1", "a")
                    try await writer.ask("HSET", "x", "a", "1")
                    #expect(try await eventually { listener.events.keys == ["t:1", "x"] })
                    try await writer.ask("DEL", "t:2")
                    #expect(try await eventually { listener.events.keys == ["t:1", "x", "t:2"] })
                    try await writer.ask("FLUSHDB")
                    #expect(try await eventually { listener.events.all.contains(.flushed) })
                    #expect(listener.events.all.first == .connected(generation: 1))
                    #expect(writer.events.keys.isEmpty)
                    #expect(listener.client.state.counts.pushes >= 4)
                }
            }
        }
    }

    @Test func takesNoMoreThanMayWait() async throws {
        var options = StoreWorld.patient
        options.outstanding = 4
        options.outstandingBytes = 1000
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)", options: options) { store async throws in
                #expect(await store.failure("SET", "k", String(repeating: "x", count: 1000)) == .crowded)
                redis.signal(SIGSTOP)
                let waiting = (0..<4).map { _ in Task { await store.failure("PING") } }
                #expect(try await eventually { store.client.state.counts.outstanding == 4 })
                #expect(await store.failure("PING") == .crowded)
                redis.signal(SIGCONT)
                for task in waiting { #expect(await task.value == nil) }
                #expect(await store.failure("PING") == nil)
                #expect(store.client.state.counts.crowded == 2)
            }
        }
    }

    @Test func endsWithWhatWaits() async throws {
        try await withRedis { redis async throws in
            try await StoreWorld.run("redis://127.0.0.1:\(redis.port)") { store async throws in
                redis.signal(SIGSTOP)
                let waiting = Task { await store.failure("PING") }
                #expect(try await eventually { store.client.state.counts.sent == 1 })
                await store.client.shutdown()
                #expect(await waiting.value == .closed)
                #expect(await store.failure("PING") == .closed)
                #expect(store.client.state.condition == .closed)
                #expect(store.client.state.counts.outstanding == 0)
                // Again, and after a start that comes too late.
                await store.client.shutdown()
                store.client.start()
                #expect(await store.failure("PING") == .closed)
            }
        }
    }
}
