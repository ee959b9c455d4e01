import Foundation
import Testing
import World

/// The page of all hosts of a site, served by `danegate page`.
@Suite(.timeLimit(.minutes(5))) struct HostsPageTests {
    /// What the page answers whoever has its token.
    static func get(
        _ page: (process: ChildProcess, place: String, token: String?), _ path: String, _ fields: [String: String] = [:]
    ) async throws -> WebClient.Answer {
        var all = page.token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        all.merge(fields) { $1 }
        let answer = try await onOwnThread { [all, place = page.place] in
            try WebClient.request(place, "GET \(path)", all)
        }
        return try #require(answer, "\(path) has no answer")
    }

    /// The cells of a column of the tables, by its label.
    static func cells(_ label: String, _ body: String) -> [String] {
        body.components(separatedBy: "data-label=\"\(label)\"").dropFirst().map { part in
            let text = part.drop { $0 != ">" }.dropFirst()
            let end = text.range(of: "</td>")?.lowerBound ?? text.endIndex
            return String(text[..<end].replacing(#/<[^>]*>/#, with: ""))
        }
    }

    @Test func allHostsAreOnOnePage() async throws {
        let site = try await HostsSite("tlsa-invalid", "null-mx", "verified")
        #expect(try await site.gates[0].answer("<first@tlsa-invalid.example>") != .continue)
        #expect(try await site.gates[1].answer("<second@tlsa-invalid.example>") != .continue)
        #expect(try await site.gates[0].answer("<third@null-mx.example>") != .continue)
        for gate in site.gates { #expect(try await gate.answer("<a@verified.example>") == .continue) }
        let reason = "<b onmouseover='x'>moving</b>"
        let added = try await site.ask(
            "mta01 mta02", ["exempt", "add", "--until", "30d", "--reason", reason, "--by", "alice", "x.example"])
        #expect(added.status == 0, "\(added.output)")
        #expect(
            try await eventually {
                let rows = try await site.objects("mta01 mta02", ["trace"])
                let report = try await site.objects("mta01 mta02", ["report"]).first
                return rows.count == 3 && report?["recipients"] as? Int == 5
            })
        let page = try await site.page("mta01 mta02 absent")
        let trace = try await Self.get(page, "/trace")
        #expect(trace.status == 200)
        #expect(Self.cells("MTA", trace.body) == ["mta01", "mta02", "mta01"], "\(trace.body)")
        #expect(
            Self.cells("Recipient", trace.body)
                == ["third@null-mx.example", "second@tlsa-invalid.example", "first@tlsa-invalid.example"])
        #expect(trace.body.contains("absent: it cannot be reached: ssh: connect to host absent"), "\(trace.body)")
        #expect(!trace.body.contains("Test a domain"))
        // What is kept for an administrator is for nobody else, and a refusal is kept for nobody.
        let stranger = (page.process, page.place, nil as String?)
        let kept = try await Self.get(stranger, "/trace")
        #expect(kept.status == 401 && !kept.body.contains("tlsa-invalid"), "\(kept.body)")
        #expect(try await Self.get(stranger, "/trace?word=second%40tlsa-invalid.example").status == 401)
        // A search is each host's own.
        #expect(try await Self.get(page, "/trace?word=second%40tlsa-invalid.example").status == 200)
        let found = try await Self.get(page, "/trace?word=second%40tlsa-invalid.example&outcome=tlsa-invalid")
        #expect(Self.cells("MTA", found.body) == ["mta02"], "\(found.body)")
        let wrong = try await Self.get(page, "/trace?since=soon")
        #expect(wrong.status == 422 && wrong.body.contains("Since soon: must be a date"), "\(wrong.body)")
        // Words that a shell would read are words.
        let odd = try await Self.get(page, "/trace?sender=%27%3B+touch+x%3B+%24%28id%29%00%0A")
        #expect(odd.status == 200 && odd.body.contains("Nobody matches on 2 hosts."), "\(odd.body)")

        // A row has its inspection, of its own host.
        let link = String(try #require(found.body.firstMatch(of: #/href="(\/trace\/mta02\/[0-9A-Z]{26})"/#)).1)
        let calls = site.calls
        let one = try await Self.get(page, link)
        #expect(one.status == 200 && one.body.contains("second@tlsa-invalid.example"), "\(one.body)")
        #expect(one.body.contains("TLSA 3 1 1") && one.body.contains("<dt>mta</dt><dd>mta02</dd>"), "\(one.body)")
        #expect(!one.body.contains("action=\"/test\"") && site.calls == calls + 1)
        let other = try await Self.get(page, link.replacing("mta02", with: "mta01"))
        #expect(other.status == 404 && other.body.contains("has this id"), "\(other.body)")
        #expect(try await Self.get(page, link.replacing("mta02", with: "absent")).status == 502)
        #expect(try await Self.get(page, link.replacing("mta02", with: "mta03")).status == 404)
        #expect(try await Self.get(page, "/trace/mta02/--help").status == 404)

        let root = try await Self.get(page, "/")
        #expect(root.status == 303 && root.fields["location"] == "/overview")
        let overview = try await Self.get(page, "/overview?span=1d").body
        #expect(Self.cells("MTA", overview) == ["mta01", "mta02", "absent"], "\(overview)")
        #expect(Self.cells("Mode", overview) == ["enforce", "enforce", "-"], "\(overview)")
        #expect(Self.cells("Resolver", overview) == ["works", "works", "-"], "\(overview)")
        #expect(Self.cells("State", overview).last == "? UNKNOWN")
        #expect(Self.cells("What it says", overview).last?.hasPrefix("it cannot be reached: ") == true)
        #expect(overview.contains("Recipients judged <b>5</b>") && overview.contains("Destinations <b>3</b>"))
        #expect(Self.cells("Destination", overview) == ["tlsa-invalid.example"], "\(overview)")
        // Of three hosts in the list.
        #expect(Self.cells("MTAs", overview) == ["mta01, mta02", "all 2"], "\(overview)")
        #expect(overview.contains("Exemptions are missing of absent: it cannot be reached"), "\(overview)")
        #expect(overview.contains("&lt;b onmouseover=&#39;x&#39;&gt;moving&lt;/b&gt;") && !overview.contains("<b on"))
        #expect(try await Self.get(page, "/codes?word=tlsa-invalid").body.contains("Message trace"))
        #expect(await page.process.stop() == 0, "\(page.process.output)")
        await site.stop()
    }

    @Test func whatAHostSaysIsNoMarkup() async throws {
        let site = try await HostsSite("tlsa-invalid")
        #expect(try await site.gates[0].answer("<first@tlsa-invalid.example>") != .continue)
        _ = try await site.ask(
            "mta01", ["exempt", "add", "--until", "30d", "--reason", "x", "--by", "alice", "x.example"])
        #expect(try await eventually { try await site.objects("mta01", ["trace"]).count == 1 })
        let page = try await site.page("markup")
        let trace = try await Self.get(page, "/trace").body
        let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
        #expect(Self.cells("Recipient", trace) == [escaped] && Self.cells("Outcome", trace) == [escaped], "\(trace)")
        let link = try #require(trace.firstMatch(of: #/href="(\/trace\/markup\/[0-9A-Z]{26})"/#)).1
        let one = try await Self.get(page, String(link)).body
        let overview = try await Self.get(page, "/overview").body
        #expect(Self.cells("Version", overview) == [escaped] && Self.cells("Mode", overview) == [escaped])
        #expect(Self.cells("Reason", overview) == [escaped], "\(overview)")
        for body in [trace, one, overview] {
            #expect(body.contains(escaped) && !body.contains("<script>alert"), "\(body)")
        }
        #expect(await page.process.stop() == 0)
        await site.stop()
    }

    @Test func deadHostsHoldUpNobody() async throws {
        let site = try await HostsSite("tlsa-invalid")
        #expect(try await site.gates[0].answer("<first@tlsa-invalid.example>") != .continue)
        #expect(try await eventually { try await site.objects("mta01", ["trace"]).count == 1 })
        let hosts = ["hangs", "endless", "garbage", "liar", "mta01", "empty"]
        let page = try await site.page(hosts.joined(separator: " "), ["--within", "4s"])
        let overview = try await Self.get(page, "/overview").body
        #expect(Self.cells("MTA", overview) == hosts, "\(overview)")
        let says = Self.cells("What it says", overview)
        #expect(says[0] == "no answer within 4s" && says[5].hasPrefix("the command failed there"), "\(says)")
        let states = Self.cells("State", overview).map { $0.hasSuffix("UNKNOWN") }
        #expect(states == [true, true, true, true, false, true], "\(overview)")
        let trace = try await Self.get(page, "/trace").body
        #expect(Self.cells("MTA", trace) == ["mta01"] && trace.contains("<li>hangs: no answer within 4s.</li>"))
        // A reload within some seconds, and whoever asks meanwhile, has no host asked anew.
        try await withThrowingTaskGroup(of: String.self) { group in
            let address = "/trace?word=first%40tlsa-invalid.example"
            for _ in 0..<4 { group.addTask { try await Self.get(page, address).body } }
            for try await body in group { #expect(Self.cells("MTA", body) == ["mta01"], "\(body)") }
        }
        let asked = try String(contentsOfFile: site.scratch.file("calls"), encoding: .utf8).split(separator: "\n")
        let count = asked.count { $0.contains("first@tlsa-invalid.example") && $0.contains("-- mta01 ") }
        #expect(count == 1, "\(asked)")
        // Its end is theirs too.
        let late = try await site.page("hangs", ["--within", "10m"])
        // It closes the connection of whoever waits.
        async let answer = onOwnThread {
            try WebClient.request(late.place, "GET /trace", ["Authorization": "Bearer \(late.token ?? "")"])
        }
        #expect(try await eventually { site.calls > asked.count })
        #expect(await late.process.stop() == 0)
        _ = try? await answer
        let pids = try String(contentsOfFile: site.scratch.file("hanging"), encoding: .utf8).split(separator: "\n")
        #expect(pids.count == 6)
        // One that has ended has no command line, whoever has yet to hear of it.
        for pid in pids {
            #expect(
                try await eventually {
                    (try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8))?.isEmpty ?? true
                }, "\(pid)")
        }
        #expect(await page.process.stop() == 0)
        await site.stop()
    }

    @Test func onlyWhoKnowsTheTokenSeesAnything() async throws {
        let site = try await HostsSite("verified")
        let page = try await site.page("mta01")
        let other = try await site.page("mta01")
        #expect(page.token != other.token && page.token?.utf8.count == 40)
        for path in ["/", "/overview", "/trace", "/trace/mta01/00000000000000000000000000", "/codes", "/nothing"] {
            for field in ["", "Bearer x", "Bearer \(other.token ?? "")", "Basic YTpi"] {
                let answer = try await Self.get(page, path, ["Authorization": field])
                #expect(answer.status == 401 && !answer.body.contains("mta01"), "\(path) \(field): \(answer.body)")
            }
        }
        #expect(try await Self.get(page, "/healthz", ["Authorization": ""]).status != 200)
        let basic = Data("anybody:\(page.token ?? "")".utf8).base64EncodedString()
        #expect(try await Self.get(page, "/codes", ["Authorization": "Basic \(basic)"]).status == 200)
        for host in ["evil.example", "127.0.0.2", "localhost.evil.example"] {
            let answer = try await Self.get(page, "/trace", ["Host": host])
            #expect(answer.status == 421 && answer.body.contains("It answers to localhost"), "\(answer.body)")
        }
        // Another site's page has nothing asked, and nothing acts.
        #expect(try await Self.get(page, "/trace", ["Sec-Fetch-Site": "cross-site"]).status == 403)
        #expect(site.calls == 0)
        for path in ["/test", "/recheck", "/trace", "/overview"] {
            let answer = try await onOwnThread {
                try WebClient.request(
                    page.place, "POST \(path)", ["Authorization": "Bearer \(page.token ?? "")"],
                    form: "domain=x.example")
            }
            #expect([404, 405].contains(answer?.status), "\(path)")
        }
        let policy = try await Self.get(page, "/trace").fields["content-security-policy"]
        #expect(policy?.hasPrefix("default-src 'none';") == true)
        for one in [page, other] { #expect(await one.process.stop() == 0) }
        await site.stop()
    }

    @Test func aSocketIsForItsOwner() async throws {
        let site = try await HostsSite("verified")
        let path = site.scratch.file("page.sock")
        let page = try await site.page("mta01 mta02", ["--listen", "unix:\(path)"])
        #expect(page.token == nil && page.place == path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(Self.cells("MTA", try await Self.get(page, "/overview").body) == ["mta01", "mta02"])
        #expect(await page.process.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        await site.stop()
    }

    @Test(
        arguments: [
            (["--listen", "0.0.0.0:8896"], 64, "a loopback address or a unix socket"),
            (["--listen", "x"], 64, "--listen takes"),
            (["--hosts", "/nonexistent"], 66, "/nonexistent"), ([], 64, "--hosts FILE is needed"),
        ] as [([String], Int32, String)])
    func whatIsWrongIsTold(arguments: [String], status: Int32, sentence: String) async throws {
        let scratch = try ScratchDirectory("list")
        let list = try scratch.write("mta01\n", to: "hosts")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: list)
        let more = arguments.first == "--listen" ? ["--hosts", list] : []
        let (code, output) = try await Danegate.run(["page"] + arguments + more)
        #expect(code == status && output.contains(sentence), "\(output)")
    }
}
