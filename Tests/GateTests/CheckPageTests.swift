import DANE
import Foundation
import Probe
import Testing

@testable import Inspection
@testable import Policy
@testable import Reports
@testable import Support

/// What `danegate check` shows on a screen.
@Suite struct CheckPageTests {
    /// A domain with hosts that fail, as long-winded as one likes.
    private static func report(hosts: Int, steps: Int = 3, cause: String = "no record matches") -> CheckReport {
        let verdict = Verdict(outcome: .tlsaInvalid, host: "mx1.d.example", cause: cause)
        let found = (1...hosts).map { number in
            let steps = (1...steps).map { step in
                InspectionStep(
                    kind: step == steps ? .certificate : .address, subject: "mx\(number).d.example",
                    result: step == steps ? .failed : .ok, detail: step == steps ? cause : "192.0.2.\(step)",
                    elapsed: .milliseconds(2))
            }
            return InspectedHost(
                finding: HostFinding(
                    name: "mx\(number).d.example", preference: 10, outcome: .tlsaInvalid, cause: cause,
                    hazards: [], isDegraded: false),
                references: nil, records: [], addresses: [], steps: steps, lifetime: nil)
        }
        let destination = Destination(.domain("d.example"), port: 25)
        let mx = InspectionStep(
            kind: .mx, subject: "d.example", result: .ok, detail: "\(hosts) hosts, secure", elapsed: .milliseconds(3))
        let ruling = Ruling(
            action: .tempfail, would: nil, outcome: .tlsaInvalid,
            code: verdict.outcome.enhancedCode(.persistentTransient),
            failingFor: .zero, hazard: nil)
        return CheckReport(
            domain: "d.example",
            inspection: Inspection(
                destination: destination, verdict: verdict, mxSecurity: .secure, hosts: found,
                steps: [mx] + found.flatMap(\.steps), lifetime: .seconds(60), elapsed: .milliseconds(9)),
            notes: [], verdict: verdict, ruling: ruling,
            reply: ruling.reply(verdict, domain: "d.example", firstSeen: nil, trace: nil, helpURL: nil))
    }

    private static let screen = TerminalPage(width: 80, height: 24, hasColour: false)

    @Test(arguments: [(1, 3), (2, 3), (2, 60), (256, 3), (256, 60)]) func itFitsTheScreen(hosts: Int, steps: Int) {
        let lines = Self.report(hosts: hosts, steps: steps).text(on: Self.screen, isWhole: false)
            .split(separator: "\n")
        #expect(lines.count <= 23 && lines.allSatisfy { TerminalText.columns($0) <= 80 }, "\(lines)")
    }

