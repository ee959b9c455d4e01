import Foundation
import RuleMarks
import Testing
import World

/// Holds, from the command to the running daemon and back.
@Suite(.timeLimit(.minutes(5))) struct HoldWorldTests {
    @Test(.rules("F-132"), arguments: ["enforce", "monitor"])
    func aHoldPutsOffAtOnceWithoutALook(mode: String) async throws {
        let world = try await MailWorld(["verified", "unsigned", "tlsa-invalid"].map(MailDomains.named))
        let state = try ScratchDirectory("state")
        let settings = ["STATE_DIRECTORY": state.path, "MODE": mode]
        let gate = try await DaemonTests.Gate(world, settings)
        func hold(_ arguments: String...) async throws -> (status: Int32, output: String) {
            let (status, output) = try await Danegate.run(
                ["hold"] + arguments, environment: world.environment(settings))
            return (status, output)
        }
        #expect(try await hold().output.contains("Nothing is held."))
        #expect(try await gate.answer("<a@verified.example>") == .continue)
        let (status, output) = try await hold("VERIFIED.example", "--for", "1h", "--by", "alice")
        #expect(status == 0 && output.contains("verified.example is held until 20"), "\(output)")
        #expect(await gate.daemon.waitForOutput { $0.contains("event=hold result=on neighbourhood=verified.example") })
        world.names.clearQueries()
        // Though its verdict is kept, and good; and below it nothing is asked.
        for recipient in ["<a@verified.example>", "<a@below.verified.example>"] {
            let answer = try await gate.answer(recipient)
            // Senders are not told what an administrator here does; the log is.
            #expect(
                "\(answer)".contains("451 4.7.0 pending: ")
                    && "\(answer)".contains(": this site cannot check the domain now; try again later ["), "\(answer)")
            #expect(!"\(answer)".contains("held") && !"\(answer)".contains("alice"), "\(answer)")
        }
        #expect(
            await gate.daemon.waitForOutput {
                $0.contains("cause=\"mail there is held back by this site's administrator until ")
            })
        #expect(world.names.queries.isEmpty)
        #expect(try await gate.answer("<a@unsigned.example>") == .continue)
        let control = world.environment(settings)
        let (_, text) = try await Danegate.run(["status"], environment: control)
        #expect(text.contains("Held back: verified.example until 20") && text.hasPrefix("OK"), "\(text)")
        let (cached, report) = try await Danegate.run(["check", "--cached", "verified.example"], environment: control)
        #expect(cached == 75 && report.contains("pending"), "\(report)")
        // It outlives the daemon.
        gate.daemon.signal(SIGKILL)
        #expect(await gate.daemon.waitForEnd() != nil)
        let next = try await DaemonTests.Gate(world, settings)
        #expect(await next.daemon.waitForOutput { $0.contains("event=hold result=on") })
        #expect("\(try await next.answer("<a@verified.example>"))".contains("4.7.0"))
        let (ended, told) = try await hold("--end", "verified.example")
        #expect(ended == 0 && told.contains("not held any more"))
        #expect(try await hold("--end", "verified.example").status == 1)
        #expect(await next.daemon.waitForOutput { $0.contains("event=hold result=off") })
        #expect(try await next.answer("<a@verified.example>") == .continue)
        #expect(await next.daemon.stop() == 0)
        await world.stop()
    }

    @Test(arguments: [
        (["dead.example"], "--for is needed"), (["--for", "1h"], "Name a zone"),
        (["a@b", "--for", "1h"], "is no zone"),
        (["dead.example", "--for", "2d"], "--for must be"), (["dead.example", "--for", "soon"], "--for must be"),
        (["dead.example", "--for", "1h", "--end"], "exclude each other"), (["0.0.0.0/0", "--for", "1h"], "is no zone"),
    ])
    func whatIsNoHoldIsRefused(arguments: [String], sentence: String) async throws {
        let state = try ScratchDirectory("state")
        let (status, output) = try await Danegate.run(
            ["hold"] + arguments, environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(status == 64 && output.contains(sentence), "\(output)")
        #expect(!FileManager.default.fileExists(atPath: state.file("holds")))
    }
}
