import Foundation
import Testing
import World

@Suite(.timeLimit(.minutes(2))) struct CommandTests {
    @Test func theVersionNamesTheLibraries() async throws {
        let (status, output) = try await Danegate.run(["--version"])
        #expect(status == 0)
        for name in ["danegate ", "libmilter ", "libunbound ", "GnuTLS "] { #expect(output.contains(name)) }
    }

    @Test(arguments: ["run", "check", "settings", "trace", "report"])
    func badSettingsAreOneSentenceEach(command: String) async throws {
        let environment = ["DANEGATE_MODE": "on", "DANEGATE_PROBE_PORT": "0", "DANEGATE_NOPE": "1"]
        let arguments = command == "check" ? ["check", "example.org"] : [command]
        let (status, output) = try await Danegate.run(arguments, environment: environment)
        #expect(status == 78)
        #expect(output.split(separator: "\n").count == 3, "\(output)")
        for name in environment.keys { #expect(output.contains("danegate: \(name)=")) }
    }

    @Test func settingsSayWhereTheyCameFrom() async throws {
        let directory = try ScratchDirectory("settings")
        let file = try directory.write("DANEGATE_MODE=monitor\nDANEGATE_ROUTE=recipient\n", to: "danegate.env")
        let (status, output) = try await Danegate.run(
            ["settings", "--env-file", file], environment: ["DANEGATE_MODE": "enforce"])
        #expect(status == 0)
        let lines = output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("DANEGATE_MODE ") && $0.hasSuffix("= enforce  (environment)") })
        #expect(lines.contains { $0.hasPrefix("DANEGATE_ROUTE ") && $0.hasSuffix("= recipient  (\(file))") })
        #expect(lines.contains { $0.hasPrefix("DANEGATE_DEFER_FOR ") && $0.hasSuffix("= 15m  (default)") })
    }

    @Test(arguments: ["run", "check", "settings"])
    func aBadPolicyFileIsNamedByItsLine(command: String) async throws {
        let directory = try ScratchDirectory("policy")
        let file = try directory.write("example.org exempt\nexample.com nonsense\n", to: "policy")
        let arguments = command == "check" ? ["check", "example.org"] : [command]
        let (status, output) = try await Danegate.run(arguments, environment: ["DANEGATE_POLICY_FILE": file])
        #expect(status == 78)
        #expect(output.hasPrefix("danegate: \(file):2: "), "\(output)")
    }

    @Test func aNamedPipeIsNoPolicyFile() async throws {
        let directory = try ScratchDirectory("pipe")
        #expect(mkfifo(directory.file("pipe"), 0o600) == 0)
        let environment = ["DANEGATE_POLICY_FILE": directory.file("pipe")]
        #expect(try await Danegate.run(["settings"], environment: environment).status == 78)
    }

    @Test func aSocketThatCannotBeHadEndsTheStart() async throws {
        let directory = try ScratchDirectory("socket")
        let file = try directory.write("not a socket", to: "file")
        let (status, output) = try await Danegate.run(
            ["run"],
            environment: [
                "DANEGATE_MILTER_SOCKET": "unix:\(file)", "DANEGATE_LOG": "stderr",
                "DANEGATE_STATE_DIRECTORY": directory.path,
            ])
        #expect(status == 69)
        #expect(output.contains("danegate: ") && output.contains(file), "\(output)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "not a socket")
    }
}
