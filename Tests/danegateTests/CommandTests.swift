import Foundation
import RuleMarks
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

    /// A command that only prints has failed if nobody can read it. What is ordered is done all the same, and is told
    /// by a sentence each.
    @Test(
        arguments: [
            ("settings", 74), ("explain tlsa-invalid", 74), ("manual", 74), ("exempt list", 74),
            ("exempt add a.example b.example --until 1d --reason why", 0), ("hold a.example b.example --for 1h", 0),
        ] as [(String, Int)])
    func outputThatCannotBeWrittenIsTold(command: String, status: Int) async throws {
        let state = try ScratchDirectory("full")
        let (_, told) = try await ChildProcess.run(
            "bash", ["-c", "\(Danegate.path) \(command) > /dev/full; echo status=$?"],
            environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        let count = status == 0 ? 2 : 1
        let sentences = String(repeating: "danegate: the output cannot be written.\n", count: count)
        #expect(told == "\(sentences)status=\(status)\n", "\(told)")
        guard status == 0 else { return }
        let (_, list) = try await Danegate.run(
            command.hasPrefix("hold") ? ["hold"] : ["exempt", "list"],
            environment: ["DANEGATE_STATE_DIRECTORY": state.path])
        #expect(list.contains("a.example") && list.contains("b.example"), "\(list)")
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

    @Test func settingsSayWhatAppliesToADomain() async throws {
        let directory = try ScratchDirectory("policy")
        let file = try directory.write(
            "mail.example.org require until=2020-01-31\n.example.org monitor reason=\"why not\"\n.org enforce\n",
            to: "policy")
        let environment = [
            "DANEGATE_POLICY_FILE": file, "DANEGATE_STATE_DIRECTORY": directory.path, "DANEGATE_ROLLOUT": "50",
            "DANEGATE_ENFORCE_SENDERS": "pilot.example",
        ]
        let arguments = ["settings", "--policy", "Mail.example.org", "--policy", "gmail.com"]
        let (status, output) = try await Danegate.run(arguments, environment: environment)
        #expect(status == 0)
        for part in [
            "mail.example.org: judged and logged, and passed: line 2 of the policy file",
            "line 1: mail.example.org require until=2020-01-31 (does not apply: expired)",
            "line 2: .example.org monitor reason=\"why not\" (applies)",
            "line 3: .org enforce (does not apply: less specific)",
            "exemption: none", "by source: ENFORCE_SENDERS=pilot.example", "gmail.com: ", ", ROLLOUT=50: ",
        ] {
            #expect(output.contains(part), "\(part) in \(output)")
        }
        let added = try await Danegate.run(
            ["exempt", "add", "mail.example.org", "--until", "1d", "--reason", "r"], environment: environment)
        #expect(added.status == 0)
        let json = try await Danegate.run(arguments + ["--json"], environment: environment).output
        let lines = json.split(separator: "\n")
        #expect(
            lines.count == 2 && lines.allSatisfy { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) != nil })
        #expect(
            lines[0].contains("\"effect\":\"passed\"")
                && lines[0].contains("\"why_not\":\"an exemption goes before it\""))
        #expect(try await Danegate.run(["settings", "--policy", "a..b"], environment: environment).status == 64)
        // Of an address the local part counts; several need the option once.
        let pasted = try await Danegate.run(
            ["settings", "--policy", "postmaster@gmail.com", "[mail.example.org]:587", "<x@gmail.com>", "--json"],
            environment: environment)
        let effects = pasted.output.split(separator: "\n").map { $0.contains("\"effect\":\"passed\"") }
        #expect(pasted.status == 0 && effects == [true, true, false], "\(pasted.output)")
        #expect(pasted.output.contains("postmaster is one of EXEMPT_LOCALPARTS"))
        #expect(try await Danegate.run(["settings", "--json"], environment: environment).status == 64)
    }

    /// What is no destination is said so, for each argument, before anything is looked for: never "no such domain".
    @Test(
        .rules("F-97"),
        arguments: [["check"], ["check", "--cached"], ["check", "--json"], ["notice"], ["settings", "--policy"]])
    func nonsenseIsNoDomain(command: [String]) async throws {
        let arguments = [
            "https://mx.example.org/path", "example.org/path", "not a domain", "exa..mple.org", "192.0.2.1",
            "a@[192.0.2.1]",
            "[2001:db8::1]:25", "x@a.example,y@b.example", "a@b@c.example", "", "550", "_25._tcp.mx.example.org",
        ]
        let (status, output) = try await Danegate.run(
            command + arguments, environment: ["DANEGATE_DNS_FORWARD": "127.0.0.1@9", "DANEGATE_DNS_TIMEOUT": "300ms"])
        let lines = output.split(separator: "\n")
        #expect(status == 64 && lines.count == arguments.count, "\(output)")
        #expect(lines.allSatisfy { $0.hasPrefix("danegate: '") } && !output.contains("no-such-domain"), "\(output)")
        #expect(lines[0].contains("is a URL: give the domain of mail addresses, mx.example.org perhaps"), "\(lines[0])")
        #expect(lines[4].contains("DANE does not apply") && lines[5].contains("DANE does not apply"))
    }

    @Test(arguments: [
        (["chekc"], "'chekc' is no command; did you mean check?"), (["stauts"], "did you mean status?"),
        (["Trace", "--json"], "did you mean trace?"), (["frobnicate"], "`danegate --help` lists what there is"),
        (["exempt", "ad", "a.example"], "'ad' is no command of `danegate exempt`; did you mean add?"),
        (["\u{1B}[31m"], "is no command"), ([String(repeating: "x", count: 5000)], "is no command"),
    ]) func aSlipOfACommandIsToldWhatWasMeant(arguments: [String], words: String) async throws {
        let (status, output) = try await Danegate.run(arguments)
        #expect(status == 64 && output.hasPrefix("danegate: ") && output.contains(words), "\(output)")
        #expect(!output.contains("\u{1B}") && output.utf8.count < 300 && output.split(separator: "\n").count == 1)
    }

    @Test(arguments: [
        ["help"], ["help", "trace"], ["--help"], ["trace", "--help"], ["--version"], ["exempt", "--help"],
    ])
    func whatIsACommandIsTakenAsOne(arguments: [String]) async throws {
        #expect(try await Danegate.run(arguments).status == 0)
    }

    /// As a shell asks: the words so far, and what the last one may become.
    @Test(arguments: [
        (["chec"], ["check"]), (["trace", "--outcome", "tlsa-i"], ["tlsa-invalid"]),
        (["trace", "--ruling", ""], ["accept", "reject", "tempfail"]), (["explain", "tlsa-inv"], ["tlsa-invalid"]),
        (["explain", "D-44"], ["D-44"]), (["survey", "--format", ""], ["csv", "jsonl"]),
        (["survey", "--route", "next"], ["nexthop"]), (["exempt", "ad"], ["add"]),
        (["check", "--verb"], ["--verbose"]), (["judge", "--chain", "danegate-complet"], ["danegate-completion-file"]),
        (["survey", "danegate-complet"], ["danegate-completion-file"]),
        (["settings", "--env-file", "danegate-complet"], ["danegate-completion-file"]),
    ]) func bashCompletes(words: [String], expected: [String]) async throws {
        let place = try ScratchDirectory("completion")
        try place.write("", to: "danegate-completion-file")
        let (generated, script) = try await Danegate.run(["--generate-completion-script", "bash"])
        #expect(generated == 0)
        try place.write(script, to: "danegate.bash")
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        let program = """
            cd '\(place.path)'; . ./danegate.bash; COMP_WORDS=(danegate \(quoted)); COMP_CWORD=\(words.count)
            COMP_LINE="danegate \(words.joined(separator: " "))"; COMP_POINT=${#COMP_LINE}
            _danegate danegate "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let (_, output) = try await ChildProcess.run(
            ChildProcess.find("bash"), ["--norc", "-c", program],
            environment: [
                "PATH": "\(URL(fileURLWithPath: Danegate.path).deletingLastPathComponent().path):/usr/bin:/bin"
            ])
        let found = Set(output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        #expect(found.isSuperset(of: expected), "\(output.prefix(2000))")
        if words.last?.isEmpty == true { #expect(found == Set(expected), "\(output.prefix(2000))") }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func everyShellGetsItsWords(shell: String) async throws {
        let (status, script) = try await Danegate.run(["--generate-completion-script", shell])
        #expect(status == 0)
        for word in ["survey", "outcome", "tlsa-invalid", "tempfail", "D-44", "trust-anchor", "resume", "jsonl"] {
            #expect(script.contains(word), "\(shell): \(word)")
        }
        // Where packages put them.
        let place = try ScratchDirectory("completion")
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let (written, output) = try await ChildProcess.run(
            root.appendingPathComponent("deploy/completion").path, [place.path, Danegate.path], environment: [:])
        #expect(written == 0, "\(output)")
        let files = [
            "bash": "bash-completion/completions/danegate", "zsh": "zsh/site-functions/_danegate",
            "fish": "fish/vendor_completions.d/danegate.fish",
        ]
        let path = place.file("share/\(try #require(files[shell]))")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == script)
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
