import DANE
import RuleMarks
import Testing

@testable import Certificates

/// Presented against reference names under DANE-TA (RFC 7672 §3.2).
@Suite struct NameTests {
    @Test(
        .rules("D-57", "D-58", "I-02"),
        arguments: [
            ("leaf", "mx.example.com", true), ("leaf", "MX.Example.COM.", true), ("leaf", "example.com", false),
            ("leaf", "a.mx.example.com", false), ("leaf", ".", false),
            ("leaf-upper", "mx.example.com", true),
            ("leaf-idn", "xn--bcher-kva.example", true),
            // D-57: the common name counts only if there is no DNS name, be it a bad one.
            ("leaf-other", "mx.example.com", false), ("leaf-other", "third.example", true),
            ("leaf-cn", "mx.example.com", true), ("leaf-cn", "other.example.com", false),
            ("leaf-cn-address", "mx.example.com", true), ("leaf-cn-address", "192.0.2.1", false),
            ("leaf-cn-wildcard", "mx.example.com", true), ("leaf-bad-name", "mx.example.com", false),
            // D-58: the asterisk is one whole label.
            ("leaf-wildcard", "mx.example.com", true), ("leaf-wildcard", "a.b.example.com", false),
            ("leaf-wildcard", "example.com", false), ("leaf-wildcard", "mx.example.org", false),
            ("leaf-partial", "mx.example.com", false), ("leaf-partial", "mx1.example.com", false),
        ])
    func certificates(_ leaf: String, _ reference: String, _ isMatch: Bool) throws {
        let name = try #require(DomainName(reference))
        let judgement = Fixture.judge("\(leaf) i2", ["2 1 1 i2"], names: [name])
        #expect(judgement.finding == (isMatch ? .authenticated(record: 0, depth: 1) : .nameMismatch))
    }

    @Test(
        .rules("D-58", "I-02"),
        arguments: [
            ("mx.example.com", "mx.example.com", true), ("*.example.com", "xn--a.example.com", true),
            ("*.example.com", "_a.example.com", true), ("*.Example.Com", "mx.example.com", true),
            ("*.com", "example.com", false), ("*", "com", false), ("*.", "com", false), ("*.*.com", "a.b.com", false),
            ("*.*.example.com", "a.b.example.com", false), ("a.*.example.com", "a.b.example.com", false),
            ("mx*.example.com", "mx1.example.com", false), ("*x.example.com", "mx.example.com", false),
            ("m*x.example.com", "mxx.example.com", false), ("**.example.com", "mx.example.com", false),
            ("xn--*.example.com", "xn--a.example.com", false), ("*.example.com.", "mx.example.com", false),
            ("mx.example.com.", "mx.example.com", false), ("mx.example.com\0", "mx.example.com", false),
            ("mx.example.com\0.evil.example", "mx.example.com", false), (" mx.example.com", "mx.example.com", false),
            ("", "mx.example.com", false), (".", "mx.example.com", false), (".example.com", "mx.example.com", false),
            ("..example.com", "mx.example.com", false), ("MÜ.example.com", "xn--m-xha.example.com", false),
        ])
    func presentedNames(_ presented: String, _ reference: String, _ isMatch: Bool) throws {
        let name = try #require(DomainName(reference))
        #expect((PresentedNames.Name(Array(presented.utf8))?.matches(name) ?? false) == isMatch)
    }

    @Test func bytesThatAreNoTextOrTooLongAreNoName() {
        #expect(PresentedNames.Name([0xFF, 0xFE]) == nil)
        #expect(PresentedNames.Name([UInt8](repeating: 0x61, count: 64)) == nil)
        #expect(PresentedNames.Name([UInt8](repeating: 0x61, count: 100_000)) == nil)
        let long = Array(String(repeating: "abcdefg.", count: 32).dropLast().utf8)
        #expect(long.count == 255)
        #expect(PresentedNames.Name(long) == nil)
    }

    @Test(.rules("D-54")) func anyReferenceNameSuffices() {
        let names = ["a.example", "b.example", "mx.example.com"].compactMap { DomainName($0) }
        let judgement = Fixture.judge("leaf i2", ["2 1 1 i2"], names: names)
        #expect(judgement.finding == .authenticated(record: 0, depth: 1))
        #expect(judgement.records[0].explanation == "the chain to depth 1 verifies for mx.example.com")
    }

    @Test func withoutReferenceNamesNothingMatches() {
        #expect(Fixture.judge("leaf i2", ["2 1 1 i2"], names: []).finding == .nameMismatch)
    }

    @Test(
        .rules("I-01"),
        arguments: [
            ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.Example.", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("straße.example", "xn--strae-oqa.example"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"), ("mx_1.Example", "mx_1.example"), ("ｅｘａｍｐｌｅ.com", "example.com"),
            ("", nil), ("a b.example", nil), ("ü\0.example", nil), ("\u{202E}ü.example", nil), ("ü..example", nil),
            (String(repeating: "ü", count: 600), nil), (String(repeating: "ü", count: 60) + ".example", nil),
            ("☕.example", nil),
        ])
    func internationalNames(_ text: String, _ expected: String?) {
        #expect(InternationalName.domainName(text)?.text == expected)
    }
}
