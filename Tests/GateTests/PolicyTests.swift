import DANE
import Foundation
import Synchronization
import Testing
import WorldServers

@testable import Policy
@testable import Support

@Suite struct PolicyTests {
    private let text = """
        # who is treated how
        example.org      exempt until=2027-01-31 reason="moving # soon"
        .example.org     monitor
        .mail.example.org require
        bücher.example   enforce  # a U-label
        """

    @Test(
        arguments: [
            ("example.org", Policy.Kind.exempt), ("a.example.org", .monitor), ("a.b.example.org", .monitor),
            ("mail.example.org", .monitor), ("x.mail.example.org", .require), ("xn--bcher-kva.example", .enforce),
            ("example.com", nil), ("org", nil),
        ] as [(DomainName, Policy.Kind?)])
    func theMostSpecificLineWins(domain: DomainName, kind: Policy.Kind?) throws {
        #expect(try PolicyTable(text: text, path: "p").policy(for: domain, at: 0)?.kind == kind)
    }

    /// 2027-02-01 00:00 UTC is second 1 801 440 000.
    @Test func aPolicyEndsWithItsDay() throws {
        let table = try PolicyTable(text: text, path: "p")
        #expect(table.policy(for: "example.org", at: 1_801_439_999)?.kind == .exempt)
        #expect(table.policy(for: "example.org", at: 1_801_440_000) == nil)
        #expect(table.policy(for: "example.org", at: 0)?.reason == "moving # soon")
    }

