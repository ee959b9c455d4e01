import Foundation
import Testing
import World

@testable import Policy

/// The examples of contrib, as they stand there, with other ports and paths alone.
@Suite(.timeLimit(.minutes(5))) struct GuideTests {
    /// The folder of the guides.
    static let contrib = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("contrib")

    static func file(_ path: String) throws -> String {
        try String(contentsOf: contrib.appendingPathComponent(path), encoding: .utf8)
    }

    /// The examples below a heading of a guide, in their order: what the fence calls them, and their lines.
    static func examples(_ path: String, _ heading: String) throws -> [(kind: String, text: String)] {
        let parts = try file(path).components(separatedBy: "\n## ")
        let part = try #require(parts.first { $0.hasPrefix(heading + "\n") }, "\(path) has no \(heading)")
        return part.matches(of: /```([a-z_.]+)\n((?:.*\n)*?)```/).map { (String($0.1), String($0.2)) }
    }

    /// The settings of an example, `name = value`; a line that begins with a blank goes on with the one before it.
    static func lines(of text: String) -> [String: String] {
        text.replacing(/\n[ \t]+/, with: " ").split(separator: "\n").reduce(into: [:]) { lines, line in
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { lines[parts[0]] = parts[1] }
        }
    }

    @Test func whatAGuideRefersToIsThere() throws {
        var (links, settings) = (0, 0)
        for guide in [
            "README.md", "postfix/README.md", "exim/README.md", "sendmail/README.md", "systemd/README.md",
            "redis/README.md", "rsyslog/README.md", "upkeep.md",
        ] {
            let folder = Self.contrib.appendingPathComponent(guide).deletingLastPathComponent()
            for match in try Self.file(guide).matches(of: /\]\(([^)#:]+)\)/) {
                links += 1
                #expect(
                    FileManager.default.fileExists(atPath: folder.appendingPathComponent(String(match.1)).path),
                    "\(guide): \(match.1)")
            }
        }
        let names = Set(Setting.catalogue.map(\.name))
        let files = [
            "README.md", "postfix/README.md", "exim/README.md", "sendmail/README.md", "systemd/README.md", "upkeep.md",
            "redis/README.md", "redis/danegate.conf", "rsyslog/README.md", "policy.example", "monitoring/icinga2.conf",
            "prometheus/danegate.rules.yml",
        ]
        for guide in files {
            for match in try Self.file(guide).matches(of: /DANEGATE_([A-Z][A-Z_]*[A-Z])/) {
                settings += 1
                #expect(names.contains(String(match.1)), "\(guide): \(match.1)")
            }
        }
        #expect(links > 0 && settings > 0)
    }

    @Test func thePolicyFileIsTakenAndSaysWhatItSays() async throws {
        let path = Self.contrib.appendingPathComponent("policy.example").path
        let state = try ScratchDirectory("state")
        let (status, output) = try await Danegate.run(
            ["settings", "--json", "--policy", "example.org", "--policy", "a.example.org", "--policy", "example.net"]
                + ["--policy", "partner.example"],
            environment: ["DANEGATE_POLICY_FILE": path, "DANEGATE_STATE_DIRECTORY": state.path])
        #expect(status == 0, "\(output)")
        let lines = output.split(separator: "\n")
        #expect(lines.count == 4, "\(output)")
        for (line, word) in zip(lines, ["exempt", "monitor", "enforce", "require"]) {
            #expect(line.contains("\"policy\":\"\(word)\""), "\(line)")
        }
    }

    /// The words of the Icinga command.
    private static func icingaCommand() throws -> [String] {
        let text = try file("monitoring/icinga2.conf")
        let list = try #require(text.firstMatch(of: /\n  command = \[([^\]]*)\]/)).1
        return list.split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"")) }
    }

    @Test func icingaIsToldHowTheDaemonIs() async throws {
        let words = try Self.icingaCommand()
        #expect(words.first == "/usr/sbin/danegate")
        let world = try await MailWorld([MailDomains.named("verified")])
        let state = try ScratchDirectory("state")
        // A socket of its own: a port may be somebody else's by now, and status would then say that it cannot ask.
        let settings = world.environment([
            "STATE_DIRECTORY": state.path, "MILTER_SOCKET": "unix:\(state.file("milter.sock"))",
        ])
        let none = try await Danegate.run(Array(words.dropFirst()), environment: settings)
        #expect(none.status == 2 && none.output.hasPrefix("CRITICAL - "), "\(none)")
        let daemon = try await Danegate.start(environment: settings)
        #expect(
            try await eventually(within: .seconds(60)) {
                let (status, output) = try await Danegate.run(Array(words.dropFirst()), environment: settings)
                let first = output.split(separator: "\n").first ?? ""
                return status <= 1 && (first.hasPrefix("OK - ") || first.hasPrefix("WARNING - "))
                    && first.contains(" | ")
            })
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    @Test(.enabled(if: (try? ChildProcess.find("logrotate")) != nil, "logrotate is not installed"))
    func logrotateTakesItsLines() async throws {
        let scratch = try ScratchDirectory("logrotate")
        let example = try Self.file("logrotate/danegate")
            .replacingOccurrences(of: "/var/log/danegate.log", with: scratch.file("danegate.log"))
        try scratch.write(example, to: "danegate.conf")
        chmod(scratch.file("danegate.conf"), 0o644)
        try scratch.write("a line\n", to: "danegate.log")
        let (status, output) = try await ChildProcess.run(
            ChildProcess.find("logrotate"), ["-d", "-s", scratch.file("state"), scratch.file("danegate.conf")],
            environment: [:])
        #expect(status == 0 && !output.contains("error:"), "\(output)")
        #expect(output.contains("rotating pattern: \(scratch.file("danegate.log"))"), "\(output)")
    }

    /// Backup, loss, and the way back.
    @Test func exemptionsSurviveABackup() async throws {
        let scratch = try ScratchDirectory("upkeep")
        mkdir(scratch.file("danegate"), 0o750)
        // The last three are no settings, and may be there to tell tests something.
        let settings: [String: String?] = [
            "DANEGATE_STATE_DIRECTORY": scratch.file("danegate"), "DANEGATE_TEST_SEED": nil,
            "DANEGATE_TEST_CASES": nil, "DANEGATE_SOAK_SECONDS": nil,
        ]
        let (status, output) = try await Danegate.run(
            ["exempt", "add", "example.org", "--until", "30d", "--reason", "they are moving"], environment: settings)
        #expect(status == 0, "\(output)")
        let steps = try Self.examples("upkeep.md", "Backup").filter { $0.kind == "sh" }.map(\.text)
        try #require(steps.count == 3)
        func run(_ step: String) async throws {
            let command = step.replacingOccurrences(of: "/var/lib", with: scratch.path)
                .replacingOccurrences(of: "/root/", with: scratch.path + "/")
                .replacingOccurrences(of: "danegate exempt", with: "\(Danegate.path) exempt")
            let (status, output) = try await ChildProcess.run(
                ChildProcess.find("sh"), ["-e", "-c", command], environment: settings)
            #expect(status == 0, "\(command): \(output)")
        }
        try await run(steps[0])
        let list = try String(contentsOfFile: scratch.file("danegate-exemptions.json"), encoding: .utf8)
        #expect(list.contains("example.org") && list.contains("they are moving"))
        try await run(steps[1])
        try FileManager.default.removeItem(atPath: scratch.file("danegate"))
        try await run(steps[2])
        let after = try await Danegate.run(["exempt", "list"], environment: settings)
        #expect(after.status == 0 && after.output.contains("example.org"), "\(after)")
    }

    /// What an upgrade asks first: 0 for settings that are right, 78 and a sentence for others.
    @Test(arguments: [("DANEGATE_MODE=monitor\n", Int32(0)), ("DANEGATE_MODE=often\n", 78), ("DANEGATE_NEW=1\n", 78)])
    func settingsAreTriedBeforeAnUpgrade(text: String, expected: Int32) async throws {
        let scratch = try ScratchDirectory("upgrade")
        try scratch.write(text, to: "danegate.env")
        let step = try #require(try Self.examples("upkeep.md", "Upgrade").first { $0.kind == "sh" }?.text)
        let words = step.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(words.first == "danegate")
        let arguments = words.dropFirst() + ["--env-file", scratch.file("danegate.env")]
        let (status, output) = try await Danegate.run(Array(arguments))
        #expect(status == expected, "\(output)")
    }

    /// What removal names is gone after it, and nothing else.
    @Test func removalLeavesNothing() async throws {
        let scratch = try ScratchDirectory("removal")
        let step = try #require(try Self.examples("upkeep.md", "Removal").first { $0.kind == "sh" }?.text)
        let words = step.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(words.prefix(2) == ["rm", "-rf"])
        for word in words.dropFirst(2) {
            #expect(word.hasSuffix("/danegate"), "\(word)")
            try FileManager.default.createDirectory(
                atPath: scratch.path + word, withIntermediateDirectories: true)
        }
        let command = words.map { $0.hasPrefix("/") ? scratch.path + $0 : $0 }.joined(separator: " ")
        let (status, output) = try await ChildProcess.run(
            ChildProcess.find("sh"), ["-e", "-c", command], environment: [:])
        #expect(status == 0, "\(output)")
        for word in words.dropFirst(2) {
            let path = scratch.path + word
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(FileManager.default.fileExists(atPath: String(path.dropLast("/danegate".count))))
        }
    }
}
