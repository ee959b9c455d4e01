import Foundation
import Testing
import WorldServers

@testable import Reports

/// What comes of a command on a host that behaves badly. The hosts are scripts.
@Suite(.timeLimit(.minutes(2))) struct SiteCallsTests {
    private static func ask(
        _ scripts: [String], limit: Duration = .seconds(60), bytes: Int = 1 << 16, width: Int = 8
    ) async throws -> [SiteAnswer] {
        let scratch = try ScratchDirectory("calls")
        var list = ""
        for (index, script) in scripts.enumerated() {
            // The shell reads it, so no file that is being written is run.
            let path = try scratch.write("\(script)\n", to: "host\(index)")
            list += "host\(index) \(index == 0 ? "local " : "")command=sh \(path)\n"
        }
        // One host only can be this one: the others are called as this one is, by their command.
        let hosts = try SiteList(text: list, path: "hosts").hosts.map {
            SiteHost(name: $0.name, place: .local, command: $0.command)
        }
        return try await onOwnThread {
            var answers: [Int: SiteAnswer] = [:]
            try SiteCalls(limit: limit, bytes: bytes, width: width).ask(
                hosts, SiteRequest(["status"], ["--json"]), program: "danegate", ["PATH": "/usr/bin:/bin"]
            ) { answers[$0] = $1 }
            return answers.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    @Test func answersAreTakenWholeAndInTheirPlaces() async throws {
        let answers = try await Self.ask(
            (0..<9).map { "echo out$1 $2 \($0); echo 'danegate: err' >&2; exit \($0)" }, width: 2)
        #expect(answers.map(\.lines) == (0..<9).map { ["outstatus --json \($0)"] })
        #expect(answers.map(\.status) == (0..<9).map(Int32.init))
        #expect(answers.allSatisfy { $0.notes == ["err"] })
        #expect(answers.map(\.mta) == (0..<9).map { "host\($0)" })
    }

    @Test func oneThatHangsHoldsUpNobodyForLong() async throws {
        // It takes no signal that it can refuse, and its child holds the pipes.
        let answers = try await Self.ask(
            ["trap '' TERM; sleep 30 & wait; wait; wait; sleep 30", "echo fine"], limit: .seconds(1))
        #expect(answers[0].failure(unless: [0]) == "no answer within 1s")
        #expect(answers[1].lines == ["fine"] && answers[1].failure(unless: [0]) == nil)
    }

    @Test func oneThatLeavesItsPipesToOthersIsOverAllTheSame() async throws {
        let scratch = try ScratchDirectory("pipes")
        let answers = try await Self.ask(["echo said; (sleep 20; touch \(scratch.file("late"))) & exit 0"])
        #expect(answers[0].lines == ["said"] && answers[0].status == 0)
        #expect(!FileManager.default.fileExists(atPath: scratch.file("late")))
    }

    @Test(arguments: ["yes", "yes >&2 & yes", "cat /dev/zero"]) func endlessOutputHasAnEnd(script: String) async throws
    {
        let answers = try await Self.ask([script, "echo fine"])
        #expect(answers[0].failure(unless: [0])?.hasPrefix("it prints without an end (more than 64 KiB)") == true)
        #expect(answers[0].output.count <= 1 << 16 && answers[0].errors.count <= 4096)
        #expect(answers[1].lines == ["fine"])
    }

    @Test func endlessErrorsAreForgotten() async throws {
        let answers = try await Self.ask(["yes danegate: x | head -c 1000000 >&2; echo fine"])
        #expect(answers[0].lines == ["fine"] && answers[0].errors.count == 4096 && answers[0].notes.count == 5)
    }

    @Test(arguments: [
        ("exit 255", "it cannot be reached"), ("echo 'ssh: no' >&2; exit 255", "it cannot be reached: ssh: no"),
        ("kill -9 $$", "the command was ended by signal 9"),
        ("nonexistent-program", "the command failed there (exit status 127): "),
        ("echo 'danegate: Unknown option' >&2; exit 64", "the command failed there (exit status 64): Unknown option"),
        // Without a word of danegate's own it is sudo's status.
        ("echo 'sudo: a password is required' >&2; exit 1", "the command failed there (exit status 1): sudo: a pass"),
        ("printf '\\033[2J\\302\\205x' >&2; exit 9", "the command failed there (exit status 9): ?[2J?x"),
    ])
    func whyOneHasNotAnsweredIsTold(script: String, why: String) async throws {
        let answer = try #require(try await Self.ask([script]).first)
        #expect(answer.failure(unless: [0, 1])?.hasPrefix(why) == true, "\(answer)")
    }

    @Test func aStatusOfDanegatesOwnIsAnAnswer() async throws {
        let answers = try await Self.ask(["echo '<4>danegate: there is none.' >&2; exit 1", "echo {}; exit 2"])
        #expect(answers[0].failure(unless: [0, 1]) == nil && answers[0].notes == ["there is none."])
        #expect(answers[1].failure(unless: [0, 1, 2]) == nil)
    }

    @Test func aProgramThatIsNotThereIsNamed() throws {
        let host = SiteHost(name: "a", place: .local, command: ["/nowhere/danegate"])
        var answers: [SiteAnswer] = []
        try SiteCalls(limit: .seconds(5), bytes: 100, width: 1).ask(
            [host], SiteRequest(["status"], []), program: "danegate", [:]
        ) { answers.append($1) }
        #expect(
            answers.first?.failure(unless: [0])
                == "nothing could be started: /nowhere/danegate: No such file or directory")
    }
}
