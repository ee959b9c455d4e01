import Foundation
import RuleMarks
import Testing
import World

/// What the daemon knows after it was ended, one way or the other.
@Suite(.timeLimit(.minutes(5))) struct RestartTests {
    /// Whether the daemon has written of a domain: its file is locked, and its log is looked into.
    private static func hasWritten(_ domain: String, in directory: ScratchDirectory) async throws -> Bool {
        try await eventually(within: .seconds(60)) {
            ["", "-wal"].contains { part in
                let bytes = try? Data(contentsOf: URL(fileURLWithPath: directory.file("state.sqlite\(part)")))
                return bytes?.range(of: Data(domain.utf8)) != nil
            }
        }
    }

    @Test(arguments: [SIGTERM, SIGKILL]) func aVerdictServesAfterTheEnd(signal: Int32) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let state = try ScratchDirectory("state")
        let settings = ["STATE_DIRECTORY": state.path]
        let gate = try await DaemonTests.Gate(world, settings)
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        if signal == SIGKILL { #expect(try await Self.hasWritten("verified.example", in: state)) }
        gate.daemon.signal(signal)
        #expect(await gate.daemon.waitForEnd() != nil)
        await world.stop()
        let next = try await DaemonTests.Gate(world, settings)
        #expect(await next.daemon.waitForOutput { $0.contains("event=state result=loaded verdicts=1 reports=1") })
        #expect(try await next.answer("<b@verified.example>") == .continue)
        #expect(await next.daemon.waitForOutput { $0.contains("to=b@verified.example") && $0.contains("cached=yes") })
        #expect(await next.daemon.stop() == 0)
    }

    /// The first daemon could not have rejected yet, and the second one alone has not known the fault for long enough.
    @Test func aFaultIsAsOldAsItWas() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let state = try ScratchDirectory("state")
        let gate = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": state.path, "DEFER_FOR": "1h"])
        guard case .reply(let first) = try await gate.answer("<a@tlsa-invalid.example>") else {
            Issue.record("no reply")
            return
        }
        #expect(first.hasPrefix("451 4.7.323"))
        let seen = ContinuousClock.now
        #expect(try await Self.hasWritten("tlsa-invalid.example", in: state))
        gate.daemon.signal(SIGKILL)
        #expect(await gate.daemon.waitForEnd() != nil)
        // It is time itself that is waited for: the fault has to be older than DEFER_FOR by the clock of both daemons.
        try await Task.sleep(until: seen + .seconds(6))
        let next = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": state.path, "DEFER_FOR": "5s"])
        #expect(await next.daemon.waitForOutput { $0.contains("event=state result=loaded") })
        guard case .reply(let second) = try await next.answer("<a@tlsa-invalid.example>") else {
            Issue.record("no reply")
            return
        }
        #expect(second.hasPrefix("550 5.7.323"), "\(second)")
        #expect(await next.daemon.stop() == 0)
        await world.stop()
    }

    @Test func mailPassesWhateverTheStateIs() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let state = try ScratchDirectory("state")
        try state.write(String(repeating: "no state ", count: 10_000), to: "state.sqlite")
        let gate = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": state.path])
        #expect(await gate.daemon.waitForOutput { $0.contains("event=state result=set-aside") })
        // A second daemon in the same directory goes without.
        let second = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": state.path])
        #expect(await second.daemon.waitForOutput { $0.contains("event=state result=off") })
        // A third one has none at all.
        let third = try await DaemonTests.Gate(world, ["STATE_DIRECTORY": "\(state.path)/state.sqlite/below"])
        #expect(await third.daemon.waitForOutput { $0.contains("event=state result=off") })
        for gate in [gate, second, third] {
            #expect(try await gate.answer("<a@verified.example>") == .continue)
            #expect(await gate.daemon.stop() == 0)
        }
        await world.stop()
    }

    @Test func whoOnlyAsksWritesNothing() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let state = try ScratchDirectory("state")
        let (status, output) = try await Danegate.run(
            ["check", "verified.example"], environment: world.environment(["STATE_DIRECTORY": state.path]))
        #expect(status == 0, "\(output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).isEmpty)
        await world.stop()
    }
}
