import Testing

@testable import Web

/// Forms, from strangers.
@Suite struct FormFieldsTests {
    @Test(
        arguments: [
            ("domain=example.org", "example.org"), ("domain=user%40example.org", "user@example.org"),
            ("domain=+a+b+", "a b"), ("domain=a&domain=b", "a"), ("x=1&domain=a", "a"), ("domain", nil),
            ("domain=", nil),
            ("domain=\u{301}a&x=1", "\u{301}a"), ("x=1\u{6DD}&domain=a", "a"), ("domain=%", "%"), ("domain=%4", "%4"),
            ("domain=%zz", "%zz"), ("domain=%C3%BC", "\u{FC}"),
            ("domain=%FF", "\u{FFFD}"), ("domain=a=b", "a=b"), ("", nil), ("&&&", nil),
        ] as [(String, String?)]) func fieldsAreRead(text: String, domain: String?)
    {
        #expect(FormFields(text)["domain"] == domain)
    }

    @Test func aFormHasABoundedNumberOfFields() {
        let text = (0..<1000).map { "f\($0)=1" }.joined(separator: "&") + "&domain=a"
        #expect(FormFields(text)["domain"] == nil && FormFields(text)["f0"] == "1")
    }

    @Test(arguments: ["example.org", "a b", "\"<>&'", "\u{FC}", "%41", "[mx.example]:25"])
    func whatIsEncodedIsReadAgain(text: String) {
        #expect(FormFields("x=\(FormFields.encoded(text))")["x"] == text)
    }

    @Test(arguments: [(0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT")])
    func datesAreThoseOfHTTP(seconds: Int, text: String) { #expect(PageDate.text(seconds) == text) }
}
