import DANE
import Foundation
import Glibc
import Synchronization
import Testing
import World

@testable import Inspection

/// Mixed load for as long as `DANEGATE_SOAK_SECONDS` says: cached and cold, good, broken and dead destinations.
/// Meanwhile the name server is killed, paused and restarted, hosts hang or hang up, and the daemon's clock is wrong.
///
/// The rule, whatever happens: a destination in order is never refused permanently, and never for a fault while the
/// clock is right. A destination that is provably broken is never accepted, and neither is one that does not exist or
/// of which nothing can be known. Afterwards all have their true verdict again, and the daemon has no more memory,
/// threads and descriptors than before.
@Suite(.timeLimit(.minutes(20))) struct MixedLoadSoakTests {
    /// What a destination is, and so what may be answered.
    private enum Kind: String, CaseIterable {
        case verified = "good"
        case plain
        case mismatch = "broken"
        case bogus
        case missing
        case dead

        /// The domain below which each name is such a destination.
        var zone: String { "\(rawValue).example" }

        /// The answer when nothing disturbs.
        func isTrue(_ answer: MilterClient.Answer) -> Bool {
            switch (self, answer) {
            case (.verified, .continue), (.plain, .continue): true
            case (.mismatch, .reply(let reply)): reply.contains("7.323 tlsa-invalid")
            case (.bogus, .reply(let reply)): reply.contains("7.324 dnssec-invalid")
            case (.missing, .reply(let reply)): reply.hasPrefix("550 5.1.2 no-such-domain")
            case (.dead, .reply(let reply)): reply.hasPrefix("451 4.4.3 dns-unavailable")
            default: false
            }
        }

        /// Whether the answer is one that may be given at any time.
        func allows(_ answer: MilterClient.Answer, isClockRight: Bool) -> Bool {
            guard case .reply(let reply) = answer else {
                return answer == .continue && (self == .verified || self == .plain)
            }
            let isDoubt = ["451 4.4.3 ", "451 4.4.1 ", "451 4.7.0 "].contains { reply.hasPrefix($0) }
            switch self {
            // By a clock that jumps between two looks a signature is out of date for both.
            case .verified, .plain: return isDoubt || !isClockRight && reply.hasPrefix("451 4.7.324 ")
            case .mismatch, .bogus, .missing: return isDoubt || isTrue(answer) || reply.contains("7.324 ")
            case .dead: return isDoubt
            }
        }
    }

    /// How often each answer was given, those that should not have been, and whether to end.
    private final class Course: Sendable {
        struct Tally {
            var counts: [String: Int] = [:]
            var wrong: [String] = []
            var total = 0
        }

        let tally = Mutex(Tally())
        private let ends = Atomic(false)
        var hasEnded: Bool { ends.load(ordering: .relaxed) }
        func end() { ends.store(true, ordering: .relaxed) }

        /// Sleeps, but not beyond the end.
        func rest(_ milliseconds: Int) async throws {
            let end = ContinuousClock.now + .milliseconds(milliseconds)
            while ContinuousClock.now < end, !hasEnded { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    /// The host that is in order when it is not disturbed.
    private final class GoodHost: Sendable {
        let place = Mutex<(address: IPAddress, chain: IssuedChain)?>(nil)
    }

    private static let seconds =
        ProcessInfo.processInfo.environment["DANEGATE_SOAK_SECONDS"].flatMap(Double.init) ?? 30

    /// The heap grows until it has met the worst combination of events, and keeps that size. Until then nothing is
    /// compared.
    private static let warmUp = 20.0

    /// How much more memory it may have at the end than before the last half, in KB.
    private static let growthLimit = 16 * 1024

    /// In a long soak all is in order most of the time, as in the DNS: the daemon believes that only ten seconds after
    /// an outage.
    private static let calm = seconds >= 120 ? 5 : 1

    /// A world of wildcards: any number of destinations, of short lives, on a few hosts.
    private static func world() async throws -> (world: MailWorld, good: IPAddress, chain: IssuedChain) {
        let host = GoodHost()
        let domains = [
            MailDomain("good", "soak", .verified) { draft in
                let chain = try await draft.chain()
                let address = try await draft.farm.add(.normal(chain))
                host.place.withLock { $0 = (address, chain) }
                draft.zone.ttl = 2
                draft.record("@ MX 10 mx", "* MX 10 mx", "mx A \(address)")
                draft.publish([chain.tlsa()])
            },
            MailDomain("plain", "soak", .opportunistic) { draft in
                draft.zone.ttl = 2
                draft.record("@ MX 10 mx", "* MX 10 mx", "mx A 127.0.0.1")
            },
            MailDomain("broken", "soak", .tlsaInvalid) { draft in
                draft.zone.ttl = 2
                try await draft.address("mx", .normal(try await draft.chain()))
                draft.record("@ MX 10 mx", "* MX 10 mx")
                draft.publish([try await draft.chain().tlsa()])
            },
            MailDomain("bogus", "soak", .dnssecInvalid) { draft in
                draft.zone.ttl = 2
                draft.zone.faults = [.corruptSignature(name: "*", type: "MX")]
                draft.record("@ MX 10 mx", "* MX 10 mx", "mx A 127.0.0.1")
            },
            MailDomain("missing", "soak", .noSuchDomain) { draft in draft.zone.ttl = 2 },
            MailDomain("dead", "soak", .dnsUnavailable) { draft in draft.dead = ["dead.example"] },
        ]
        let world = try await MailWorld(domains)
        let (address, chain) = try #require(host.place.withLock { $0 })
        return (world, address, chain)
    }

    /// What a daemon may keep.
    private struct Bounds {
        let descriptors: Int
        let threads: Int

        /// - Parameter start: What it had before the load. The resolvers of second looks are added, each with two pipes
        ///   to its worker, an event base and two threads, and also the idle threads of libmilter and libdispatch.
        init(beside start: Usage) {
            let resolvers = SecondLookQueue.Bounds().resolvers
            descriptors = start.descriptors + resolvers * 5 + 8
            threads = start.threads + resolvers * 2 + 8
        }

        func hold(_ usage: Usage) -> Bool { usage.descriptors <= descriptors && usage.threads <= threads }
    }

    @Test func nothingIsWrongWhateverHappens() async throws {
        let (world, host, chain) = try await Self.world()
        let clock = try DaemonClock()
        let directory = try ScratchDirectory("soak")
        // libunbound's caches may have more than a hundred megabytes, and fill for minutes. Small ones are full before
        // the middle of the test, and what grows afterwards is a leak.
        let names = try String(contentsOfFile: world.names.configurationPath, encoding: .utf8)
        let caches = "msg-cache-size: 1m\nrrset-cache-size: 2m\nkey-cache-size: 512k\nneg-cache-size: 256k\n"
        let gate = try await DaemonTests.Gate(
            world,
            [
                "DNS_CONFIG": try directory.write("server:\n\(caches)\(names)", to: "unbound.conf"),
                "DEFER_FOR": "3s", "FAILURE_TTL": "1s", "CACHE_MIN_TTL": "1s", "CACHE_MAX_TTL": "2s", "PROBE_TTL": "2s",
                "DNS_TIMEOUT": "1s", "PROBE_TIMEOUT": "2s", "PROBE_CONNECT_TIMEOUT": "1s", "MILTER_DEADLINE": "3s",
                "CACHE_DOMAINS": "2000", "PROBE_PER_HOUR": "0", "LOG_LEVEL": "notice",
            ], clock.environment)
        // What it has of its own, what it holds back, and a resolver that has been used.
        #expect(try await gate.answer("<a@first.plain.example>") == .continue)
        let bounds = Bounds(beside: try Usage(gate.daemon.pid))
        let course = Course()
        let usage = try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    try await onOwnThread { try Self.load(gate.socket, UInt64(worker), clock, course) }
                }
            }
            group.addTask { try await Self.disturb(world.names, course) }
            group.addTask { try await Self.disturb(world.hosts, host, chain, course) }
            group.addTask { try await Self.disturb(clock, course) }
            try await Task.sleep(for: .seconds(Self.warmUp + Self.seconds / 2))
            var middle = try Usage(gate.daemon.pid)
            // On a busy machine the caches and the heap take longer to have their size: a leak grows in every half.
            for _ in 0..<4 {
                try await Task.sleep(for: .seconds(Self.seconds / 2))
                let now = try Usage(gate.daemon.pid)
                if now.residentKB <= middle.residentKB + Self.growthLimit { break }
                middle = now
            }
            course.end()
            try await group.waitForAll()
            return middle
        }
        let told = course.tally.withLock { $0 }
        print("soak of \(Self.seconds) s: \(told.total) answers, \(told.counts.sorted { $0.key < $1.key })")
        #expect(told.wrong.isEmpty, "\(told.wrong.prefix(20))")
        for kind in Kind.allCases { #expect(told.counts.contains { $0.key.hasPrefix(kind.rawValue) }) }
        #expect(told.counts["good continue", default: 0] > 0)

        // Undisturbed again, all have their true verdict.
        for kind in Kind.allCases {
            var last = MilterClient.Answer.closed
            var number = 0
            let isTrue = try await eventually(within: .seconds(150)) {
                number += 1
                last = try await gate.answer("<a@after\(number).\(kind.zone)>")
                return kind.isTrue(last)
            }
            #expect(isTrue, "\(kind): \(last)")
        }
        // What libunbound waits for in vain comes back within two minutes.
        var after = try Usage(gate.daemon.pid)
        _ = try await eventually(within: .seconds(150)) {
            _ = try await gate.answer("<a@plain.example>")
            after = try Usage(gate.daemon.pid)
            return bounds.hold(after)
        }
        print("soak: in the middle \(usage), after it \(after), \(bounds)")
        #expect(bounds.hold(after), "\(after) \(bounds)")
        #expect(Sanitizer.isActive || after.residentKB <= usage.residentKB + Self.growthLimit, "\(usage) \(after)")
        #expect(await gate.daemon.stop() == 0)
        #expect(!gate.daemon.output.contains("Fatal error"), "\(gate.daemon.output.suffix(2000))")
        await world.stop()
    }

    /// One sender: messages to destinations of all kinds, most of them good, some known and some new.
    private static func load(
        _ socket: String, _ seed: UInt64, _ clock: DaemonClock, _ course: Course
    ) throws {
        var chance = Chance(seed + 1)
        let kinds: [Kind] = [.verified, .verified, .verified, .plain, .mismatch, .bogus, .missing, .dead]
        while !course.hasEnded {
            let client = try MilterClient(socket, timeout: .seconds(60))
            try client.open()
            for _ in 0..<1 + chance.below(20) where !course.hasEnded {
                try client.mail()
                for _ in 0..<1 + chance.below(3) {
                    let kind = kinds[chance.below(kinds.count)]
                    let label = chance.oneIn(3) ? "d\(chance.below(300))" : "k\(chance.below(5))"
                    let wasRight = clock.isRight
                    let answer = try client.recipient("<a@\(label).\(kind.zone)>", macros: ["{rcpt_mailer}": "smtp"])
                    let isAllowed = kind.allows(answer, isClockRight: wasRight && clock.isRight)
                    let words = if case .reply(let reply) = answer { String(reply.prefix(9)) } else { "\(answer)" }
                    course.tally.withLock { tally in
                        tally.total += 1
                        tally.counts["\(kind.rawValue) \(words)", default: 0] += 1
                        if !isAllowed, tally.wrong.count < 1000 { tally.wrong.append("\(kind): \(answer)") }
                    }
                }
                try client.abort()
            }
            try client.quit()
        }
    }

    private static func disturb(_ names: NameServers, _ course: Course) async throws {
        var chance = Chance(100)
        while !course.hasEnded {
            try await course.rest(calm * (1500 + chance.below(3000)))
            if chance.oneIn(2) {
                names.setPaused(true)
                try await course.rest(500 + chance.below(3000))
                names.setPaused(false)
            } else {
                try await names.restart(after: .milliseconds(chance.below(2000)))
            }
        }
    }

    private static func disturb(
        _ hosts: SMTPHosts, _ address: IPAddress, _ chain: IssuedChain, _ course: Course
    ) async throws {
        var chance = Chance(200)
        let faults: [SMTPHostBehaviour] = [
            .silent, .normal(chain).failing(at: .banner, .close), .normal(chain).failing(at: .ehlo, .reset),
            .normal(chain).failing(at: .starttls, .stall),
        ]
        while !course.hasEnded {
            try await course.rest(calm * (2000 + chance.below(4000)))
            try hosts.change(address, to: faults[chance.below(faults.count)])
            try await course.rest(500 + chance.below(2500))
            try hosts.change(address, to: .normal(chain))
        }
    }

    private static func disturb(_ clock: DaemonClock, _ course: Course) async throws {
        var chance = Chance(300)
        while DaemonClock.canBeWrong, !course.hasEnded {
            try await course.rest(calm * (6000 + chance.below(4000)))
            try clock.set(days: chance.oneIn(2) ? 40 : -100)
            try await course.rest(2000 + chance.below(2000))
            try clock.set(days: 0)
        }
    }
}
