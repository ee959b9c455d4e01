import Foundation
import Testing

@testable import Gate
@testable import Policy
@testable import Records
@testable import Reports
@testable import Support

/// What several hosts have answered, put together.
@Suite(.timeLimit(.minutes(1))) struct SiteMergeTests {
    private static func answer(_ mta: String, _ lines: String...) -> SiteAnswer {
        SiteAnswer(mta: mta, end: .exited(0), output: Array(lines.map { "\($0)\n" }.joined().utf8))
    }

    private static func row(_ time: String, _ recipient: String, _ more: String = "") -> String {
        #"{"time":"2026-11-29T\#(time)Z","trace":"01KAQ9V1ZC8F6T0V3M2N4P5Q6R","recipient":"\#(recipient)","#
            + #""outcome":"tlsa-invalid","ruling":"tempfail"\#(more)}"#
    }

    private static func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }

    @Test func aTraceIsPutInTheOrderOfTime() throws {
        var trace = SiteTrace(limit: 4)
        try trace.take(Self.answer("b", Self.row("10:00:00.002", "b1@x"), Self.row("10:00:02.000", "b2@x")), 1)
        try trace.take(
            Self.answer(
                "a", Self.row("09:00:00.000", "old@x"), Self.row("10:00:00.001", "a1@x"),
                Self.row("10:00:02.000", "a2@x")), 0)
        // The oldest had no room; of two in one millisecond that of the first host stands first.
        #expect(trace.rows.map(\.shownRecipient) == ["a1@x", "b1@x", "a2@x", "b2@x"])
        #expect(trace.rows.map(\.mta) == ["a", "b", "a", "b"])
        #expect(try trace.lines.map { try Self.object($0)["mta"] as? String } == ["a", "b", "a", "b"])
        var table = TraceTableText(width: nil, isOfSite: true)
        let lines = table.lines(trace.rows, isFirst: true)
        #expect(lines[0].hasPrefix("TIME (UTC)          MTA RECIPIENT"), "\(lines[0])")
        #expect(lines[1].hasPrefix("2026-11-29 10:00:00 a   a1@x "), "\(lines[1])")
        #expect(trace.rows[0].text.hasPrefix("mta:           a\n"))
    }

    @Test func whatThisVersionDoesNotKnowIsPassedOn() throws {
        var trace = SiteTrace(limit: 4)
        let line = Self.row("10:00:00.000", "a@x", #","new":{"deep":[1.50,12345678901234567890]},"cached":true"#)
        try trace.take(Self.answer("a", line), 0)
        #expect(trace.lines == [#"{"mta":"a",\#(line.dropFirst())"#])
    }

    @Test(arguments: [
        "no JSON", "[]", "{}", "{", #"{"time":"x"}"#, #"{"mta":"a"}"#,
        #"{"time":"2026-02-30T00:00:00Z","trace":"x","recipient":"a","outcome":"x","ruling":"x"}"#,
        #"{"m\u0074a":"a","time":"2026-02-20T00:00:00Z","trace":"x","recipient":"a","outcome":"x","ruling":"x"}"#,
    ])
    func aWrongLineSpoilsItsHostAndNoOther(line: String) throws {
        var trace = SiteTrace(limit: 10)
        try trace.take(Self.answer("good", Self.row("10:00:00.000", "a@x")), 0)
        #expect(throws: SiteAnswerError.self) {
            try trace.take(Self.answer("bad", Self.row("10:00:00.000", "b@x"), line), 1)
        }
        #expect(trace.rows.map(\.mta) == ["good"])
        var report = SiteReport()
        #expect(throws: SiteAnswerError.self) { try report.take(Self.answer("bad", line), 0) }
        var status = SiteStatus()
        #expect(throws: SiteAnswerError.self) { try status.take(Self.answer("bad", line), 0) }
        var exemptions = SiteExemptions()
        #expect(throws: SiteAnswerError.self) { try exemptions.take(Self.answer("bad", line), 0) }
        #expect(throws: SiteAnswerError.self) { _ = try SiteRechecks.findings(Self.answer("bad", line), count: 1) }
    }

    /// More than was asked for, or something else, pushes out what others have seen.
    @Test func whatNobodyHasAskedForIsNoAnswer() throws {
        var trace = SiteTrace(limit: 2)
        let row = Self.row("10:00:00.000", "a@x")
        #expect(throws: SiteAnswerError.self) { try trace.take(Self.answer("a", row, row, row), 0) }
        var one = SiteTrace(limit: 2, id: "01KAQ9V1ZC8")
        try one.take(Self.answer("a", row), 0)
        let other = row.replacing("01KAQ9", with: "01KAQ8")
        #expect(throws: SiteAnswerError.self) { try one.take(Self.answer("b", row, other), 1) }
        #expect(one.rows.map(\.mta) == ["a"] && trace.rows.isEmpty)
        var exemptions = SiteExemptions()
        let exemption = Self.exemption("x.example", "09:00:00", clean: 0)
        #expect(throws: SiteAnswerError.self) {
            try exemptions.take(
                SiteAnswer(
                    mta: "a", end: .exited(0),
                    output: Array(repeatElement(exemption, count: 20_001).joined(separator: "\n").utf8)), 0)
        }
        var report = SiteReport()
        let broken = Self.broken("x.example", 1 << 40, "29T09:10:00.000", "09:20:00.000", "why")
        try report.take(
            Self.answer("a", Self.report(1, ["x"], repeatElement(broken, count: 9000).joined(separator: ","))), 0)
        #expect(report.report(top: 10, now: 0).top.map(\.recipients) == [1 << 40])
    }

    /// The same exemption thousands of times takes no time that grows by its square.
    @Test func whatWasExemptedOftenHasEndedOften() throws {
        let exemption = Self.exemption("x.example", "09:00:00", clean: 0)
        let output = Array(repeatElement(exemption, count: 5000).joined(separator: "\n").utf8)
        var sum = SiteExemptions()
        for (index, name) in ["a", "b"].enumerated() {
            try sum.take(SiteAnswer(mta: name, end: .exited(0), output: output), index)
        }
        #expect(sum.lines.count == 10_000)
        let table = sum.table(isWhole: true).split(separator: "\n")
        #expect(table.count == 5001 && table.dropFirst().allSatisfy { $0.contains("  all 2  ") })
    }

    @Test func hugeTextsMakeNoWideTableAndHugeLinesAreNoAnswer() throws {
        var trace = SiteTrace(limit: 2)
        try trace.take(Self.answer("a", Self.row("10:00:00.000", String(repeating: "a", count: 100_000))), 0)
        var table = TraceTableText(width: nil, isOfSite: true)
        #expect(table.lines(trace.rows, isFirst: true).allSatisfy { $0.utf8.count < 3000 })
        let huge = Self.row("10:00:00.000", String(repeating: "a", count: 300_000))
        #expect(throws: SiteAnswerError.self) { try trace.take(Self.answer("b", huge), 1) }
        let zeros = repeatElement("0", count: 600_000).joined(separator: ",")
        let many = String(Self.report(1, ["x"]).dropLast()) + #","x":[\#(zeros)]}"#
        var sum = SiteReport()
        #expect(throws: SiteAnswerError.self) { try sum.take(Self.answer("a", many), 0) }
    }

    @Test func bytesThatAreNoTextAreReadBack() throws {
        let line = Self.row("10:00:00.000", #"\\xfc@x"#, #","recipient_bytes":"fc4078","sender":"","mode":"enforce""#)
        var trace = SiteTrace(limit: 1)
        try trace.take(Self.answer("a", line), 0)
        let row = try #require(trace.rows.first)
        #expect(row.shownRecipient == #"\xfc@x"# && row.shownSender == "<>")
        #expect(try Self.object(row.json(isWhole: false))["recipient_bytes"] as? String == "fc4078")
    }

    private static func report(
        _ recipients: Int, _ names: [String], _ top: String = "", hasSets: Bool = true
    ) -> String {
        var set = SketchSet()
        for name in names { set.insert(FNV1a(name).value | 1) }
        let bytes = Data(set.shortBytes).base64EncodedString()
        let sets = hasSets ? #","sets":{"":"\#(bytes)","verified":"\#(bytes)","broken":"\#(bytes)"}"# : ""
        return #"{"since":"2026-11-29T09:00:00.000Z","until":"2026-11-29T10:30:00.000Z","recipients":\#(recipients),"#
            + #""destinations":\#(names.count),"exact":true,"deferred":2,"accepted":1,"rejected":1,"would_defer":1,"#
            + #""broken":{"recipients":2,"destinations":\#(names.count)},"outcomes":[{"outcome":"verified","#
            + #""recipients":\#(recipients),"destinations":\#(names.count),"exact":true}],"top":[\#(top)]\#(sets)}"#
    }

    private static func broken(_ name: String, _ count: Int, _ first: String, _ last: String, _ why: String) -> String {
        #"{"destination":"\#(name)","outcome":"tlsa-invalid","cause":"\#(why)","host":null,"recipients":\#(count),"#
            + #""first_seen":"2026-11-\#(first)Z","last_seen":"2026-11-29T\#(last)Z"}"#
    }

    @Test func reportsAreAddedUpAndADestinationCountsOnce() throws {
        var sum = SiteReport()
        try sum.take(
            Self.answer(
                "a",
                Self.report(
                    4, ["x.example", "y.example"],
                    Self.broken("x.example", 2, "29T09:10:00.000", "09:20:00.000", "older"))), 0)
        try sum.take(
            Self.answer(
                "b",
                Self.report(
                    6, ["x.example", "z.example"],
                    Self.broken("x.example", 3, "28T09:10:00.000", "09:50:00.000", "newer") + ","
                        + Self.broken("z.example", 4, "29T09:10:00.000", "09:50:00.000", "other"))), 2)
        sum.fail("c", 1, "no answer within 30s")
        let report = sum.report(top: 10, now: 0)
        #expect(report.recipients == 10 && report.destinations == 3 && report.destinationsAreExact)
        #expect(report.rulings["tempfail"] == 4 && report.would["tempfail"] == 2 && report.brokenRecipients == 4)
        #expect(report.brokenDestinations == 3)
        #expect(report.top.map(\.destination) == ["x.example", "z.example"])
        #expect(report.top[0].recipients == 5 && report.top[0].cause == "newer" && report.top[0].mtas == ["a", "b"])
        #expect(UnixTime.iso8601(milliseconds: report.top[0].firstSeen) == "2026-11-28T09:10:00.000Z")
        #expect(report.text.hasPrefix("From 2026-11-29 09:00:00 to 2026-11-29 10:30:00 UTC, 2 of 3 hosts\n"))
        #expect(
            report.text.contains(", on all 2\n") && report.text.contains("\n  b              6  "), "\(report.text)")
        let json = try Self.object(report.json)
        let mtas = try #require(json["mtas"] as? [[String: Any]])
        #expect(mtas.map { $0["mta"] as? String } == ["a", "c", "b"])
        #expect(mtas[1]["error"] as? String == "no answer within 30s" && mtas[1]["recipients"] is NSNull)
        #expect(json["sets"] == nil && sum.report(top: 1, now: 0).top.count == 1)
    }

    @Test func withoutSetsAReportClaimsNoMoreThanItKnows() throws {
        var sum = SiteReport()
        try sum.take(Self.answer("a", Self.report(4, ["x.example", "y.example"])), 0)
        try sum.take(Self.answer("b", Self.report(4, ["v", "w", "z"], hasSets: false)), 1)
        let report = sum.report(top: 10, now: 0)
        #expect(report.destinations == 3 && !report.destinationsAreExact)
        #expect(report.text.contains("about 3 destinations"))
    }

    @Test func largeSetsAreUnitedAsEstimates() throws {
        let names = (0..<9000).map { "d\($0).example" }
        var sum = SiteReport()
        try sum.take(Self.answer("a", Self.report(1, Array(names.prefix(6000)))), 0)
        try sum.take(Self.answer("b", Self.report(1, Array(names.suffix(6000)))), 1)
        let report = sum.report(top: 0, now: 0)
        #expect(!report.destinationsAreExact && abs(report.destinations - 9000) < 900, "\(report.destinations)")
    }

    @Test(arguments: [
        (["ok", "ok"], StatusLevel.ok), (["ok", "warning"], .warning), (["critical", "warning"], .critical),
        (["ok", "?"], .unknown), (["warning", "?"], .warning), (["critical", "?"], .critical), (["unknown"], .unknown),
    ])
    func theWorstStateCounts(states: [String], worst: StatusLevel) throws {
        var status = SiteStatus()
        for (index, state) in states.enumerated() {
            guard state != "?" else {
                status.fail("h\(index)", index, "it cannot be reached")
                continue
            }
            let problems = state == "ok" ? "" : #""all | is \u001b[2Jlost""#
            try status.take(
                Self.answer("h\(index)", #"{"status":"\#(state)","problems":[\#(problems)],"more":1}"#), index)
        }
        #expect(status.level == worst)
        let lines = status.text.split(separator: "\n")
        #expect(lines.count == states.count + 1 && lines[0].hasPrefix(worst.rawValue.uppercased()), "\(lines)")
        #expect(lines.allSatisfy { $0.split(separator: "|").count <= 2 } && !status.text.contains("\u{1B}"))
        #expect(lines.dropFirst().allSatisfy { !$0.contains("|") })
        let json = try Self.object(status.json)
        #expect(json["status"] as? String == worst.rawValue && (json["mtas"] as? [Any])?.count == states.count)
    }

    private static func exemption(_ domain: String, _ added: String, clean: Int, reason: String = "moving") -> String {
        #"{"domain":"\#(domain)","until":"2027-01-31T00:00:00Z","reason":"\#(reason)","by":"alice","#
            + #""added":"2026-11-29T\#(added)Z","keep":false,"clean_seconds":\#(clean),"ended":null}"#
    }

    @Test func anExemptionOfAllHostsIsOneLine() throws {
        var sum = SiteExemptions()
        for (index, name) in ["a", "b", "c"].enumerated() {
            var lines = [Self.exemption("x.example", "09:00:0\(5 - index)", clean: 100 * (index + 1))]
            if name != "b" { lines.append(Self.exemption("y.example", "09:00:00", clean: 0)) }
            if name == "c" { lines.append(Self.exemption("y.example", "09:00:00", clean: 0, reason: "other")) }
            try sum.take(
                SiteAnswer(mta: name, end: .exited(0), output: Array(lines.joined(separator: "\n").utf8)), index)
        }
        let lines = sum.table(isWhole: false).split(separator: "\n").map {
            $0.split(separator: "  ", omittingEmptySubsequences: true).map { $0.trimmingCharacters(in: .whitespaces) }
        }
        #expect(lines.count == 4, "\(lines)")
        #expect(lines[0].prefix(2) == ["DOMAIN", "MTAS"])
        #expect(lines[1].prefix(2) == ["x.example", "all 3"] && lines[1].contains("for 1m"), "\(lines[1])")
        #expect(Set(lines[2...3].map { $0[1] }) == ["all but b", "c"])
        #expect(sum.lines.count == 6)
    }

    @Test func aRecheckAnswersForEachDomain() throws {
        let line = #"{"domain":"x.example","before":null,"after":null,"note":"no \u001b time","new":1}"#
        let findings = try SiteRechecks.findings(Self.answer("a", line), count: 1)
        #expect(findings.map(\.text) == ["a: x.example:\n  No look: no ? time."])
        #expect(try Self.object(findings[0].line)["mta"] as? String == "a")
        #expect(throws: SiteAnswerError.self) { _ = try SiteRechecks.findings(Self.answer("a", line), count: 2) }
        #expect(throws: SiteAnswerError.self) { _ = try SiteRechecks.findings(Self.answer("a", line, line), count: 1) }
    }

    /// Numbers that no daemon has must not end the process.
    @Test func absurdNumbersAreBorne() throws {
        let after =
            #"{"domain":"x","cached":true,"outcome":"tlsa-invalid","ruling":"reject","cause":"","degraded":false,"#
            + #""hazards":[],"stale":false,"in_trouble":false,"failing_for_s":9223372036854775807}"#
        let line = #"{"domain":"x.example","after":\#(after)}"#
        #expect(try SiteRechecks.findings(Self.answer("a", line), count: 1).first?.report.action == .reject)
        var sum = SiteReport()
        let absurd = Self.report(1, ["x"]).replacing("\"recipients\":1,", with: "\"recipients\":9223372036854775807,")
        #expect(throws: SiteAnswerError.self) { try sum.take(Self.answer("a", absurd), 0) }
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-29T18:44:54.250Z", 1_795_977_894_250),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("2026-02-29T00:00:00Z", nil), ("2026-11-29T24:00:00Z", nil), ("2026-11-29 18:44:54Z", nil),
            ("2026-11-29T18:44:54+01", nil), ("2026-11-29T18:44:54,250Z", nil), ("+026-11-29T18:44:54Z", nil),
            ("", nil),
        ] as [(String, Int64?)])
    func timesAreReadAsTheyAreWritten(text: String, time: Int64?) {
        #expect(UnixTime.milliseconds(iso8601: text) == time)
        if let time {
            let whole = text.utf8.count == 20 ? UnixTime.iso8601(time / 1000) : UnixTime.iso8601(milliseconds: time)
            #expect(whole == text)
        }
    }
}
