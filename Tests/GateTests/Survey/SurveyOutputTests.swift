import DANE
import Foundation
import Testing
import WorldServers

@testable import Inspection
@testable import Policy
@testable import Reports

@Suite struct SurveyOutputTests {
    private static func result(
        _ domain: String, _ cause: String = "a, \"b\"", recipients: Int = 1, elapsed: Double? = nil
    ) -> SurveyResult {
        SurveyResult(
            domain: domain, outcome: .tlsaInvalid, ruling: .accept, would: .tempfail, lasting: .reject, code: "4.7.323",
            host: "mx.\(domain)", cause: cause, isDegraded: false, hazards: ["x"], mxSecurity: .secure,
            recipients: recipients, elapsed: elapsed)
    }

    private static func list(_ names: [String]) throws -> DestinationList {
        var list = DestinationList()
        for name in names { try list.add(name, recipients: 2) }
        return list
    }

    @Test(arguments: SurveyFormat.allCases, [nil, 1.5])
    func whatIsWrittenIsRead(format: SurveyFormat, elapsed: Double?) throws {
        for cause in ["", "plain", "a, \"b\", c", "=1+1", "'quoted", "@x", "-1", "umlaut ü", "\"", ","] {
            let result = Self.result("-d.example", cause, elapsed: elapsed)
            let line = format.line(result)
            #expect(line.utf8.filter { $0 == 10 }.count == 1 && line.hasSuffix(format == .csv ? "\r\n" : "\n"))
            #expect(format.result(Array(line.utf8.dropLast())) == result, "\(line)")
        }
    }

    @Test func noCellIsAFormula() {
        let csv = Self.result("d.example", "=HYPERLINK(\"http://x\")").csv
        #expect(csv.contains(",\"'=HYPERLINK(\"\"http://x\"\")\","), "\(csv)")
        #expect(!Self.result("-d.example").csv.hasPrefix("-"))
    }

