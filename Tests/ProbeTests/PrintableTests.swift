import Testing

@testable import Probe

@Suite("Text of a host is made printable")
struct PrintableTests {
    @Test(arguments: [
        ("220 mx ready", "220 mx ready"), ("a\tb", "a b"), ("a\r\n\u{1B}[31mb", "a???[31mb"), ("grün", "gr??n"),
        ("", ""),
    ])
    func replaces(_ text: String, _ expected: String) { #expect(Printable.text(text.utf8) == expected) }

    @Test(arguments: [199, 200, 201, 100_000])
    func isBounded(_ count: Int) {
        let text = Printable.text(Array(repeating: UInt8(ascii: "x"), count: count))
        #expect(text.utf8.count == min(count, 200))
        #expect(text.hasSuffix("...") == (count > 200))
    }
}
