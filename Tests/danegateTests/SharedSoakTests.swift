import Foundation
import Synchronization
import Testing
import World
import WorldServers
import WorldStore

/// Three daemons under load at a store that is killed, frozen, slow and restarted at random, for ten minutes in a long
/// run (`LONG_TESTS=1`), or as long as `DANEGATE_SOAK_SECONDS` says.
///
/// The rule, whatever the store does: each question has an answer, destinations in order are accepted, and those that
/// are broken or missing are refused, or put off. Afterwards all three use the store again, and have no more memory
/// than in the middle.
@Suite(.timeLimit(.minutes(20))) struct SharedSoakTests {
    /// How often each answer was given, those that should not have been, and whether to end.
    private final class Course: Sendable {
        struct Tally {
            var counts: [String: Int] = [:]
            var wrong: [String] = []
        }

        let tally = Mutex(Tally())
        private let ends = Atomic(false)
        var hasEnded: Bool { ends.load(ordering: .relaxed) }
        func end() { ends.store(true, ordering: .relaxed) }

        func note(_ kind: String, _ code: String, isRight: Bool) {
            tally.withLock { tally in
                tally.counts["\(kind) \(code)", default: 0] += 1
                if !isRight, tally.wrong.count < 1000 { tally.wrong.append("\(kind): \(code)") }
            }
        }

        /// Sleeps, but not beyond the end.
        func rest(_ milliseconds: Int) async throws {
            let end = ContinuousClock.now + .milliseconds(milliseconds)
            while ContinuousClock.now < end, !hasEnded { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    private static let seconds: Double = {
        let environment = ProcessInfo.processInfo.environment
        let usual = environment["LONG_TESTS"] == nil ? 10.0 : 600
        return environment["DANEGATE_SOAK_SECONDS"].flatMap(Double.init) ?? usual
    }()
    /// The heap grows until it has met the worst combination of events. In a shorter run nothing is compared.
    private static let shortest = 60.0
    /// How much more memory a daemon may have at the end than in the middle, in KB.
    private static let growthLimit = 16 * 1024
    private static let names = ["a", "b", "c"]

    @Test func nothingIsWrongWhateverTheStoreDoes() async throws {
        let world = try await MailWorld(SharedSite.wildcards.map(\.domain))
        let redis = try await RedisServer()
        let proxy = try await StoreProxy(.passing(to: redis.port, after: .zero))
        let site = try SharedSite(redis, ["SHARED": "redis://127.0.0.1:\(proxy.port)"])
        let directory = try ScratchDirectory("soak")
        // libunbound's caches would fill for minutes. Small ones are full before the middle of the test.
        let names = try String(contentsOfFile: world.names.configurationPath, encoding: .utf8)
        let caches = "msg-cache-size: 1m\nrrset-cache-size: 2m\nkey-cache-size: 512k\nneg-cache-size: 256k\n"
        // Short lives, so that the store is asked all the time.
        let settings = [
            "DNS_CONFIG": try directory.write("server:\n\(caches)\(names)", to: "unbound.conf"), "DEFER_FOR": "0",
            "FAILURE_TTL": "1s", "CACHE_MIN_TTL": "1s", "CACHE_MAX_TTL": "2s", "PROBE_TTL": "2s",
            "CACHE_DOMAINS": "2000", "PROBE_PER_HOUR": "0", "LOG_LEVEL": "notice",
        ]
        var gates: [DaemonTests.Gate] = []
        for name in Self.names { gates.append(try await site.daemon(name, world, settings)) }
        let course = Course()
        let middle = try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, gate) in gates.enumerated() {
                for worker in 0..<2 {
                    group.addTask {
                        try await onOwnThread { try Self.load(gate.socket, UInt64(number * 2 + worker), course) }
                    }
                }
            }
            group.addTask { try await Self.disturb(redis, proxy, course) }
            try await Task.sleep(for: .seconds(Self.seconds / 2))
            let middle = try gates.map { try Usage($0.daemon.pid) }
            try await Task.sleep(for: .seconds(Self.seconds / 2))
            course.end()
            try await group.waitForAll()
            return middle
        }
        let told = course.tally.withLock { $0 }
        print(
            "shared soak of \(Self.seconds) s: \(told.counts.values.reduce(0, +)) answers, "
                + "\(told.counts.sorted { $0.key < $1.key })")
        #expect(told.wrong.isEmpty, "\(told.wrong.prefix(20))")
        for (domain, code) in SharedSite.wildcards { #expect(told.counts["\(domain.label) \(code)", default: 0] > 0) }

        for name in Self.names {
            try await site.onStatus(of: name, world) {
                $0.contains(": used for") && !$0.contains("; 0 verdicts of others") && !$0.contains(" 0 told")
                    && $0.contains(" 0 of these wrong, 0 refused")
            }
        }
        for (domain, code) in SharedSite.wildcards {
            for gate in gates { #expect(try await SharedSite.code(gate, "after.\(domain.name)") == code) }
        }
        let after = try gates.map { try Usage($0.daemon.pid) }
        print("shared soak: in the middle \(middle), after it \(after)")
        if Self.seconds >= Self.shortest, !Sanitizer.isActive {
            // How many sockets libunbound has open differs from moment to moment.
            let descriptors = middle.map(\.descriptors).max() ?? 0
            for (middle, after) in zip(middle, after) {
                #expect(after.residentKB <= middle.residentKB + Self.growthLimit, "\(middle) \(after)")
                #expect(after.descriptors <= descriptors + 16, "\(middle) \(after)")
            }
        }
        await proxy.stop()
        await site.stop(gates, world)
    }

    /// One sender: messages to destinations of all kinds, some of them known and some new.
    private static func load(_ socket: String, _ seed: UInt64, _ course: Course) throws {
        var chance = Chance(seed + 1)
        while !course.hasEnded {
            let client = try MilterClient(socket, timeout: .seconds(60))
            try client.open()
            for _ in 0..<1 + chance.below(20) where !course.hasEnded {
                try client.mail()
                let (domain, right) = SharedSite.wildcards[chance.below(SharedSite.wildcards.count)]
                let label = chance.oneIn(3) ? "d\(chance.below(300))" : "k\(chance.below(5))"
                var code = "250"
                switch try client.recipient("<a@\(label).\(domain.name)>", macros: ["{rcpt_mailer}": "smtp"]) {
                case .continue: break
                case .reply(let reply):
                    code = reply.split(separator: " ").prefix(2).joined(separator: " ")
                case let other: code = "\(other)"
                }
                // What nobody could find out in time is put off, and so is what only another host has found.
                let isPutOff =
                    code == "451 4.7.0" || right.hasPrefix("550") && code == right.replacing("550 5", with: "451 4")
                course.note(domain.label, code, isRight: code == right || isPutOff)
                try client.abort()
            }
            try client.quit()
        }
    }

    private static func disturb(_ redis: RedisServer, _ proxy: StoreProxy, _ course: Course) async throws {
        var chance = Chance(400)
        while !course.hasEnded {
            try await course.rest(1000 + chance.below(6000))
            switch chance.below(4) {
            case 0, 1:
                await redis.kill()
                try await course.rest(chance.below(8000))
                try await redis.restart()
            case 2:
                redis.signal(SIGSTOP)
                try await course.rest(500 + chance.below(4000))
                redis.signal(SIGCONT)
            default:
                proxy.conduct(.passing(to: redis.port, after: .milliseconds(200)))
                try await course.rest(500 + chance.below(4000))
                proxy.conduct(.passing(to: redis.port, after: .zero))
            }
        }
    }
}
