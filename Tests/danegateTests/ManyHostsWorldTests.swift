import DANE
import Foundation
import RuleMarks
import Testing
import World

/// Domains with more MX hosts than one look goes through, judged by a real daemon.
@Suite(.timeLimit(.minutes(5))) struct ManyHostsWorldTests {
    /// Addresses at which nobody listens, so many hosts of one each, and then one that is in order.
    private static func dead(_ count: Int, behind: Bool) -> MailDomain {
        MailDomain("dead-\(count)", "V17", .verified) { draft in
            let chain = try await draft.chain()
            for number in 0..<count {
                draft.mx(number, "dead\(number)")
                draft.record("dead\(number) A 127.255.77.\(number + 1)")
                draft.publish([chain.tlsa()], at: "dead\(number)")
            }
            if behind { try await draft.host(preference: 1000, .normal(chain), tlsa: chain.tlsa()) }
        }
    }

    /// Asks again as long as the answer is `pending`.
    ///
    /// - Returns: The answers; the last one is another.
    private static func answers(_ gate: DaemonTests.Gate, _ domain: String) async throws -> [MilterClient.Answer] {
        var answers: [MilterClient.Answer] = []
        _ = try await eventually(within: .seconds(120)) {
            answers.append(try await gate.answer("<user\(answers.count)@\(domain)>"))
            return !"\(answers.last ?? .closed)".contains("451 4.7.0 pending: ")
        }
        return answers
    }

    @Test(.rules("F-92", "F-94", "D-34")) func theGoodHostBehindTheDeadOnesIsFound() async throws {
        let world = try await MailWorld([Self.dead(24, behind: true)])
        let gate = try await DaemonTests.Gate(world, ["FAILURE_TTL": "0"])
        let answers = try await Self.answers(gate, "dead-24.example")
        // Ten dead ones a look, and the last five hosts with the third.
        #expect(answers.count == 3 && answers.last == .continue, "\(answers)")
        #expect(
            await gate.daemon.waitForOutput {
                $0.contains("outcome=pending")
                    && $0.contains("none of the 10 hosts looked at may be used, and 15 more are to be")
                    && $0.contains("none of the 20 hosts looked at may be used, and 5 more are to be")
                    && $0.contains("outcome=verified code=- host=mx.dead-24.example")
            }, "\(gate.daemon.output)")
        #expect(await gate.daemon.stop() == 0)

        // Those who ask at once have one look together.
        let kept = try await DaemonTests.Gate(world, ["FAILURE_TTL": "60s"])
        try await withThrowingTaskGroup(of: MilterClient.Answer.self) { group in
            for number in 0..<5 { group.addTask { try await kept.answer("<a\(number)@dead-24.example>") } }
            for try await answer in group { #expect("\(answer)".contains("4.7.0 pending: "), "\(answer)") }
        }
        let look = "none of the 10 hosts looked at"
        #expect(await kept.daemon.waitForOutput { $0.split(separator: look).count > 5 }, "\(kept.daemon.output)")
        #expect(await kept.daemon.stop() == 0)

        // The analyzer goes through them all at once.
        let (status, output) = try await Danegate.run(["check", "dead-24.example"], environment: world.environment())
        #expect(status == 0 && output.hasPrefix("dead-24.example: verified (degraded)"), "\(output)")
        await world.stop()
    }

    /// Broken hosts in numbers fail, once all of them have been seen twice; no look makes more connections than an MTA.
    @Test(.rules("F-92", "F-94")) func manyBrokenHostsAreRefusedInTheEnd() async throws {
        let broken = MailDomain("broken-24", "V19", .tlsaInvalid) { draft in
            let other = try await draft.chain()
            for number in 0..<24 {
                try await draft.host(
                    named: "mx\(number)", preference: number % 3, .normal(draft.chain()), tlsa: other.tlsa())
            }
        }
        let world = try await MailWorld([broken])
        let gate = try await DaemonTests.Gate(world, ["FAILURE_TTL": "0", "DEFER_FOR": "0"])
        var last = 0
        var answers: [MilterClient.Answer] = []
        _ = try await eventually(within: .seconds(120)) {
            answers.append(try await gate.answer("<user@broken-24.example>"))
            #expect(world.hosts.connections - last <= 10, "\(answers.count)")
            last = world.hosts.connections
            return !"\(answers.last ?? .closed)".contains("pending: ")
        }
        #expect(answers.count == 6)
        guard case .reply(let reply)? = answers.last else {
            Issue.record("no reply")
            return
        }
        #expect(reply.hasPrefix("550 5.7.323 tlsa-invalid: broken-24.example: "), "\(reply)")
        #expect(reply.contains("host mx0.broken-24.example"), "\(reply)")
        #expect(last == 48)
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    /// Where all are dead nothing is known, and that is told when all have been tried.
    @Test(.rules("F-92")) func deadHostsAloneAreADoubt() async throws {
        let world = try await MailWorld([Self.dead(12, behind: false)])
        let gate = try await DaemonTests.Gate(world, ["FAILURE_TTL": "0", "DEFER_FOR": "0"])
        let answers = try await Self.answers(gate, "dead-12.example")
        #expect(answers.count == 2 && "\(answers.last ?? .closed)".contains("451 4.4.1 unreachable: "), "\(answers)")
        #expect(await gate.daemon.stop() == 0)
        await world.stop()
    }

    @Test(.rules("F-92"), arguments: ["mx-40-gone", "mx-40-gone-unsigned"])
    func hostsThatDoNotExistAreOneLook(label: String) async throws {
        let world = try await MailWorld([MailDomains.named(label)])
        let gate = try await DaemonTests.Gate(world)
        #expect(try await gate.answer("<user@\(label).example>") == .continue)
        #expect(world.hosts.connections <= 1)
        #expect(await gate.daemon.stop() == 0)
        let (status, output) = try await Danegate.run(["check", "\(label).example"], environment: world.environment())
        #expect(status == 0, "\(output)")
        await world.stop()
    }

    /// The analyzer has a bound of its own, and says where it stopped.
    @Test func checkSaysWhereItStopped() async throws {
        let world = try await MailWorld([MailDomains.named("mx-700-all-wrong")])
        let (status, output) = try await Danegate.run(
            ["check", "mx-700-all-wrong.example"], environment: world.environment(["PROBE_PER_HOUR": "0"]))
        #expect(status == 75, "\(output.prefix(2000))")
        #expect(output.hasPrefix("mx-700-all-wrong.example: pending"))
        #expect(
            output.contains(
                "256 of 700 hosts are seen; a check makes at most 256 connections and asks about 1024 hosts"))
        await world.stop()
    }
}