    /// The ruling and the reply, then what failed, then what to do, then the rest.
    @Test func theAnswerComesFirst() {
        let lines = Self.report(hosts: 3).text(on: .endless, isWhole: false).split(separator: "\n")
        #expect(
            lines[0].hasPrefix(
                "d.example: tlsa-invalid. Ruling: tempfail. Reply: 451 4.7.323 tlsa-invalid: d.example: "))
        #expect(lines[1] == "  FAIL certificate: no record matches (mx1.d.example)")
        #expect(lines[2].hasPrefix("  To do: "))
        #expect(lines[3].hasPrefix("  |- ok   mx: 3 hosts"))
        #expect(lines.last == "  `- FAIL host mx3.d.example, preference 10: tlsa-invalid")
    }

    @Test func allIsThereForWhoeverAsksForIt() {
        let report = Self.report(hosts: 20, steps: 30)
        let whole = report.text(on: Self.screen, isWhole: true)
        for host in 1...20 { #expect(whole.contains("host mx\(host).d.example, preference 10")) }
        #expect(whole.split(separator: "\n").count { $0.contains("ok   address: ") } == 20 * 29)
        #expect(whole.contains("Because no record matches.") && whole.contains("(2.0 ms)"))
        #expect(!report.text(on: Self.screen, isWhole: false).contains("(2.0 ms)"))
    }

    @Test func recordsAreCutInTheMiddle() {
        let data = String(repeating: "0123456789abcdef", count: 4)
        let report = Self.report(hosts: 1, cause: "3 1 1 \(data), 3 1 1 \(data)")
        let short = report.text(on: Self.screen, isWhole: false)
        #expect(short.split(separator: "FAIL certificate: 3 1 1 012345678...89abcdef,").count == 3, "\(short)")
        #expect(report.text(on: .endless, isWhole: true).contains("FAIL certificate: 3 1 1 \(data), 3 1 1 \(data) ("))
    }

    @Test func monitoredMailIsToldAsThat() {
        var report = Self.report(hosts: 1)
        report.exempt = "by me"
        #expect(report.text.contains("Exempt by me."))
    }

    /// Columns are counted, not bytes and not letters.
    @Test(
        arguments: [
            String(repeating: "証明書 ", count: 40), String(repeating: "日本", count: 100),
            String(repeating: "e\u{301}", count: 300), String(repeating: "x", count: 700), "a", "",
        ])
    func widthIsThatOfATerminal(cause: String) {
        for width in [40, 41, 80, 133] {
            let page = TerminalPage(width: width, height: nil, hasColour: true)
            let text = Self.report(hosts: 2, cause: cause).text(on: page, isWhole: true)
            let plain = text.replacing(/\u{1B}\[\d*m/, with: "").split(separator: "\n")
            #expect(plain.allSatisfy { TerminalText.columns($0) <= width }, "\(width): \(plain)")
            // Nothing is lost on the way.
            let letters = plain.joined().filter { cause.contains($0) && !$0.isWhitespace && !$0.isASCII }.count
            #expect(letters >= cause.filter { !$0.isWhitespace && !$0.isASCII }.count)
        }
    }

    @Test func coloursAreOurOwnAlone() {
        let report = Self.report(hosts: 1, cause: "bad \u{1B}[32m words")
        let coloured = report.text(on: TerminalPage(width: 80, height: 24, hasColour: true), isWhole: false)
        #expect(coloured.contains("\u{1B}[31mFAIL\u{1B}[0m certificate: bad ?[32m words"), "\(coloured)")
        #expect(coloured.contains("Ruling: \u{1B}[33mtempfail\u{1B}[0m. "), "\(coloured)")
        #expect(!report.text(on: Self.screen, isWhole: false).contains("\u{1B}"))
        #expect(
            coloured.replacing(/\u{1B}\[\d*m/, with: "") == report.text(on: Self.screen, isWhole: false))
    }

    @Test(arguments: [
        ("3 1 1", 20, "3 1 1"), ("0123456789abcdef0123456789abcdef", 11, "0123...cdef"), ("日本日本日本日本", 9, "日...日本"),
    ]) func whatIsLongIsCutInTheMiddle(text: String, limit: Int, expected: String) {
        #expect(TerminalText.cutInTheMiddle(text, columns: limit) == expected)
    }

    @Test(arguments: [("", 0), ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("ß", 1), ("😀", 2)])
    func columnsAreThoseOfATerminal(text: String, columns: Int) { #expect(TerminalText.columns(text) == columns) }

    @Test func theLineTellsWhatIsWaitedFor() {
        let progress = CheckProgress(of: 2)
        #expect(progress.line(after: .milliseconds(500)).isEmpty)
        #expect(progress.line(after: .seconds(2)) == "| 2s, 0 of 2 domains checked, asking the DNS")
        let address: IPAddress = "192.0.2.1"
        let first = progress.entered(.init(address: address, serverName: "mx.d.example"))
        #expect(progress.line(after: .milliseconds(2250)).hasSuffix(", waiting for mx.d.example [192.0.2.1]"))
        #expect(progress.line(after: .milliseconds(2250)).hasPrefix("/ 2s"))
        let second = progress.entered(.init(address: address, serverName: "b.d.example"))
        #expect(progress.line(after: .seconds(61)).hasSuffix("mx.d.example [192.0.2.1] and 1 more host"))
        progress.left(first)
        progress.end()
        #expect(
            progress.line(after: .seconds(61)).hasSuffix(
                "1m01s, 1 of 2 domains checked, waiting for b.d.example [192.0.2.1]"))
        progress.left(second)
        progress.end()
        #expect(progress.line(after: .seconds(70)).isEmpty)
    }
}
