import Foundation
import Testing
import World

/// Several daemons, asked from one place. The program `ssh` is the test's own: it runs the command beside the daemon
/// that the host's name stands for.
@Suite(.timeLimit(.minutes(5))) struct HostsWorldTests {
    @Test func whatHappenedOnAllHostsIsFoundInOnePlace() async throws {
        let site = try await HostsSite("tlsa-invalid", "null-mx", "verified")
        guard case .reply(let reply) = try await site.gates[0].answer("<first@tlsa-invalid.example>") else {
            Issue.record("it was not refused")
            return
        }
        #expect(try await site.gates[1].answer("<second@tlsa-invalid.example>") != .continue)
        #expect(try await site.gates[0].answer("<third@null-mx.example>") != .continue)
        for gate in site.gates { #expect(try await gate.answer("<a@verified.example>") == .continue) }
        var rows: [[String: Any]] = []
        #expect(
            try await eventually {
                rows = try await site.objects("mta01 mta02", ["trace"])
                return rows.count == 3
            })
        #expect(rows.map { $0["mta"] as? String } == ["mta01", "mta02", "mta01"])
        #expect(
            rows.map { $0["recipient"] as? String }
                == ["first@tlsa-invalid.example", "second@tlsa-invalid.example", "third@null-mx.example"])
        let (status, text) = try await site.ask("mta01 mta02", ["trace", "tlsa-invalid.example"])
        let lines = text.split(separator: "\n")
        #expect(status == 0 && lines.count == 3 && lines[0].contains("MTA") && lines[2].contains(" mta02 "), "\(text)")
        let (cut, latest) = try await site.ask("mta01 mta02", ["trace", "--limit", "1"])
        #expect(cut == 0 && latest.contains("third@") && latest.contains("these are the latest 1;"), "\(latest)")
        // A reply with quotes, brackets and all, as it was pasted: the host that gave it is found.
        let (found, one) = try await site.ask("mta02 mta01", ["trace", "--id", "it's \"\(reply)\"; `id` $HOME"])
        #expect(found == 0 && one.hasPrefix("mta:           mta01\n") && one.contains("TLSA 3 1 1"), "\(one)")
        let (none, nobody) = try await site.ask("mta01 mta02", ["trace", "--id", "00000000000000000000000000"])
        #expect(none == 1 && nobody.contains("mta02: no recipient of the trace has this id."), "\(nobody)")
        let (empty, why) = try await site.ask("mta01 mta02", ["trace", "verified.example"])
        #expect(empty == 0 && why.contains("danegate: mta02: nobody matches among the 1 recipient"), "\(why)")
        var report: [String: Any] = [:]
        #expect(
            try await eventually {
                report = try await site.objects("mta01 mta02", ["report"]).first ?? [:]
                return report["recipients"] as? Int == 5
            })
        // Two hosts have seen tlsa-invalid.example and verified.example: they are one destination each.
        #expect(report["destinations"] as? Int == 3 && report["exact"] as? Bool == true, "\(report)")
        let top = try #require(report["top"] as? [[String: Any]])
        #expect(top.map { $0["destination"] as? String } == ["tlsa-invalid.example"])
        #expect(top[0]["recipients"] as? Int == 2 && top[0]["mtas"] as? [String] == ["mta01", "mta02"])
        let (told, words) = try await site.ask("mta01 mta02", ["report"])
        #expect(told == 0 && words.contains("UTC, 2 of 2 hosts\n") && words.contains(", on all 2\n"), "\(words)")
        // One that has no --sets is asked again without.
        let old = try #require(try await site.objects("mta01 old", ["report"]).first)
        #expect(old["recipients"] as? Int == 5 && old["exact"] as? Bool == false, "\(old)")
        #expect((old["mtas"] as? [[String: Any]])?.allSatisfy { $0["error"] is NSNull } == true, "\(old)")
        // What another version adds is passed on, and what it does not know is not asked of it.
        let future = try await site.objects("mta01 future", ["trace"])
        #expect(future.map { $0["new_key"] != nil } == [false, true, false], "\(future)")
        #expect(future[1]["mta"] as? String == "future")
        await site.stop()
    }

    @Test func hostsThatDoNotAnswerHoldUpNobody() async throws {
        let site = try await HostsSite("tlsa-invalid")
        #expect(try await site.gates[0].answer("<first@tlsa-invalid.example>") != .continue)
        let hosts = "absent hangs garbage mta01 endless empty"
        let wanted = [
            "absent: it cannot be reached: ssh: connect to host absent port 22: No route to host.",
            "hangs: no answer within 3s.", "garbage: it printed what is no answer: '\\x1b[2JWelcome to host!'.",
            "endless: it prints without an end (more than 1", "empty: the command failed there (exit status 127): sh: ",
        ]
        var answer: (status: Int32, output: String) = (0, "")
        #expect(
            try await eventually {
                answer = try await site.ask(hosts, ["trace", "--json", "--within", "3s"])
                return answer.output.contains("first@")
            })
        #expect(answer.status == 69)
        for line in wanted { #expect(answer.output.contains("danegate: \(line)"), "\(line): \(answer.output)") }
        #expect(!answer.output.contains("\u{1B}"))
        let rows = try await site.objects(hosts, ["trace", "--within", "3s"])
        #expect(rows.map { $0["mta"] as? String } == ["mta01", "absent", "hangs", "garbage", "endless", "empty"])
        #expect(rows.dropFirst().allSatisfy { ($0["error"] as? String)?.isEmpty == false })
        // A host cannot speak in another's name.
        let (level, text) = try await site.ask("\(hosts) liar", ["status", "--within", "3s"])
        let lines = text.split(separator: "\n")
        #expect(lines.count == 8 && [1, 3].contains(level), "\(text)")
        #expect(text.contains("\nliar: UNKNOWN - it printed what is no answer: "), "\(text)")
        #expect(text.contains("\nhangs: UNKNOWN - no answer within 3s\n"), "\(text)")
        let status = try #require(try await site.objects(hosts, ["status", "--within", "3s"]).first)
        #expect((status["mtas"] as? [[String: Any]])?.count == 6)
        let report = try #require(try await site.objects(hosts, ["report", "--within", "3s"]).first)
        let errors = (report["mtas"] as? [[String: Any]])?.map { $0["error"] is NSNull }
        #expect(errors == [false, false, false, true, false, false], "\(report)")
        let (noneStatus, none) = try await site.ask("absent", ["report"])
        #expect(noneStatus == 69 && none.split(separator: "\n").count == 1, "\(none)")
        await site.stop()
    }

    @Test func anExemptionIsMadeOnAllHosts() async throws {
        let site = try await HostsSite("tlsa-invalid", settings: ["FAILURE_TTL": "1s"])
        let reason = "it's \"moving\"; $(touch x) `id` \\ !"
        let (status, output) = try await site.ask(
            "mta01 absent mta02",
            ["exempt", "add", "--until", "30d", "--reason", reason, "--by", "alice", "TLSA-invalid.example"])
        #expect(status == 69, "\(output)")
        for name in ["mta01", "mta02"] {
            #expect(output.contains("\(name): tlsa-invalid.example is exempt until 20"), "\(output)")
        }
        #expect(output.contains("danegate: absent: it cannot be reached: "))
        for gate in site.gates {
            #expect(try await eventually { try await gate.answer("<a@tlsa-invalid.example>") == .continue })
        }
        let list = try await site.objects("mta01 mta02", ["exempt", "list"])
        #expect(list.map { $0["mta"] as? String } == ["mta01", "mta02"])
        #expect(list.allSatisfy { $0["reason"] as? String == reason && $0["by"] as? String == "alice" }, "\(list)")
        #expect(Set(list.compactMap { $0["until"] as? String }).count == 1, "\(list)")
        let (_, table) = try await site.ask("mta01 mta02", ["exempt", "list"])
        #expect(table.split(separator: "\n").count == 2 && table.contains("  all 2  "), "\(table)")
        // One host has it taken back, so the other is the only one.
        #expect(try await site.ask("mta02", ["exempt", "remove", "tlsa-invalid.example"]).status == 0)
        let (_, rest) = try await site.ask("mta01 mta02", ["exempt", "list"])
        #expect(rest.contains("  mta01  "), "\(rest)")
        let (removed, told) = try await site.ask("mta01 mta02", ["exempt", "remove", "tlsa-invalid.example"])
        #expect(removed == 1 && told.contains("mta01: tlsa-invalid.example is not exempt any more."), "\(told)")
        #expect(told.contains("mta02: there is no exemption for tlsa-invalid.example."), "\(told)")
        await site.stop()
    }

    @Test func domainsAreLookedAtAnewOnAllHosts() async throws {
        let site = try await HostsSite("tlsa-invalid", "verified", settings: ["DEFER_FOR": "0"])
        let (good, fine) = try await site.ask("mta01 mta02", ["recheck", "--json", "verified.example"])
        #expect(good == 0 && fine.split(separator: "\n").count == 2, "\(fine)")
        let (bad, text) = try await site.ask(
            "mta01 local", ["recheck", "verified.example", "tlsa-invalid.example"])
        #expect(bad == 1, "\(text)")
        for host in ["mta01", "local"] {
            #expect(text.contains("\(host): verified.example:\n") && text.contains("\(host): tlsa-invalid.example:\n"))
        }
        let (lost, rest) = try await site.ask("mta01 absent", ["recheck", "verified.example"])
        #expect(lost == 69 && rest.contains("mta01: verified.example:") && rest.contains("absent: "), "\(rest)")
        // No shell has found more in the words than words.
        let calls = try String(contentsOfFile: site.scratch.file("calls"), encoding: .utf8)
        #expect(calls.contains("-oBatchMode=yes") && calls.contains("-- mta01 danegate recheck --json -- verified"))
        await site.stop()
    }

    @Test(arguments: [
        (["trace", "--follow"], "--follow is for one host"), (["trace", "--limit", "0"], "must be from 1 to 10000"),
        (["status", "--metrics"], "--hosts excludes them"), (["trace", "--within", "0s"], "from 1s to 1h"),
        (["trace", "--outcome", "x"], "there is no such outcome"), (["recheck", "a b"], "has no blanks"),
        (["exempt", "add", "x.example", "--until", "never", "--reason", "x"], "--until"),
        (["exempt", "add", "x.example", "--until", "30d", "--reason", "a\nb"], "--reason must be text"),
    ])
    func whatIsWrongIsToldOnce(arguments: [String], sentence: String) async throws {
        let scratch = try ScratchDirectory("list")
        let list = try scratch.write("mta01\nmta02\n", to: "hosts")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: list)
        let words = arguments + ["--hosts", list]
        let (status, output) = try await Danegate.run(words, environment: ["PATH": scratch.path])
        #expect(status == 64 && output.components(separatedBy: sentence).count == 2, "\(output)")
        let wrong = try await Danegate.run(["trace", "--within", "3s"])
        #expect(wrong.status == 64 && wrong.output.contains("--within wants --hosts"))
    }
}
