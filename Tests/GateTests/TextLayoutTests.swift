import Testing

@testable import Reports
@testable import Support

/// Lines and columns of texts.
@Suite struct TextLayoutTests {
    @Test(
        arguments: [
            ("", ["> "]), ("one", ["> one"]), ("one two", ["> one two"]), ("  one   two ", ["> one two"]),
            ("one two three", ["> one two", "- three"]), ("1234567890", ["> 12345678", "- 90"]),
            ("one 1234567890", ["> one", "- 12345678", "- 90"]), ("12345678 x", ["> 12345678", "- x"]),
            ("日本語日本", ["> 日本語日", "- 本"]), ("a 日本語日", ["> a", "- 日本語日"]),
        ] as [(String, [String])])
    func longWordsAreBroken(text: String, lines: [String]) {
        #expect(WordWrap(width: 10, longWord: .broken).lines(of: text, first: "> ", rest: "- ") == lines)
    }

    @Test(
        arguments: [
            ("", ["> "]), ("one two three", ["> one two", "- three"]), ("1234567890", ["> 1234567890"]),
            ("one 1234567890 x", ["> one", "- 1234567890", "- x"]),
        ] as [(String, [String])])
    func longWordsStayWhole(text: String, lines: [String]) {
        #expect(WordWrap(width: 10, longWord: .whole).lines(of: text, first: "> ", rest: "- ") == lines)
    }

    /// A line too narrow for its own beginning must end too.
    @Test(arguments: [0, 1, 2, 3]) func noWidthIsTooSmall(width: Int) {
        let lines = WordWrap(width: width, longWord: .broken).lines(of: "ab 日本", first: ">> ", rest: "-- ")
        #expect(lines.joined().filter { !"->  ".contains($0) } == "ab日本")
    }

    @Test func aLabelStandsBeforeItsValue() {
        #expect(Notice.wrapped("example.org", "  ", label: "Domain:      ") == ["Domain:      example.org"])
        let fits = String(repeating: "a", count: 63)
        #expect(Notice.wrapped(fits, "  ", label: "Domain:      ") == ["Domain:      \(fits)"])
        let long = String(repeating: "a", count: 74)
        #expect(Notice.wrapped(long, "  ", label: "Domain:      ") == ["Domain:", "  \(long)"])
        #expect(Notice.wrapped("  delv example.org MX", "    ") == ["  delv example.org MX"])
    }

    @Test func columnsAreAsWideAsTheirCells() {
        let rows = [["name", "count"], ["日本", "7"], ["a", "12345678"]]
        #expect(TextTable(rows).lines() == ["name  count", "日本  7", "a     12345678"])
        #expect(
            TextTable(rows, leftAligned: 1).lines(indent: "  ")
                == ["  name     count", "  日本         7", "  a     12345678"])
        #expect(TextTable([]).lines() == [])
        #expect(TextTable([["a", "b"], ["long"]]).lines() == ["a     b", "long"])
    }

    @Test(arguments: [("ab", 4, "ab  ", "  ab"), ("日", 4, "日  ", "  日"), ("abcde", 4, "abcde", "abcde")])
    func blanksFillUp(text: String, width: Int, left: String, right: String) {
        #expect(TerminalText.padded(text, to: width) == left)
        #expect(TerminalText.padded(text, to: width, isRight: true) == right)
    }

    @Test(
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 5, "ab..."), ("abcdef", 3, "..."), ("abcdef", 0, "..."), ("", 0, ""),
        ])
    func textsAreCut(text: String, limit: Int, cut: String) {
        #expect(BoundedText.of(text, limit) == cut)
        #expect(BoundedText.of(Array(text.utf8), limit) == Array(cut.utf8))
    }

    @Test(arguments: [("\t a b \t", "a b"), ("", ""), (" ", ""), ("a", "a"), ("\u{A0}a ", "\u{A0}a")])
    func blanksAreTrimmed(text: String, trimmed: String) { #expect(text.trimmingBlanks() == trimmed) }

    @Test func someCharactersAreTrimmed() {
        #expect("<<a<b>>".trimming("<>") == "a<b" && "<>".trimming("<>").isEmpty)
        #expect("xay".dropFirst().trimming("y") == "a")
    }
}
