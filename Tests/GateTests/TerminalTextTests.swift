import Foundation
import Testing

@testable import Gate

/// What others say does nothing to a terminal.
@Suite struct TerminalTextTests {
    @Test(
        arguments: [
            "\u{1B}[2J", "\u{7F}", "\u{80}", "\u{9B}31m", "\u{9D}0;title\u{9C}", "\u{200B}", "\u{200E}", "\u{200F}",
            "\u{202A}",
            "\u{202E}", "\u{2028}", "\u{2029}", "\u{2066}", "\u{2069}", "\u{061C}", "\u{FEFF}", "\u{E0041}", "\u{E000}",
            "\u{00AD}", "\u{180E}", "\u{3164}",
        ])
    func whatCannotBeSeenIsNotPrinted(text: String) throws {
        let hidden = try #require(text.unicodeScalars.first)
        let shown = TerminalText.line("a\(text)b")
        #expect(!shown.unicodeScalars.contains(hidden) && shown.hasPrefix("a?") && shown.hasSuffix("b"))
        // The same value, for whoever reads the JSON.
        guard hidden.value >= 0x20 else { return }
        let json = TerminalText.json("{\"a\": \"\(text)\"}")
        #expect(!json.unicodeScalars.contains(hidden))
        #expect(try JSONDecoder().decode([String: String].self, from: Data(json.utf8)) == ["a": text])
    }

    @Test(arguments: ["bücher", "日本語", "a b", "ß€", "😀", "עברית"]) func whatIsTextStays(text: String) {
        #expect(TerminalText.line(text) == text && TerminalText.json(text) == text)
    }

    @Test(arguments: [
        ("de_DE.UTF-8", true), ("C.utf8", true), ("C.UTF-8", true), ("sr_RS.UTF-8@latin", true), ("en_US.utf-8", true),
        ("C", false), ("POSIX", false), ("", false), ("de_DE.ISO-8859-1", false), ("de_DE@euro", false),
        ("UTF-8", false),
        ("ja_JP.eucJP", false), (".", false),
    ])
    func theLocaleSaysWhatATerminalTakes(locale: String, isUnicode: Bool) {
        #expect(TerminalText.isUnicode(locale: locale) == isUnicode)
    }

    @Test func aTerminalOfAnotherCharacterSetIsSparedLetters() {
        #expect(TerminalText.line("bücher\u{202E}\u{1B}", takesUnicode: false) == "b?cher??")
        #expect(TerminalText.line("bücher\u{202E}\u{1B}", takesUnicode: true) == "bücher??")
    }
}