    @Test func theKeysAreThere() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(Self.result("d.example").json.utf8)) as? [String: Any])
        #expect(Set(object.keys) == Set(SurveyResult.columns))
    }

    /// A file cut anywhere is gone on with, and comes out the same; one of somebody else's is not touched.
    @Test(arguments: SurveyFormat.allCases) func aTornFileIsGoneOnWith(format: SurveyFormat) throws {
        let directory = try ScratchDirectory("survey")
        let path = directory.file("results")
        let names = ["a.example", "b.example", "c.example"]
        let results = names.map { Self.result($0) }
        let destinations = try Self.list(names)
        do {
            let output = try SurveyOutput.file(path, format, hasTimes: false, resumes: false)
            try output.write([results[0]])
            try output.write(Array(results[1...]))
            try output.finish()
        }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for cut in 0...whole.count {
            try whole.prefix(cut).write(to: URL(fileURLWithPath: path))
            let output = try SurveyOutput.file(path, format, hasTimes: false, resumes: true)
            var taken: [SurveyResult] = []
            let count = try output.resume(of: destinations) { taken.append($0) }
            #expect(taken == Array(results[..<count]))
            if count < results.count { try output.write(Array(results[count...])) }
            try output.finish()
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole, "cut at \(cut)")
        }
    }

    @Test(arguments: SurveyFormat.allCases) func whatIsNotOursIsLeft(format: SurveyFormat) throws {
        let directory = try ScratchDirectory("survey")
        let path = directory.file("results")
        let destinations = try Self.list(["a.example", "b.example"])
        let header = format.header(hasTimes: false)
        let a = format.line(Self.result("a.example"))
        let b = format.line(Self.result("b.example"))
        let other = SurveyFormat.allCases.first { $0 != format }!
        for text in [
            "hello", "hello\n", header + b, header + a + a, header + a + b + a, header + a + "x\n" + b,
            other.header(hasTimes: false) + other.line(Self.result("a.example")),
            header + format.line(Self.result("a.example", recipients: 3)),
            header + format.line(Self.result("a.example", elapsed: 1)), header + a.dropLast(2) + "\n\n",
            String(repeating: "x", count: 300_000),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let output = try SurveyOutput.file(path, format, hasTimes: false, resumes: true)
            let fault = #expect(throws: SurveyError.self, "\(text.prefix(200))") {
                try output.resume(of: destinations) { _ in }
            }
            #expect(fault?.status == 73)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
        }
    }

    @Test func aFileIsForOneAlone() throws {
        let directory = try ScratchDirectory("survey")
        let path = directory.file("results")
        let first = try SurveyOutput.file(path, .jsonl, hasTimes: false, resumes: true)
        try first.write([Self.result("a.example")])
        for resumes in [true, false] {
            let fault = #expect(throws: SurveyError.self) {
                _ = try SurveyOutput.file(path, .jsonl, hasTimes: false, resumes: resumes)
            }
            #expect(fault?.status == 73)
        }
        #expect(throws: SurveyError.self) {
            _ = try SurveyOutput.file(directory.path, .jsonl, hasTimes: false, resumes: true)
        }
        #expect(throws: SurveyError.self) {
            _ = try SurveyOutput.file("/dev/null", .jsonl, hasTimes: false, resumes: true)
        }
    }

    @Test func theSummaryAddsUp() throws {
        var tally = SurveyTally()
        tally.add(Self.result("a.example", "x\u{1B}[31m", recipients: 3))
        tally.add(
            SurveyResult(
                domain: "b.example", outcome: .verified, ruling: .accept, would: nil, lasting: .accept, code: nil,
                host: "mx", cause: "", isDegraded: true, hazards: [], mxSecurity: .secure, recipients: 97, elapsed: nil)
        )
        // Exempt by policy: broken, and not refused.
        tally.add(
            SurveyResult(
                domain: "c.example", outcome: .tlsaInvalid, ruling: .accept, would: .tempfail, lasting: .accept,
                code: "4.7.323", host: "mx", cause: "", isDegraded: false, hazards: [], mxSecurity: .secure,
                recipients: 1, elapsed: nil))
        #expect(tally.refused == 1 && tally.deferred.recipients == 3 && tally.rejectedLasting.destinations == 1)
        #expect(tally.broken.destinations == 2 && tally.degraded.recipients == 97)
        var counts = SurveyCounts()
        counts.junk = 2
        let summary = SurveySummary(tally: tally, counts: counts, judged: 3, elapsed: .seconds(2))
        #expect(summary.text.contains("3 destinations with 101 recipients; 3 judged in 2s (1.5/s)"))
        #expect(summary.text.contains("mx.a.example: tlsa-invalid, x?[31m"))
        #expect(summary.text.unicodeScalars.allSatisfy { $0 == "\n" || (0x20...0x7E).contains($0.value) })
        #expect(summary.text.contains("33.3 %") && summary.text.contains("2 lines"))
        #expect(
            summary.text.contains("\n  3 recipients in 1 destination would be lost at mx.a.example: tlsa-invalid, "))
        #expect(summary.text.contains("\n  1 recipient in 1 destination would be lost at mx: tlsa-invalid, "))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(summary.json.utf8)) as? [String: Any])
        #expect(object["recipients"] as? Int == 101 && object["junk_lines"] as? Int == 2)
        #expect((object["outcomes"] as? [String: [String: Int]])?["tlsa-invalid"]?["destinations"] == 2)
    }

    @Test(arguments: [0, 1, 2, 10, 20, 40, 60, 80, 200])
    func theProgressFits(width: Int) {
        var snapshot = SurveyProgress.Snapshot(done: 1234, total: 5000, refused: 7, rate: 512.4)
        let line = snapshot.line(width: width)
        #expect(line.count <= max(0, width - 1))
        if width >= 80 {
            #expect(line.hasPrefix("1234/5000  24.7 %  512/s  ETA 7s  refused 7  ["), "\(line)")
            #expect(line.contains("#.") && line.hasSuffix("]"))
        }
        snapshot.trouble = "no\u{1B}DNS"
        #expect(snapshot.line(width: width).utf8.allSatisfy { (0x20...0x7E).contains($0) })
        if width >= 60 { #expect(snapshot.line(width: width).contains("waiting: no?DNS")) }
        // While nothing is left but doubts, when they are tried again.
        var waiting = SurveyProgress.Snapshot(done: 4997, total: 5000, refused: 7, rate: 2)
        (waiting.doubts, waiting.again) = (3, .now + .milliseconds(11_950))
        if width >= 80 { #expect(waiting.line(width: width).contains("  3 in doubt, again in 12 s  refused 7")) }
        #expect(SurveyProgress.Snapshot.wait(1, .zero) == "1 in doubt, again now")
        let empty = SurveyProgress.Snapshot(done: 0, total: 3).line(width: 80)
        #expect(empty.hasPrefix("0/3  0 %  ETA -  refused 0"))
    }
}
