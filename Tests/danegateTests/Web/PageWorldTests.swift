import DANE
import Foundation
import Testing
import World

/// The page's tests of domains, over the wire, against the world.
@Suite(.timeLimit(.minutes(15))) struct PageWorldTests {
    /// What is read of the JSON of both.
    private struct Report: Decodable {
        struct Step: Decodable {
            let step: String
            let subject: String
            let result: String
        }
        let domain: String
        let outcome: String
        let ruling: String
        let would: String?
        let code: String?
        let reply: String?
        let host: String?
        let degraded: Bool
        let hazards: [String]
        let mx_security: String?
        let steps: [Step]

        init(_ json: String) throws { self = try JSONDecoder().decode(Report.self, from: Data(json.utf8)) }

        /// All that does not change from look to look.
        var said: [String] {
            [
                domain, outcome, ruling, would ?? "-", code ?? "-", "\(degraded)", "\(hazards)", mx_security ?? "-",
                host ?? "-",
            ]
        }
    }

    private static func keys(_ json: String) throws -> Set<String> {
        Set(((try JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] ?? [:]).keys)
    }

    /// Whether nothing could be found out about a domain of which something can.
    private static func isInDoubt(_ json: String, of domain: MailDomain) throws -> Bool {
        let outcome = Outcome(rawValue: try Report(json).outcome)
        return outcome?.isDoubt == true && outcome != domain.outcome
    }

    /// The verdict of the page is that of `check`, every domain renders, and the link that is marked is the step that
    /// failed.
    @Test func everyDomainIsShownAsCheckJudgesIt() async throws {
        let world = try await MailWorld(MailDomains.all)
        let settings = ["DEFER_FOR": "0", "PROBE_PER_HOUR": "0", "PROBE_CONCURRENCY": "2000", "PROBE_PER_HOST": "80"]
        let (_, output) = try await Danegate.run(
            ["check", "--json"] + world.domains.map(\.name), environment: world.environment(settings),
            within: .seconds(300))
        let lines = output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("{") }
        try #require(lines.count == world.domains.count)
        let site = try await PageSite(world, settings, isUnix: true, hasToken: false)
        var shown: [String: (json: String, html: String)] = [:]
        try await withThrowingTaskGroup(of: (String, String, String).self) { group in
            var rest = world.domains[...]
            func begin() {
                guard let domain = rest.popFirst() else { return }
                group.addTask {
                    var id = try await site.test(domain.name)
                    var json = try await site.request("GET /inspection/\(id).json")
                    // A busy machine may keep name servers from answering in time.
                    for _ in 0..<4 where try Self.isInDoubt(json.body, of: domain) {
                        id = try await site.test(domain.name)
                        json = try await site.request("GET /inspection/\(id).json")
                    }
                    let html = try await site.request("GET /inspection/\(id)", ["Accept": "text/html"])
                    #expect(html.status == 200, "\(domain.name)")
                    return (domain.name, json.body, html.body)
                }
            }
            for _ in 0..<4 { begin() }
            while let (name, json, html) = try await group.next() {
                shown[name] = (json, html)
                begin()
            }
        }
        for (domain, first) in zip(world.domains, lines) {
            var line = first
            for _ in 0..<4 where try Self.isInDoubt(line, of: domain) {
                line =
                    try await Danegate.run(
                        ["check", "--json", domain.name], environment: world.environment(settings),
                        within: .seconds(100)
                    )
                    .output.split(separator: "\n").first { $0.hasPrefix("{") }.map(String.init) ?? line
            }
            let page = try #require(shown[domain.name])
            let (ours, theirs) = (try Report(page.json), try Report(line))
            #expect(try Self.keys(page.json) == Self.keys(line), "\(domain.name)")
            #expect(ours.said == theirs.said, "\(domain.name)")
            #expect(page.html.utf8.count <= 100_000, "\(domain.name): \(page.html.utf8.count) bytes")
            #expect(page.html.contains("class=\"verdict "), "\(domain.name)")
            if let reply = ours.reply { #expect(page.html.unescaped.contains(reply), "\(domain.name)") }
            expectMark(page.html, ours)
        }
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }

    /// At most one link is marked; it is a step that failed, and there is one wherever a step has.
    private func expectMark(_ html: String, _ report: Report) {
        let marks = html.matches(of: /data-broken="([a-z-]*)" data-subject="([^"]*)"/)
        #expect(marks.count <= 1, "\(report.domain)")
        let failed = report.steps.filter { $0.result == "failed" }
        let isRefused = !(Outcome(rawValue: report.outcome)?.allowsDelivery ?? true)
        for mark in marks {
            let isFailed = failed.contains { $0.step == mark.1 && $0.subject == String(mark.2).unescaped }
            #expect(isFailed, "\(report.domain): \(mark.1) of \(mark.2), failed: \(failed)")
            // The host that decided is the one whose step is marked.
            let ofTheHost = failed.filter { $0.subject == report.host }
            if isRefused, !ofTheHost.isEmpty {
                let isItsStep = ofTheHost.contains { $0.step == mark.1 && $0.subject == String(mark.2).unescaped }
                #expect(isItsStep, "\(report.domain): \(mark.1) of \(mark.2), failed: \(ofTheHost)")
            }
        }
        // Of many hosts only the first are in the picture.
        let hosts = Set(report.steps.filter { $0.step != "mx" }.map(\.subject))
        if isRefused, !failed.isEmpty, hosts.count <= 4 { #expect(marks.count == 1, "\(report.domain): \(failed)") }
        // The list says the same; what is in doubt is not called broken there.
        let words = html.matches(of: /<li class="([a-z]+) broken"><span[^>]*>[^<]*<\/span> <b>([a-z ]+)<\/b>/)
        #expect(words.count == marks.count, "\(report.domain)")
        for word in words { #expect(word.2 == (word.1 == "doubt" ? "not known" : "broken"), "\(report.domain)") }
    }

    /// Without any script: the page comes in parts, a step at a time, and ends at the result.
    @Test func stepsComeAsTheyHappen() async throws {
        let world = try await MailWorld([MailDomains.named("slow-banner")])
        let site = try await PageSite(world)
        let begun = try await site.request("POST /test", form: "domain=slow-banner.example")
        let path = try #require(begun.fields["location"])
        let parts = try await onOwnThread { [place = site.place] () -> [String] in
            let client = try WebClient(place)
            try client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n")
            guard let head = try client.head(), head.lowercased().contains("transfer-encoding: chunked") else {
                return []
            }
            var parts: [String] = []
            while let part = try client.chunk(), !part.isEmpty { parts.append(String(decoding: part, as: UTF8.self)) }
            return parts
        }
        #expect(parts.first?.contains("<!DOCTYPE html>") == true && parts.first?.contains("MX records") == false)
        let steps = parts.indices.filter { parts[$0].contains("<li class=") }
        let end = parts.firstIndex { $0.contains("http-equiv=\"refresh\" content=\"0;url=\(path)\"") }
        #expect(steps.count >= 4 && end == parts.indices.last, "\(parts.dropFirst())")
        #expect(parts.contains { $0.contains("Connection") && $0.contains("begun") }, "\(parts.dropFirst())")
        let result = try await site.request("GET \(path)", ["Accept": "text/html"])
        #expect(result.body.contains("class=\"verdict good\""), "\(result.body.prefix(3000))")
        // The same as events, from the beginning.
        let other = try await site.request(
            "POST /test", ["Accept": "application/json"], form: "domain=slow-banner.example")
        let events = try await site.request("GET \(try #require(other.fields["location"]))/events")
        #expect(events.fields["content-type"] == "text/event-stream")
        #expect(events.body.components(separatedBy: "event: step\ndata: {").count > 4, "\(events.body)")
        #expect(events.body.hasSuffix("event: end\ndata: \(other.fields["location"] ?? "?")\n\n"), "\(events.body)")
    }

    /// Who closes the page ends the test, unless somebody else waits for it.
    @Test func aTestEndsWithTheLastWhoWaits() async throws {
        let world = try await MailWorld(["handshake-tarpit", "slow-banner"].map(MailDomains.named))
        let site = try await PageSite(world, ["PROBE_TIMEOUT": "60s"])
        func begin(_ domain: String) async throws -> String {
            let begun = try await site.request("POST /test", form: "domain=\(domain).example")
            return try #require(begun.fields["location"])
        }
        /// Follows a test for a moment, and closes the connection.
        func glance(_ path: String) async throws {
            try await onOwnThread { [place = site.place] in
                let client = try WebClient(place)
                try client.send("GET \(path)/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                _ = try client.head()
                _ = try client.chunk()
            }
        }
        let alone = try await begin("handshake-tarpit")
        try await glance(alone)
        let isEnded = try await eventually(within: .seconds(60)) {
            try await site.request("HEAD \(alone)").status == 404
        }
        #expect(isEnded)
        // One closes, the other one waits on and has the result.
        let shared = try await begin("slow-banner")
        #expect(try await begin("slow-banner") == shared, "the same test")
        async let waiting = site.request("GET \(shared).txt")
        try await glance(shared)
        #expect(try await waiting.status == 200)
    }

    /// Limits are announced before they bite, and then say when to come again and what was found the last time.
    @Test func oneClientCannotBeginAsManyAsItLikes() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await PageSite(world, ["WEB_PROXIES": "127.0.0.1"])
        let client = ["X-Forwarded-For": "203.0.113.1"]
        #expect(try await site.request("GET /", client).body.contains("You can begin 10 tests now."))
        let first = try await site.test("verified.example", as: client)
        let home = try await site.request("GET /", client).body
        let left = ["You can begin 9 tests now. One more in ", "You can begin 10 tests now."]
        #expect(left.contains { home.contains($0) }, "\(home)")
        // On a slow machine one more is allowed now and then.
        var refused = try await site.request("GET /", client)
        for _ in 0..<100 where refused.status != 429 {
            refused = try await site.request(
                "POST /test", client.merging(["Accept": "text/html"]) { $1 }, form: "domain=verified.example")
            if let path = refused.fields["location"] { _ = try await site.request("GET \(path).json", client) }
        }
        #expect(refused.status == 429)
        let wait = try #require(refused.fields["retry-after"].flatMap { Int($0) })
        #expect((1...30).contains(wait) && refused.fields["ratelimit"]?.contains("r=0") == true)
        #expect(refused.body.contains("href=\"/inspection/"), "\(refused.body)")
        #expect(try await site.request("GET /inspection/\(first)", client).status == 200)
        // Others are not concerned, nor are administrators.
        #expect(
            try await site.request("POST /test", ["X-Forwarded-For": "203.0.113.2"], form: "domain=verified.example")
                .status == 303)
        #expect(
            try await site.request(
                "POST /test", client.merging(PageSite.bearer) { $1 }, form: "domain=verified.example"
            ).status == 303)
    }

    @Test(arguments: [
        ("", 422), ("example", 422), ("127.0.0.1", 422), ("https://example.org/", 422),
        ("<script>alert(1)</script>", 422),
        ("[mx.verified.example]:25", 403), ("verified.example:587", 403), ("[mx.verified.example]", 403),
        ("user@verified.example", 303), ("VERIFIED.example.", 303),
    ]) func onlyDomainsAreTested(asked: String, status: Int) async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await PageSite(world)
        let form = "domain=" + asked.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let answer = try await site.request("POST /test", ["Accept": "text/html"], form: form)
        #expect(answer.status == status, "\(answer.body)")
        #expect(!answer.body.contains("<script>alert"))
        if status == 403 {
            #expect(try await site.request("POST /test", PageSite.bearer, form: form).status == 303)
        }
    }

    /// What is found is kept over a restart, at the same address.
    @Test func aResultOutlivesTheDaemon() async throws {
        let world = try await MailWorld([MailDomains.named("tlsa-invalid")])
        let directory = try ScratchDirectory("kept")
        let settings = ["STATE_DIRECTORY": directory.path]
        let site = try await PageSite(world, settings)
        let id = try await site.test("tlsa-invalid.example")
        let before = try await site.request("GET /inspection/\(id)", ["Accept": "text/html"]).body
        #expect(await site.gate.daemon.stop() == 0)
        let again = try await PageSite(world, settings)
        #expect(try await again.request("GET /inspection/\(id)", ["Accept": "text/html"]).body == before)
        #expect(before.contains("None of the") || before.contains("The one usable record does not match"))
        #expect(before.matches(of: /_\d+\._tcp\.mx\.tlsa-invalid\.example\. IN TLSA 3 1 1 [0-9a-f]{64}/).count >= 1)
        #expect(before.matches(of: /IN TLSA 2 1 1 [0-9a-f]{64}/).count >= 1)
        let text = try await again.request("GET /inspection/\(id).txt").body
        let (_, printed) = try await Danegate.run(
            ["check", "-v", "tlsa-invalid.example"], environment: world.environment())
        let firsts = [text, printed].map { $0.split(separator: "\n").first?.withoutFirstSeen }
        #expect(firsts[0] == firsts[1] && firsts[0] != nil, "\(firsts)")
    }

    /// From a result to who was refused, to the notice, to another look; and back from a row of the trace.
    @Test func administratorsComeFromAResultToAllElse() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let site = try await PageSite(world, ["DEFER_FOR": "0"])
        for number in 0..<3 { _ = try await site.gate.answer("<user\(number)@tlsa-invalid.example>") }
        let id = try await site.test("tlsa-invalid.example", as: PageSite.bearer)
        let isCounted = try await eventually(within: .seconds(20)) {
            try await site.request("GET /inspection/\(id)", PageSite.bearer).body.contains(
                "3 recipients refused since ")
        }
        #expect(isCounted)
        #expect(try await !site.request("GET /inspection/\(id)").body.contains("refused since"), "not for visitors")
        let trace = try await site.request("GET /trace?domain=tlsa-invalid.example", PageSite.bearer)
        #expect(trace.body.components(separatedBy: "user").count > 3 && trace.body.contains("5.7.323"))
        let link = try #require(trace.body.firstMatch(of: /href="(\/trace\/[0-9A-Z]{26})"/))
        let row = try await site.request("GET \(link.1)", PageSite.bearer)
        #expect(row.body.contains("inspection:") && row.body.contains("TLSA 3 1 1"), "\(row.body)")
        #expect(try await site.request("GET \(link.1)").status == 401)
        let notice = try await site.request("POST /notice", PageSite.bearer, form: "id=\(id)")
        #expect(notice.body.contains("To: postmaster@tlsa-invalid.example") && notice.body.contains("3 recipients"))
        let recheck = try await site.request("POST /recheck", PageSite.bearer, form: "domain=tlsa-invalid.example")
        #expect(recheck.body.contains("Now:") && recheck.body.contains("tlsa-invalid"), "\(recheck.body)")
        let overview = try await site.request("GET /overview?span=1d", PageSite.bearer)
        #expect(overview.body.contains("Broken destinations") && overview.body.contains("domain=tlsa-invalid.example"))
        let log = site.gate.daemon.output
        #expect(log.contains("event=web result=recheck domain=tlsa-invalid.example"))
        for query in [
            "since=never", "outcome=x", "word=a+b+c", "domain=%3Cscript%3E", "page=99999999999999999999&at=-1",
        ] {
            let answer = try await site.request("GET /trace?\(query)", PageSite.bearer)
            #expect(
                answer.status == (query.hasPrefix("page") ? 200 : 422) && !answer.body.contains("<script>"), "\(query)")
        }
    }

    @Test func codesAreExplained() async throws {
        let site = try await PageSite(try await MailWorld([MailDomains.named("verified")]))
        let list = try await site.request("GET /codes")
        #expect(list.body.contains("tlsa-invalid") && list.body.utf8.count < 100_000, "\(list.body.utf8.count)")
        let code = try await site.request("GET /codes?word=5.7.323")
        #expect(code.status == 200 && code.body.contains("tlsa-invalid") && code.body.contains("RFC 7672"))
        let none = try await site.request("GET /codes?word=%3Cscript%3Ealert(1)%3C/script%3E")
        #expect(none.status == 404 && !none.body.contains("<script>alert"))
        #expect(try await site.request("GET /readyz").status == 200)
    }

    @Test(arguments: [("text/plain", false), ("application/openmetrics-text;version=1.0.0,*/*;q=0.1", true)])
    func metricsAreForWhoeverMayTest(accept: String, isOpenMetrics: Bool) async throws {
        let site = try await PageSite(try await MailWorld([MailDomains.named("verified")]))
        let answer = try await site.request("GET /metrics", ["Accept": accept])
        let type = isOpenMetrics ? "application/openmetrics-text; version=1.0.0" : "text/plain; version=0.0.4"
        #expect(answer.status == 200 && answer.fields["content-type"] == "\(type); charset=utf-8", "\(answer)")
        let reader = ExpositionReader(answer.body, isOpenMetrics: isOpenMetrics)
        #expect(reader.faults.isEmpty, "\(reader.faults)")
        #expect(reader.samples.contains { $0.name == "danegate_build_info" })
    }

    /// A trace id is for administrators: visitors have the same metrics without exemplars.
    @Test func exemplarsAreForAdministrators() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await PageSite(world)
        let accept = ["Accept": "application/openmetrics-text;version=1.0.0"]
        _ = try await site.gate.answer("<user@verified.example>")
        let known = try await site.request("GET /metrics", accept.merging(PageSite.bearer) { $1 })
        #expect(known.status == 200 && known.body.contains("# {trace_id="))
        let visitor = try await site.request("GET /metrics", accept)
        #expect(visitor.status == 200 && !visitor.body.contains("trace_id"))
        #expect(ExpositionReader(visitor.body, isOpenMetrics: true).faults.isEmpty)
    }

    /// What the page answers and tests is counted, and who is connected; by fixed words, whatever clients send.
    @Test func thePageCountsItself() async throws {
        let world = try await MailWorld([MailDomains.named("verified")])
        let site = try await PageSite(world)
        func reader() async throws -> ExpositionReader {
            ExpositionReader(try await site.request("GET /metrics").body, isOpenMetrics: false)
        }
        let results = ["begun", "joined", "refused-client", "refused-all"]
        let classes = ["2xx", "3xx", "4xx", "5xx"]
        let before = try await reader()
        for result in results { #expect(before["danegate_web_tests_total", ["result": result]] == 0) }
        for name in classes { #expect(before["danegate_web_answers_total", ["class": name]] == 0) }
        var statuses = [200]
        statuses.append(try await site.request("GET /none?<script>").status)
        statuses.append(
            try await site.request("POST /test", ["Sec-Fetch-Site": "cross-site"], form: "domain=a").status)
        statuses.append(try await site.request("GET /test?domain=x.example").status)
        // A client has a few at once, and a few in a row: one of these is too many, however fast they end.
        var paths: [String] = []
        while statuses.last != 429, paths.count < 60 {
            let begun = try await site.request(
                "POST /test", ["Accept": "application/json"], form: "domain=x\(paths.count).verified.example")
            statuses.append(begun.status)
            if let path = begun.fields["location"] { paths.append(path) }
        }
        #expect(!paths.isEmpty && statuses.last == 429)
        // Who waits for a result has it; one that nobody waited for in time may be gone.
        for path in paths { statuses.append(try await site.request("GET \(path).json").status) }
        let after = try await reader()
        #expect(after.faults.isEmpty, "\(after.faults)")
        func tests(_ result: String) -> Double? { after["danegate_web_tests_total", ["result": result]] }
        #expect(tests("begun") == Double(paths.count) && tests("refused-client") == 1)
        #expect(tests("joined") == 0 && tests("refused-all") == 0 && after["danegate_web_tests_running", [:]] == 0)
        for name in classes {
            let count = statuses.count { "\($0 / 100)xx" == name }
            #expect(after["danegate_web_answers_total", ["class": name]] == Double(count), "\(name) \(statuses)")
        }
        #expect(after["danegate_connections", ["door": "web"]] ?? 0 >= 1)
        #expect(after["danegate_connections_limit", ["door": "web"]] ?? 0 >= 8)
        let pages = after.samples.filter { $0.name.hasPrefix("danegate_web_") }
        #expect(pages.count == results.count + classes.count + 1)
        let state = (site.gate.socket as NSString).deletingLastPathComponent
        let (_, status) = try await Danegate.run(["status"], environment: world.environment(["STATE_DIRECTORY": state]))
        #expect(status.contains("Connections at the page inet:127.0.0.1:\(site.place): "), "\(status)")
        #expect(status.contains(" web_connections=") && status.hasPrefix("OK - "), "\(status)")
        #expect(await site.gate.daemon.stop() == 0)
        await world.stop()
    }
}

extension String {
    /// The text as a browser reads it.
    fileprivate var unescaped: String {
        replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }
}
