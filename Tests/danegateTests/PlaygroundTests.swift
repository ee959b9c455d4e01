import Foundation
import Testing
import World

/// The program that brings the world to life for others, and counts mail.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: PostfixInstance.unavailable == nil, "\(PostfixInstance.unavailable ?? "")"))
struct PlaygroundTests {
    private static let program = URL(fileURLWithPath: Danegate.path).deletingLastPathComponent()
        .appendingPathComponent("Playground").path

    /// The NAME=value lines of an output.
    private static func values(_ output: String) -> [String: String] {
        output.split(separator: "\n").reduce(into: [:]) { values, line in
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
    }

    /// The counts of a load, and how it ended.
    private static func load(_ arguments: String...) async throws -> (status: Int32, counts: [String: String]) {
        let (status, output) = try await ChildProcess.run(program, ["sessions"] + arguments)
        return (status, values(output))
    }

    @Test func sessionsAreCountedAsTheyEnd() async throws {
        let scratch = try ScratchDirectory("playground")
        let state = try ScratchDirectory("state")
        let folder = scratch.file("world")
        let world = try await ChildProcess(
            Self.program, ["world", "--postfix", "--detached", "--into", folder, "verified", "tlsa-invalid"])
        #expect(await world.waitForOutput { $0.contains("READY=yes\n") }, "\(world.output)")
        let told = Self.values(world.output)
        let file = try #require(told["ENV_FILE"])
        #expect(file == "\(folder)/danegate.env")
        #expect(told["DOMAINS"] == "verified.example:verified,tlsa-invalid.example:tlsa-invalid")
        let port = try #require(told["SMTP_PORT"])
        let daemon = try await Danegate.start(
            ["run", "--env-file", file],
            environment: [
                "DANEGATE_STATE_DIRECTORY": state.path, "DANEGATE_LOG": "stderr", "DANEGATE_MILTER_DEADLINE": "25s",
            ])
        let counted = try await Self.load("--port", port, "--rate", "20", "--seconds", "3", "--put-off", "0")
        #expect(counted.status == 0, "\(counted)")
        #expect(counted.counts["SESSIONS"] == "60" && counted.counts["ACCEPTED"] == "30", "\(counted)")
        #expect(counted.counts["REFUSED"] == "30" && counted.counts["PUT_OFF"] == "0", "\(counted)")
        // The same at the other end.
        let run = try #require(counted.counts["RUN"])
        let log = try String(contentsOfFile: #require(told["MAIL_LOG"]), encoding: .utf8)
        #expect(log.matches(of: /message-id=<\d+\.([0-9a-z]+)@sessions\.example>/).count { $0.1 == run } == 30)
        // A broken domain that is taken for a good one: mail that had to pass was refused.
        let wrong = try await Self.load(
            "--port", port, "--rate", "10", "--seconds", "1", "--good", "user@verified.example", "--broken",
            "user@verified.example")
        #expect(wrong.status == 1 && wrong.counts["WRONG"] == "5", "\(wrong)")
        // Without the gate Postfix puts all off, the broken ones with another code than theirs.
        #expect(await daemon.stop() == 0)
        let putOff = try await Self.load("--port", port, "--rate", "10", "--seconds", "1", "--put-off", "0")
        #expect(putOff.status == 1 && putOff.counts["PUT_OFF"] == "10", "\(putOff)")
        #expect(putOff.counts["WRONG"] == "0" && putOff.counts["LOST"] == "0", "\(putOff)")
        #expect(await world.stop() == 0)
        let gone = try await Self.load("--port", port, "--rate", "10", "--seconds", "1")
        #expect(gone.status == 1 && gone.counts["NOT_STARTED"] == "10", "\(gone)")
    }

    @Test func aFolderIsCalledAsTheDaemonSeesIt() async throws {
        let scratch = try ScratchDirectory("playground")
        let world = try await ChildProcess(
            Self.program,
            ["world", "--detached", "--into", scratch.file("root/etc/world"), "--seen-as", "/etc/world", "verified"])
        #expect(await world.waitForOutput { $0.contains("READY=yes\n") }, "\(world.output)")
        let text = try String(contentsOfFile: scratch.file("root/etc/world/danegate.env"), encoding: .utf8)
        let settings = Self.values(text)
        #expect(settings["DANEGATE_STATE_DIRECTORY"] == nil && settings["DANEGATE_MILTER_SOCKET"] == nil)
        let files = settings.values.filter { $0.hasPrefix("/") }
        #expect(files.count == 3, "\(settings)")
        for file in files {
            #expect(file.hasPrefix("/etc/world/"))
            #expect(access(scratch.file("root\(file)"), R_OK) == 0, "\(file)")
        }
        #expect(await world.stop() == 0)
    }
}
