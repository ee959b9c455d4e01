import Foundation
import Testing
import World

/// Destinations that stall hold up nobody but those who ask for them.
@Suite(.timeLimit(.minutes(5))) struct ConvoyTests {
    @Test func knownDestinationsAreAnsweredWhileOthersStall() async throws {
        let stalling = ["silent", "stalling-at-starttls", "stalling-at-handshake"].map(MailDomains.named)
        let world = try await MailWorld(stalling + [MailDomains.named("verified"), MailDomains.named("null-mx")])
        let deadline = Duration.seconds(3)
        let gate = try await DaemonTests.Gate(world, ["MILTER_DEADLINE": "3s", "PROBE_TIMEOUT": "30s"])
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        #expect(try await gate.answer("<a@null-mx.example>") != .continue)
        let slow = (0..<40).map { "<a\($0)@\(stalling[$0 % stalling.count].name)>" }
        let known = (0..<10).map { "<b\($0)@\($0 % 2 == 0 ? "verified" : "null-mx").example>" }
        let told = try await IdleSessions.ask(gate.socket, for: slow + known)
        #expect(told.count == 50)
        let isPending = told.map { if case .reply(let reply) = $0.answer { reply.contains("pending") } else { false } }
        #expect(isPending.filter { $0 }.count == slow.count)
        #expect(isPending.prefix(known.count).allSatisfy { !$0 }, "\(told.map(\.recipient))")
        // One deadline, not one after the other.
        let longest = told.map(\.waited).max() ?? .zero
        #expect(longest < deadline * 10, "\(longest)")
        // The log says the same of them all.
        #expect(
            await gate.daemon.waitForOutput {
                $0.split(separator: "\n").filter { $0.contains("outcome=pending") }.count == slow.count
            })
        #expect(await gate.daemon.stop() == 0)
        let lines = gate.daemon.output.split(separator: "\n")
        #expect(lines.map(\.withoutTime).allSatisfy { $0.hasPrefix("ruling=") || $0.hasPrefix("event=") }, "\(lines)")
        await world.stop()
    }

    /// A standard error that nobody reads: its pipe fills up, and the daemon goes on.
    @Test func aLogThatNobodyReadsHoldsUpNothing() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let scratch = try ScratchDirectory("unread")
        let socket = scratch.file("milter")
        let pipe = scratch.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        var environment = world.environment(["MILTER_SOCKET": "unix:\(socket)"])
        environment["DANEGATE_TEST_SEED"] = .some(nil)
        environment["DANEGATE_TEST_CASES"] = .some(nil)
        // Opened for both, so that it can be opened at all.
        let daemon = try await ChildProcess(
            "/bin/sh", ["-c", "exec \"$0\" run 2<>\"$1\"", Danegate.path, pipe], environment: environment)
        #expect(try await eventually(within: .seconds(60)) { (try? MilterClient(socket)) != nil })
        // Some 400 KB of lines for a pipe of 64.
        let count = 2500
        let answers = try await onOwnThread {
            let client = try MilterClient(socket, timeout: .seconds(60))
            try client.open()
            try client.mail()
            let answers = try (0..<count).map { try client.recipient("<a\($0)@verified.example>") }
            try client.quit()
            return answers
        }
        #expect(answers.count == count && answers.allSatisfy { $0 == .continue })
        daemon.signal(SIGTERM)
        #expect(await daemon.waitForEnd() == 0)
        await world.stop()
    }
}
