import Foundation
import Testing
import World

/// A slip in the policy file: the last good copy stands for it.
@Suite(.timeLimit(.minutes(5))) struct PolicyCopyTests {
    private struct Place {
        let scratch: ScratchDirectory
        let environment: [String: String?]
        var file: String { scratch.file("policy") }
        var copy: String { scratch.file("state/policy.good") }

        init(_ world: MailWorld) throws {
            scratch = try ScratchDirectory("copy")
            let state = scratch.file("state")
            environment = world.environment([
                "POLICY_FILE": scratch.file("policy"), "STATE_DIRECTORY": state,
                "MILTER_SOCKET": "unix:\(scratch.file("milter.sock"))", "DEFER_FOR": "0",
            ])
        }

        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }

        func run(_ arguments: String...) async throws -> (status: Int32, output: String) {
            try await Danegate.run(arguments, environment: environment)
        }
    }

    @Test func theLastGoodCopyStandsForAFileAtFault() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let place = try Place(world)
        let (good, bad) = ("\ntlsa-invalid.example exempt\nother.example require", "tlsa-invalid.example exmpt\n")
        let commands = [["check", "tlsa-invalid.example"], ["settings", "--policy", "tlsa-invalid.example"]]
        // Without a copy nothing is known of what was meant.
        try place.write(bad)
        for command in commands + [["run"], ["settings"], ["notice", "tlsa-invalid.example"]] {
            let (status, output) = try await Danegate.run(command, environment: place.environment)
            #expect(status == 78 && output.contains("policy:1: the domain must be followed by"), "\(output)")
            #expect(output.contains("not \"exmpt\"; did you mean exempt?"), "\(output)")
        }
        try place.write(good)
        var daemon = try await Danegate.start(environment: place.environment)
        #expect(await daemon.stop() == 0)
        var facts = stat()
        #expect(stat(place.copy, &facts) == 0 && facts.st_mode & 0o777 == 0o640)
        try place.write(bad)
        // Exempt, as the good file had it, in the line that it had there.
        for command in commands {
            let (status, output) = try await Danegate.run(command, environment: place.environment)
            #expect(status == 0 && output.contains("line 2 of the policy file"), "\(output)")
            #expect(
                output.contains("policy:1: ") && output.contains("the last good copy of the policy file is in force"),
                "\(output)")
        }
        let (settings, listed) = try await place.run("settings")
        #expect(
            settings == 0 && listed.contains("DANEGATE_POLICY_FILE") && listed.contains("not \"exmpt\""), "\(listed)")
        let (notice, mail) = try await place.run("notice", "tlsa-invalid.example")
        #expect(notice == 0 && mail.contains("the last good copy"), "\(mail)")
        daemon = try await Danegate.start(environment: place.environment)
        #expect(daemon.output.contains("event=policy result=copy"), "\(daemon.output)")
        let (status, warning) = try await place.run("status")
        #expect(
            status == 1 && warning.hasPrefix("WARNING - ")
                && warning.contains("the policy file is refused, its last good copy holds"),
            "\(warning)")
        #expect(try await place.run("status", "--json").output.contains("\"copy\":true"))
        // A reload of what is still wrong keeps it; what is mended is taken, and is the copy from then on.
        #expect(try await place.run("reload").status == 1)
        #expect(try await place.run("check", "--cached", "tlsa-invalid.example").output.contains("exempt"))
        try place.write("tlsa-invalid.example monitor\n")
        #expect(try await place.run("reload").status == 0)
        #expect(try await place.run("status").status == 0)
        #expect(try String(contentsOfFile: place.copy, encoding: .utf8).hasPrefix("tlsa-invalid.example monitor\n# "))
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    /// An editor that fails, a file system that is not mounted, a directory in its place: the daemon starts, and can be
    /// asked.
    @Test(arguments: ["gone", "directory", "link"]) func theCopyStandsForAFileThatIsGone(how: String) async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let place = try Place(world)
        try place.write("tlsa-invalid.example exempt\n")
        var daemon = try await Danegate.start(environment: place.environment)
        unlink(place.file)
        switch how {
        case "directory": mkdir(place.file, 0o755)
        case "link": symlink(place.scratch.file("nothing"), place.file)
        default: break
        }
        // It cannot be asked for less than what it has, nor be made to forget it.
        #expect(try await place.run("reload").status == 1)
        #expect(try await place.run("check", "--cached", "tlsa-invalid.example").output.contains("exempt"))
        let (asked, words) = try await place.run("status")
        #expect(asked == 1 && words.contains("the policy file is refused, the old one holds"), "\(words)")
        #expect(await daemon.stop() == 0)
        let (checked, output) = try await place.run("check", "tlsa-invalid.example")
        #expect(checked == 0 && output.contains("the last good copy of the policy file is in force"), "\(output)")
        daemon = try await Danegate.start(environment: place.environment)
        #expect(daemon.output.contains("event=policy result=copy"), "\(daemon.output)")
        let (status, warning) = try await place.run("status")
        #expect(status == 1 && warning.contains("the policy file is refused, its last good copy holds"), "\(warning)")
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    /// Another file is taken by a reload, if it is in order.
    @Test func anotherFileNeedsNoRestart() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let place = try Place(world)
        var environment = place.environment
        environment["DANEGATE_POLICY_FILE"] = nil as String?
        let settings = place.scratch.file("danegate.env")
        func use(_ policies: String?, _ name: String) async throws -> (status: Int32, output: String) {
            if let policies { try place.scratch.write(policies, to: name) }
            let line = name.isEmpty ? "" : "DANEGATE_POLICY_FILE=\(place.scratch.file(name))\n"
            try Data(line.utf8).write(to: URL(fileURLWithPath: settings))
            return try await Danegate.run(["reload", "--env-file", settings], environment: environment)
        }
        func isExempt() async throws -> Bool {
            try await Danegate.run(["check", "--cached", "tlsa-invalid.example"], environment: environment)
                .output.contains("exempt")
        }
        try Data().write(to: URL(fileURLWithPath: settings))
        let daemon = try await Danegate.start(["run", "--env-file", settings], environment: environment)
        let (wrong, words) = try await use("tlsa-invalid.example exmpt\n", "one")
        #expect(wrong == 1 && words.contains("one:1: "), "\(words)")
        #expect(try await use(nil, "none").status == 1)
        #expect(try await !isExempt())
        #expect(try await use("tlsa-invalid.example exempt\n", "two").status == 0)
        #expect(try await isExempt())
        #expect(try await use("other.example exempt\n", "three").status == 0)
        #expect(try await !isExempt())
        #expect(try await use("tlsa-invalid.example exempt\n", "four").status == 0)
        #expect(try await use(nil, "").status == 0)
        #expect(try await !isExempt())
        #expect(await daemon.stop() == 0)
        await world.stop()
    }

    /// What is half written, another file's, of another user or no text is no copy.
    @Test func whatIsNoCopyIsNotTakenForOne() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let place = try Place(world)
        try place.write("a.example exempt\nb.example require\n")
        let daemon = try await Danegate.start(environment: place.environment)
        #expect(await daemon.stop() == 0)
        let copy = try Data(contentsOf: URL(fileURLWithPath: place.copy))
        try place.write("a.example\n")
        func settings(_ environment: [String: String?] = [:]) async throws -> Int32 {
            try await Danegate.run(["settings"], environment: place.environment.merging(environment) { $1 }).status
        }
        #expect(try await settings() == 0)
        for count in [0, 10, 18, copy.count - 1] {
            try copy.prefix(count).write(to: URL(fileURLWithPath: place.copy))
            #expect(try await settings() == 78, "\(count)")
        }
        try (Data("a.example exmpt\n".utf8) + copy).write(to: URL(fileURLWithPath: place.copy))
        #expect(try await settings() == 78)
        try copy.write(to: URL(fileURLWithPath: place.copy))
        let other = try place.scratch.write("c.example nope\n", to: "other")
        #expect(try await settings(["DANEGATE_POLICY_FILE": other]) == 78)
        #expect(try await settings() == 0)
        unlink(place.copy)
        mkfifo(place.copy, 0o640)
        let (status, output) = try await place.run("settings")
        #expect(
            status == 78 && output.contains("the last good copy cannot be read (it is not a regular file)"), "\(output)"
        )
        await world.stop()
    }
}