    @Test func everyFaultIsNamedWithItsLine() {
        let text =
            "example.org\nexa%mple exempt\na.example exempt until=2027-02-30\nb.example exempt x\nc.example "
            + "exempt\nc.example monitor"
        #expect {
            _ = try PolicyTable(text: text, path: "p")
        } throws: { error in
            (error as? PolicyError)?.sentences.map { String($0.prefix(4)) } == [
                "p:1:", "p:2:", "p:3:", "p:4:", "p:6:",
            ]
        }
    }

    @Test(arguments: [
        ("a.example exempt reason=\"moving", "a quotation mark is not closed"),
        ("a.example exempt reason=\"moving\" soon", "\"soon\" is neither"),
        ("*.a.example exempt", "are written .a.example"),
        ("a.example exempt until=2027-02-30", "until= must be a day"),
        ("a.example exempt until=", "until= must be a day"),
        ("a.example exempt until=2027-01-01 until=2027-01-02", "until= is given twice"),
        ("a.example exempt reason=a reason=b", "reason= is given twice"),
        ("a.example reject", "must be followed by exempt"),
        ("a.example EXEMPT", "must be followed by exempt"), ("192.0.2.1 exempt", "is not a domain name"),
        (". exempt", "is not a domain name"), ("a@b.example exempt", "is not a domain name"),
        ("a.example enforec", "not \"enforec\"; did you mean enforce?"),
        ("a.example Exempt", "not \"Exempt\"; did you mean exempt?"),
        ("exempt a.example", "not \"a.example\"; did you mean \"a.example exempt\"?"),
        (
            "a.example exempt untl=2027-01-01",
            "\"untl=2027-01-01\" is neither until=DATE nor reason=\"...\"; did you mean until=?"
        ),
        ("a@b.example exempt", "policies are of domains: did you mean b.example?"),
        ("a.example exempt reason=\"\u{7}\"", "control character, U+0007"),
        ("a.example\u{C}exempt", "control character, U+000C"),
        ("a.example exempt reason=\"\u{2028}\"", "control character, U+2028"),
        ("a.example exempt r\u{FFFD}", "not UTF-8"),
        ("a.example exempt\nA.Example. monitor", "p:2: a.example stands in line 1 already"),
        (".b\u{FC}cher.example exempt\n.xn--bcher-kva.example monitor", "stands in line 1 already"),
        (
            "a.example nope until=x more",
            "; until= must be a day that there is, like 2027-01-31, not \"x\"; \"more\" is neither"
        ),
        ("a.example exempt reason=\(String(repeating: "x", count: 501))", "more than 500 bytes"),
    ])
    func aFaultHasItsReason(text: String, reason: String) {
        #expect {
            _ = try PolicyTable(text: text, path: "p")
        } throws: { error in
            let sentences = (error as? PolicyError)?.sentences ?? []
            return sentences.count == 1 && sentences[0].contains(reason)
        }
    }

    /// A file of junk has no more sentences than anybody reads.
    @Test func faultsAreBounded() {
        #expect {
            _ = try PolicyTable(text: String(repeating: "junk\n", count: 5000), path: "p")
        } throws: { error in
            let sentences = (error as? PolicyError)?.sentences ?? []
            return sentences.count == 101 && sentences.last == "p: 4900 further lines are at fault."
        }
    }

    /// What kept a changed file from being read may pass without a further change of the file.
    @Test func whatCouldNotBeReadIsTriedAgain() throws {
        let directory = try ScratchDirectory("policy")
        defer { withExtendedLifetime(directory) {} }
        let file = directory.file("policies")
        func put(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }
        try put("a.example exempt")
        let isOut = Mutex(false)
        let book = try PolicyBook(path: file) { path in
            isOut.withLock { $0 }
                ? .failure(.refused("Too many open files", owner: nil)) : ReadableFile.contents(path, limit: 99)
        }
        isOut.withLock { $0 = true }
        try put("a.example monitor")
        let told = (0..<5).map { _ in book.reload() }
        let sentences = told.compactMap { if case .failure(let faults) = $0 { faults.sentences } else { nil } }
        #expect(sentences == [["\(file): it cannot be read (Too many open files)."]], "once")
        #expect(book.table.policy(for: "a.example", at: 0)?.kind == .exempt && book.status.fault != nil)
        isOut.withLock { $0 = false }
        #expect(try book.reload()?.get() == 1)
        #expect(book.table.policy(for: "a.example", at: 0)?.kind == .monitor && book.status.fault == nil)
        #expect(book.reload() == nil)
    }

    /// An expired line gives way to the next specific one.
    @Test func anExpiredLineGivesWay() throws {
        let text = "a.b.example require until=2027-01-31\n.b.example monitor until=2027-02-28\n.example enforce"
        let table = try PolicyTable(text: text, path: "p")
        let kinds = [0, 1_801_440_000, 1_803_859_200].map { table.policy(for: "a.b.example", at: $0)?.kind }
        #expect(kinds == [.require, .monitor, .enforce])
        #expect(table.lines(for: "a.b.example").map(\.policy.line) == [1, 2, 3])
    }

    /// What the fuzzing found: a name that IDNA makes anew was quoted as it stood, and a hint was no ASCII.
    @Test(arguments: [
        "example.org exempt\n\u{FEFF}example.org exempt", "example.org exempt x", "a\u{1B}b exempt",
        "\u{202E}x exempt x=\u{7F}", "example.org exempt until=\u{85}",
    ])
    func faultsAreLinesOfPrintableASCII(text: String) {
        #expect {
            _ = try PolicyTable(text: text, path: "p")
        } throws: { error in
            let sentences = (error as? PolicyError)?.sentences ?? []
            return !sentences.isEmpty && sentences.joined().utf8.allSatisfy { (0x20...0x7E).contains($0) }
        }
    }

    @Test(
        arguments: [("1970-01-01", 86400), ("2000-02-29", 951_868_800), ("2026-12-31", 1_798_761_600)]
            as [(String, Int64)])
    func daysAreCounted(text: String, end: Int64) { #expect(CalendarDate.endOfDay(text) == end) }

    @Test(arguments: ["2027-2-1", "2027-13-01", "1999-02-29", "2027-00-10", "1969-12-31", "x", "2027-01-01-01"])
    func otherDaysThereAreNot(text: String) { #expect(CalendarDate.endOfDay(text) == nil) }
}
