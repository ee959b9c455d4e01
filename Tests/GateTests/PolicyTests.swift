import DANE
import Testing

@testable import Gate

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
            "example.org\nexa%mple exempt\na.example exempt until=2027-02-30\nb.example exempt x\nc.example exempt\nc.example monitor"
        #expect {
            _ = try PolicyTable(text: text, path: "p")
        } throws: { error in
            (error as? PolicyTable.Faults)?.sentences.map { String($0.prefix(4)) } == [
                "p:1:", "p:2:", "p:3:", "p:4:", "p:6:",
            ]
        }
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
            let sentences = (error as? PolicyTable.Faults)?.sentences ?? []
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
