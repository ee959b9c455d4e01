import DANE
import Testing

@Suite struct ReplyTests {
    private static let permanent = EnhancedStatusCode(.permanent, 7, 323)
    private static let transient = EnhancedStatusCode(.persistentTransient, 7, 323)

    @Test(
        arguments: [
            (permanent, 50, "550 5.7.323 text"), (permanent, 56, "556 5.7.323 text"),
            (permanent, 0, "500 5.7.323 text"),
            (permanent, 99, "599 5.7.323 text"), (permanent, 100, "550 5.7.323 text"),
            (permanent, 451, "550 5.7.323 text"),
            (permanent, .max, "550 5.7.323 text"), (transient, 51, "451 4.7.323 text"),
            (transient, 50, "450 4.7.323 text"),
            (transient, 100, "451 4.7.323 text"), (transient, 550, "451 4.7.323 text"),
            (transient, .max, "451 4.7.323 text"),
        ] as [(EnhancedStatusCode, UInt16, String)])
    func bothCodesAreOfOneClass(_ enhanced: EnhancedStatusCode, _ detail: UInt16, _ line: String) {
        #expect(Reply(enhanced, detail: detail, text: "text").description == line)
    }

    @Test(arguments: [
        ("", ""), (" ", ""), ("\r\n", ""), ("a b", "a b"), ("  a   b  ", "a b"), ("a\tb", "a b"), ("a\r\nb", "a b"),
        ("a\r\n.\r\nQUIT\r\n", "a . QUIT"), ("a\rb\nc", "a b c"), ("100%", "100?"), ("%s%n%%", "?s?n??"),
        ("a\0b", "a?b"),
        ("\u{7F}\u{1B}[31m\u{8}", "??[31m?"), ("bücher", "b?cher"), ("e\u{301}", "e?"), ("日本", "??"),
        ("👩‍👩‍👧", "?????"),
        ("\u{A0}a\u{2028}b\u{85}c", "?a?b?c"), ("\u{202E}abc", "?abc"), ("~!\"#$&'()*+,-./", "~!\"#$&'()*+,-./"),
        ("％", "?"), ("\u{B}\u{C}", "??"), ("a \r\n \t b", "a b"),
    ])
    func textIsPrintableASCII(_ text: String, _ expected: String) {
        #expect(Reply(Self.permanent, detail: 50, text: text).text == expected)
    }

    @Test(arguments: [0, 1, 380, 386, 387, 388, 389, 390, 400, 511, 512, 10_000, 3_000_000])
    func theLineIsNeverTooLong(_ length: Int) {
        for unit in ["a", "%", " a", "ü", "a\r\n", "\0", "👩‍👩‍👧"] {
            let reply = Reply(
                Self.permanent, detail: 50, text: String(repeating: unit, count: length / unit.utf8.count))
            let line = Array(reply.description.utf8)
            #expect(line.count <= Reply.maximumLength)
            #expect(line.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "%") })
            #expect(line.last != UInt8(ascii: " "))
        }
    }

    @Test func whatFitsIsNotCutAndWhatDoesNotIsMarked() {
        let room = Reply.maximumLength - "550 5.7.323 ".utf8.count
        let whole = String(repeating: "a", count: room)
        #expect(Reply(Self.permanent, detail: 50, text: whole).text == whole)
        let cut = Reply(Self.permanent, detail: 50, text: whole + "a")
        #expect(cut.text == String(repeating: "a", count: room - 3) + "...")
        #expect(cut.description.utf8.count == Reply.maximumLength)
        // Blanks behind the end do not count.
        #expect(Reply(Self.permanent, detail: 50, text: whole + " \r\n ").text == whole)
        let longest = EnhancedStatusCode(.permanent, 999, 999)
        #expect(Reply(longest, detail: 50, text: whole).description.utf8.count <= Reply.maximumLength)
    }

    @Test func anEmptyTextLeavesNoBlank() {
        #expect(Reply(Self.transient, detail: 51, text: " ").description == "451 4.7.323")
    }

    @Test(
        arguments: [
            (.permanent, 7, 323, "5.7.323"), (.persistentTransient, 0, 0, "4.0.0"), (.permanent, 999, 999, "5.999.999"),
        ] as [(EnhancedStatusCode.Class, UInt16, UInt16, String)])
    func codes(_ class: EnhancedStatusCode.Class, _ subject: UInt16, _ detail: UInt16, _ text: String) {
        #expect(EnhancedStatusCode(`class`, subject, detail).description == text)
    }

    @Test func codesOfMoreThanThreeDigitsAreRefused() async {
        await #expect(processExitsWith: .failure) { _ = EnhancedStatusCode(.permanent, 1000, 0) }
        await #expect(processExitsWith: .failure) { _ = EnhancedStatusCode(.permanent, 0, 1000) }
    }
}
