import Foundation
import Testing
import World

/// What each MTA tells its clients when danegate does not answer, or something else answers in its place.
@Suite(
    .timeLimit(.minutes(5)),
    .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct DoorFailureTests {
    /// A way in, and what its MTA says when it hears no answer: never a 5xx, and never an acceptance.
    static let ways: [(way: MTATable.Way, says: String)] = [
        (.postfixMilter, "451 4.7.1 Service unavailable - try again later"),
        (
            .postfixPolicy,
            "451 4.3.5 <user@verified.example>: Recipient address rejected: Server configuration problem"
        ),
        (.sendmailMilter, "451 4.3.2 Please try again later"),
        (.eximQuery, "451 4.4.3 the policy service does not answer"),
    ]

    /// Nobody, and then each of those who are no danegate.
    @Test(arguments: ways) func whateverAnswersMailIsDeferred(way: MTATable.Way, says: String) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let mta = try await AskingMTA(way, world)
        let nobody = try await mta.line("user@verified.example")
        #expect(nobody.hasPrefix(says), "nobody: \(nobody)")
        for behaviour in FakeDoor.Behaviour.allCases {
            // Postfix waits for each part of a policy server's answer anew, as long as one comes.
            if way == .postfixPolicy, behaviour == .dripping { continue }
            let door = try FakeDoor(behaviour, path: mta.socket)
            let line = try await mta.line("user@verified.example")
            #expect(line.hasPrefix(says), "\(behaviour): \(line)")
            #expect(door.visits > 0, "\(behaviour)")
            door.stop()
        }
        #expect(mta.panics.isEmpty, "\(mta.panics)")
        await mta.stop()
        await world.stop()
    }

    /// The same with what the guides have for sites whose mail is to pass.
    @Test(arguments: ways) func mailPassesWhereThatIsSet(way: MTATable.Way, says: String) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let mta = try await AskingMTA(way, world, failsOpen: true)
        #expect(try await mta.line("user@verified.example").hasPrefix("250 "))
        for behaviour in [FakeDoor.Behaviour.closing, .babbling] {
            let door = try FakeDoor(behaviour, path: mta.socket)
            let line = try await mta.line("user@verified.example")
            #expect(line.hasPrefix("250 "), "\(behaviour): \(line)")
            door.stop()
        }
        await mta.stop()
        await world.stop()
    }

    /// Whether all threads of a process have stopped: a signal takes its time.
    private static func isHalted(_ process: ChildProcess) -> Bool {
        let folder = "/proc/\(process.pid)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.allSatisfy {
            (try? String(contentsOfFile: "\(folder)/\($0)/status", encoding: .utf8))?.contains("\nState:\tT") == true
        }
    }

    /// The daemon itself: up, slow for a host's sake, halted, and gone.
    @Test(arguments: ways) func theDaemonComesAndGoes(way: MTATable.Way, says: String) async throws {
        let world = try await MailWorld(["verified", "stalling-at-starttls"].map(MailDomains.named))
        let mta = try await AskingMTA(way, world)
        let daemon = try await Danegate.start(environment: world.environment(mta.settings))
        #expect(try await mta.line("user@verified.example").hasPrefix("250 "))
        let slow = try await mta.line("user@stalling-at-starttls.example")
        #expect(slow.contains("pending: stalling-at-starttls.example: ") && slow.hasPrefix("451 4.7.0 "), "\(slow)")
        daemon.signal(SIGSTOP)
        #expect(try await eventually { Self.isHalted(daemon) })
        let halted = try await mta.line("user@verified.example")
        #expect(halted.hasPrefix(says), "\(halted)")
        daemon.signal(SIGCONT)
        // It may still have to see that clients have gone.
        let isBack = try await eventually(within: .seconds(30)) {
            try await mta.line("user@verified.example").hasPrefix("250 ")
        }
        #expect(isBack)
        #expect(await daemon.stop() == 0)
        let gone = try await mta.line("user@verified.example")
        #expect(gone.hasPrefix(says), "\(gone)")
        await mta.stop()
        await world.stop()
    }
}
