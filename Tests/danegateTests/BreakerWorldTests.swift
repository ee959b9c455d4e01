import Foundation
import RuleMarks
import Testing
import World

/// The daemon in a world whose DNS goes away and comes back.
@Suite(.timeLimit(.minutes(5))) struct BreakerWorldTests {
    private static let dead = [WireFault("*", nil, .servfail)]

    private static func world() async throws -> MailWorld {
        try await MailWorld(["verified", "no-tlsa", "tlsa-invalid", "null-mx"].map(MailDomains.named))
    }

    /// Asks for one destination without a verdict. By that the daemon finds that the trouble is its own, long before
    /// its next test is due.
    private static func open(_ gate: DaemonTests.Gate) async throws {
        _ = try await gate.answer("<a@unknown.example>")
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=resolver") })
    }

    @Test(.rules("F-89"), arguments: [("tempfail", true), ("accept", false), ("monitor", false)])
    func aDeadDNSOpensTheBreakerAndItsReturnClosesIt(ruling: String, refuses: Bool) async throws {
        let world = try await Self.world()
        let gate = try await DaemonTests.Gate(
            world, ["ON_LOCAL_TROUBLE": ruling, "DEFER_FOR": "0", "CACHE_MIN_TTL": "0", "CACHE_MAX_TTL": "1s"])
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        guard case .reply(let before) = try await gate.answer("<a@tlsa-invalid.example>") else {
            Issue.record("tlsa-invalid passed")
            return
        }
        #expect(before.hasPrefix("550 5.7.323"))
        #expect(!gate.daemon.output.contains("event=breaker"))
        world.names.setWireFaults(Self.dead)
        try await Self.open(gate)
        // It has run out long since, and serves; what was refused for good is not any more.
        #expect(try await gate.answer("<stale@verified.example>") == .continue)
        #expect(
            await gate.daemon.waitForOutput { $0.contains("to=stale@verified.example") && $0.contains("cached=yes") })
        for domain in ["tlsa-invalid", "null-mx", "no-tlsa"] {
            let answer = try await gate.answer("<trouble@\(domain).example>")
            guard refuses else {
                #expect(answer == .continue)
                continue
            }
            guard case .reply(let reply) = answer else {
                Issue.record("\(domain) passed")
                continue
            }
            #expect(
                reply.hasPrefix(
                    "451 4.4.3 dns-unavailable: \(domain).example: this site cannot check the domain now; "
                        + "try again later ["
                ),
                "\(reply)")
        }
        let isMonitored = ruling == "monitor"
        #expect(
            await gate.daemon.waitForOutput {
                $0.contains(
                    "ruling=\(refuses ? "tempfail" : "accept") mode=enforce "
                        + "\(isMonitored ? "would=tempfail " : "")to=trouble@no-tlsa.example")
            })
        world.names.setWireFaults([])
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=closed cause=resolver") })
        let isRuled = try await eventually(within: .seconds(60)) {
            guard case .reply(let reply) = try await gate.answer("<a@null-mx.example>") else { return false }
            return reply.hasPrefix("556 5.1.10")
        }
        #expect(isRuled)
        #expect(gate.daemon.output.contains("event=resolver-down") && gate.daemon.output.contains("event=resolver-up"))
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Everything is out of date, or not valid yet, and yet nobody is at fault.
    @Test(.enabled(if: DaemonClock.canBeWrong, "a sanitizer's library is the first"), arguments: [40, -100])
    func aClockThatIsWrongFromTheStartRefusesNobodyForGood(days: Int) async throws {
        let world = try await Self.world()
        let clock = try DaemonClock(days: days)
        let gate = try await DaemonTests.Gate(world, ["DEFER_FOR": "0"], clock.environment)
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=clock") })
        for domain in ["verified", "no-tlsa", "tlsa-invalid", "null-mx", "unknown"] {
            guard case .reply(let reply) = try await gate.answer("<a@\(domain).example>") else {
                Issue.record("\(domain) passed")
                continue
            }
            #expect(
                reply.hasPrefix(
                    "451 4.4.3 dns-unavailable: \(domain).example: this site cannot check the domain now; "
                        + "try again later ["
                ),
                "\(reply)")
        }
        try clock.set(days: 0)
        #expect(await gate.daemon.waitForOutput { $0.contains("event=clock step=\(days < 0 ? "+" : "-")") })
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=closed cause=clock") })
        let expected = [
            ("verified", ""), ("no-tlsa", ""), ("tlsa-invalid", "550 5.7.323"), ("null-mx", "556 5.1.10"),
        ]
        for (domain, code) in expected {
            // As soon as what was found out meanwhile is no longer kept.
            var answer = MilterClient.Answer.continue
            let isRuled = try await eventually(within: .seconds(60)) {
                answer = try await gate.answer("<a@\(domain).example>")
                guard case .reply(let reply) = answer else { return code.isEmpty }
                return !code.isEmpty && reply.hasPrefix(code)
            }
            #expect(isRuled, "\(domain): \(answer)")
        }
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// The limit is lowered below what is open, so that nothing more can be opened.
    @Test func aFullFileTableIsNamed() async throws {
        let world = try await Self.world()
        let gate = try await DaemonTests.Gate(world)
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        let limits = try String(contentsOfFile: "/proc/\(gate.daemon.pid)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
        let soft = try #require(line.split(separator: " ").dropFirst(3).first.flatMap { Int($0) })
        // Of the soft limit anybody may change his own processes'.
        func limit(_ count: Int) async throws {
            let (status, output) = try await ChildProcess.run(
                ChildProcess.find("prlimit"), ["--pid", "\(gate.daemon.pid)", "--nofile=\(count):"], environment: [:])
            #expect(status == 0, "\(output)")
        }
        try await limit(4)
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=open cause=descriptors") })
        try await limit(soft)
        #expect(await gate.daemon.waitForOutput { $0.contains("event=breaker state=closed cause=descriptors") })
        #expect(try await gate.answer("<a@no-tlsa.example>") == .continue)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }
}
