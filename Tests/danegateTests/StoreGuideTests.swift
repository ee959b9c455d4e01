import Foundation
import Testing
import World
import WorldHosts
import WorldServers
import WorldStore

/// The store of contrib/redis, set up as its guide says, with other paths, another port and another name alone.
@Suite(.timeLimit(.minutes(5))) struct StoreGuideTests {
    /// A store that the guide's steps were followed for, and what its users need.
    private struct Guide {
        let redis: RedisServer
        let files: ScratchDirectory
        /// The settings of the guide's example.
        let settings: [String: String]

        /// - Parameter name: The name in the certificate of the store.
        init(_ engine: StoreEngine = .installed, name: String = "localhost") async throws {
            let files = try ScratchDirectory("store")
            self.files = files
            let steps = try GuideTests.examples("redis/README.md", "Set it up").filter { $0.kind == "sh" }.map(\.text)
            try #require(steps.count == 5)
            #expect(steps[4] == "systemctl enable --now redis-server@danegate\n")
            // Only root may give files to another group.
            for step in steps.dropLast() {
                let command = step.replacing("-g redis", with: "").replacing("chgrp redis", with: ": ")
                    .replacing("/etc/redis", with: files.path).replacing("/root/", with: files.path + "/")
                    .replacing("redis.example.org", with: name)
                let (status, output) = try await ChildProcess.run(
                    "sh", ["-e", "-c", command],
                    directory: GuideTests.contrib.appendingPathComponent("redis").path)
                #expect(status == 0, "\(command): \(output)")
            }
            // One more user, who sees what the others did.
            let users = try String(contentsOfFile: files.file("danegate.acl"), encoding: .utf8)
            #expect(!users.contains("HASH"))
            try files.write(users + "user tester on nopass ~* &* +@all\n", to: "danegate.acl")
            let text = try String(contentsOfFile: files.file("redis-danegate.conf"), encoding: .utf8)
                .replacing("/var/log/redis/redis-danegate.log", with: "\"\"")
                .replacing("/var/lib/redis", with: files.path).replacing("/etc/redis", with: files.path)
            redis = try await RedisServer(engine, in: files) { port in
                text.replacing("tls-port 6380", with: "tls-port \(port)")
            }
            let hosts = try GuideTests.examples("redis/README.md", "Tell the hosts").filter { $0.kind == "env" }
            let lines = GuideTests.lines(of: try #require(hosts.first).text)
            var settings: [String: String] = [:]
            for (key, value) in lines {
                settings[String(key.trimmingPrefix("DANEGATE_"))] =
                    value
                    .replacing("redis.example.org:6380", with: "localhost:\(redis.port)")
                    .replacing("/etc/danegate", with: files.path)
            }
            #expect(settings.count == 4, "\(settings)")
            self.settings = settings
        }

        /// What redis-cli prints that a user is answered with.
        func answer(_ user: String?, _ words: [String]) async throws -> String {
            var arguments = ["-h", "localhost", "-p", "\(redis.port)", "--tls", "--cacert", files.file("danegate.crt")]
            var environment: [String: String?] = ["REDISCLI_AUTH": nil]
            if let user {
                arguments += ["--user", user]
                if user == "tester" {
                    environment["REDISCLI_AUTH"] = "any"
                } else {
                    let lines = try String(contentsOfFile: files.file("\(user).credentials"), encoding: .utf8)
                    environment["REDISCLI_AUTH"] = GuideTests.lines(of: lines)["password"]
                }
            }
            return try await ChildProcess.run("redis-cli", arguments + words, environment: environment).output
        }

        /// The commands that were called, and those of them that were refused.
        func calls() async throws -> (made: Set<String>, refused: [String]) {
            let text = try await answer("tester", ["INFO", "commandstats"])
            let lines = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("cmdstat_") }
            let names = lines.map { String($0.trimmingPrefix("cmdstat_").prefix { $0 != ":" }) }
            let refused = lines.filter { !$0.contains("rejected_calls=0,failed_calls=0") }.map(String.init)
            return (Set(names), refused)
        }
    }

    /// All that daemons send is allowed, over TLS, to the user that may do the least.
    @Test func aHostMayDoWhatItDoes() async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let guide = try await Guide()
        let site = try SharedSite(guide.redis, guide.settings)
        let settings = ["DEFER_FOR": "0"]
        let gates = [try await site.daemon("a", world, settings), try await site.daemon("b", world, settings)]
        for (domain, code) in SharedSite.wildcards {
            for (number, gate) in gates.enumerated() {
                for name in ["d", "d\(number)"] {
                    #expect(try await SharedSite.code(gate, "\(name).\(domain.name)") == code)
                }
            }
        }
        let (status, output) = try await Danegate.run(
            ["recheck", "d.good.example"], environment: world.environment(site.settings("a")))
        #expect(status == 0, "\(output)")
        // What was found is told behind, and the lock is freed after that.
        #expect(
            try await eventually(within: .seconds(60)) {
                let made = try await guide.calls().made
                return made.isSuperset(of: [
                    "hello", "client|tracking", "time", "mget", "set", "del", "pexpire", "get", "eval", "evalsha",
                    "hscan",
                ])
            })
        try await site.onStatus(of: "b", world) { $0.contains(": used for") && $0.contains(", 0 refused") }
        // What stands there of a destination has the port of the world's hosts at its end.
        for kind in ["v", "f"] {
            let names = try await guide.answer("tester", ["KEYS", "danegate:1:default:\(kind):d.broken.example*"])
            #expect(names.hasPrefix("danegate:1:default:"), "\(kind): \(names)")
        }
        #expect(try await guide.answer("tester", ["ACL", "LOG"]).trimmingCharacters(in: .whitespacesAndNewlines) == "")
        // A digest that the store does not know fails once, and the whole script follows.
        let refused = try await guide.calls().refused
        for line in refused {
            #expect(line.hasPrefix("cmdstat_evalsha:") && line.contains("rejected_calls=0"), "\(line)")
        }
        await site.stop(gates, world)
    }

    /// What nobody needs is refused, to hosts and to those on which exemptions are made.
    @Test func othersMayNothing() async throws {
        let guide = try await Guide()
        let (verdict, exemptions) = ("danegate:1:default:v:d.example", "danegate:1:default:x")
        for (user, words, allowed) in [
            ("danegate", ["SET", verdict, "1", "PX", "60000"], true), ("danegate", ["MGET", verdict, verdict], true),
            ("danegate", ["INCR", "danegate:1:default:n:192.0.2.1:1"], true),
            ("danegate", ["SET", "danegate:1:default:p:mx|192.0.2.1|25|x", "1", "NX"], true),
            ("danegate", ["HSCAN", exemptions, "0"], true), ("danegate", ["TIME"], true),
            ("danegate", ["SET", "danegate:1:default:r:d.example", "1", "PX", "60000"], true),
            ("danegate", ["EVAL", "return redis.call('DEL', KEYS[1])", "1", verdict], true),
            ("danegate-admin", ["HSET", exemptions, "d.example", "1"], true),
            ("danegate-admin", ["EVAL", "return redis.call('HGET', KEYS[1], ARGV[1])", "1", exemptions, "d"], true),
            ("danegate", ["EVAL", "return redis.call('HSET', KEYS[1], 'd', 1)", "1", exemptions], false),
            ("danegate-admin", ["HDEL", exemptions, "d.example"], true),
            ("danegate-admin", ["SET", verdict, "1"], true),
            // An exemption is for administrators alone.
            ("danegate", ["HSET", exemptions, "d.example", "1"], false), ("danegate", ["DEL", exemptions], false),
            ("danegate", ["SET", exemptions, "1"], false), ("danegate", ["HDEL", exemptions, "d.example"], false),
            ("danegate", ["PEXPIRE", exemptions, "1"], false),
            ("danegate", ["EVAL", "return redis.call('DEL', KEYS[1])", "1", exemptions], false),
            ("danegate", ["EVAL", "return redis.call('DEL', '\(exemptions)')", "0"], false),
            // So is everything that is not danegate's, or another realm's.
            ("danegate", ["GET", "rspamd"], false), ("danegate", ["SET", "danegate:1:other:v:d.example", "1"], false),
            ("danegate", ["MGET", verdict, "danegate:2:default:v:d.example"], false),
            ("danegate", ["KEYS", "*"], false), ("danegate", ["SCAN", "0"], false),
            ("danegate", ["FLUSHALL"], false), ("danegate", ["FLUSHDB"], false), ("danegate", ["SHUTDOWN"], false),
            ("danegate", ["CONFIG", "GET", "*"], false), ("danegate", ["ACL", "LIST"], false),
            ("danegate", ["CLIENT", "KILL", "TYPE", "normal"], false), ("danegate", ["SLOWLOG", "GET"], false),
            ("danegate", ["MONITOR"], false), ("danegate", ["SUBSCRIBE", "c"], false),
            ("danegate", ["REPLICAOF", "127.0.0.1", "1"], false), ("danegate", ["MODULE", "LIST"], false),
            ("danegate-admin", ["FLUSHALL"], false), ("danegate-admin", ["CONFIG", "SET", "dir", "/"], false),
            ("danegate-admin", ["DEL", "danegate:1:other:x"], false), ("danegate-admin", ["ACL", "LIST"], false),
        ] {
            let answer = try await guide.answer(user, words)
            // Scripts have other words, and others with each version.
            let isRefused = ["NOPERM", "ACL failure in script", "user executing the script can't access"].contains {
                answer.contains($0)
            }
            #expect(isRefused != allowed, "\(user) \(words): \(answer)")
        }
        for words in [["PING"], ["GET", verdict]] {
            let answer = try await guide.answer(nil, words)
            #expect(answer.contains("NOAUTH"), "\(answer)")
        }
        await guide.redis.stop()
    }

    /// When there is no room, verdicts go, and exemptions stay.
    @Test func aFullStoreKeepsExemptions() async throws {
        let guide = try await Guide()
        let exemptions = "danegate:1:default:x"
        _ = try await guide.answer("danegate-admin", ["HSET", exemptions, "d.example", "1"])
        // The room of the guide is a hundred times as much.
        let used = try await guide.answer("tester", ["INFO", "memory"]).firstMatch(of: /used_memory:(\d+)/)
        let room = try #require(used.flatMap { Int($0.1) }) + (2 << 20)
        #expect(try await guide.answer("tester", ["CONFIG", "SET", "maxmemory", "\(room)"]).hasPrefix("OK"))
        let flood = """
            for i = 1, 20000 do
                redis.call('SET', 'danegate:1:default:v:' .. i .. '.example', string.rep('x', 300), 'PX', 3600000)
            end
            return 'done'
            """
        for _ in 0..<3 {
            let answer = try await guide.answer("tester", ["EVAL", flood, "0"])
            #expect(answer.hasPrefix("done") || answer.contains("OOM"), "\(answer)")
        }
        for number in 0..<20 {
            let name = "danegate:1:default:v:new\(number).example"
            let answer = try await guide.answer(
                "danegate", ["SET", name, String(repeating: "y", count: 300), "PX", "60000"])
            #expect(answer.hasPrefix("OK"), "\(answer)")
        }
        #expect(try await guide.answer("danegate", ["HSCAN", exemptions, "0"]).contains("d.example"))
        let evicted = try await guide.answer("tester", ["INFO", "stats"]).firstMatch(of: /evicted_keys:(\d+)/)
        #expect(try #require(evicted.flatMap { Int($0.1) }) > 0)
        await guide.redis.stop()
    }

    /// What is wrong with the TLS of the store.
    enum Fault: String, CaseIterable, Sendable { case otherAuthority, otherName, noTLS }

    @Test(arguments: Fault.allCases) func aStoreThatIsNotTheOneIsNotUsed(fault: Fault) async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let guide = try await Guide(name: fault == .otherName ? "redis.example.net" : "localhost")
        var settings = guide.settings
        switch fault {
        case .otherAuthority:
            let other = try await CertificateAuthority.root("Other Root").certificates.map(\.pem).joined()
            settings["SHARED_CA_FILE"] = try guide.files.write(other, to: "other.crt")
        case .otherName: break
        case .noTLS: settings["SHARED"] = try #require(settings["SHARED"]).replacing("rediss:", with: "redis:")
        }
        let site = try SharedSite(guide.redis, settings)
        let gate = try await site.daemon("a", world, ["DEFER_FOR": "0"], waits: false)
        for (domain, code) in SharedSite.wildcards {
            #expect(try await SharedSite.code(gate, "d.\(domain.name)") == code)
        }
        try await site.onStatus(of: "a", world) { status async throws in
            status.contains("NOT USED for") && (fault == .noTLS || status.contains("certificate is refused"))
        }
        #expect(await gate.daemon.waitForOutput { $0.contains("event=shared result=down") })
        // Nobody has told it a password.
        #expect(try await guide.answer("tester", ["ACL", "LOG"]).trimmingCharacters(in: .whitespacesAndNewlines) == "")
        #expect(try await guide.answer("tester", ["KEYS", "*"]).trimmingCharacters(in: .whitespacesAndNewlines) == "")
        await site.stop([gate], world)
    }
}
