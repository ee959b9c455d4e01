import RuleMarks
import Testing

@testable import Certificates

/// When two strings of names are one (RFC 5280 §7.1, RFC 4518).
@Suite struct NameComparisonTests {
    /// Both as UTF-8 text.
    @Test(
        .rules("F-71"),
        arguments: [
            ("Acme", "ACME", true), (" Acme  CA ", "acme ca", true), ("Acme CA", "AcmeCA", false), ("", "   ", true),
            ("Acme\tCA", "Acme\r\nCA", true), ("Acme\u{A0}CA", "Acme\u{3000}CA", true), ("Acme", "Acm\u{E9}", false),
            ("Stra\u{DF}e", "STRASSE", true), ("\u{3A3}\u{3A3}", "\u{3C3}\u{3C2}", true), ("\u{130}", "i", false),
            ("\u{131}", "i", false), ("\u{212B}", "\u{E5}", true), ("\u{FF21}cme", "acme", true),
            ("co\u{AD}op", "coop", true), ("zero\u{200B}width", "zerowidth", true), ("e\u{301}", "\u{C9}", true),
            ("a\u{0}b", "ab", true), ("a", "\u{430}", false),
        ])
    func text(_ left: String, _ right: String, _ isSame: Bool) throws {
        let prepared = try [left, right].map { try #require(DirectoryString.prepared(0x0C, Array($0.utf8)[...])) }
        #expect((prepared[0] == prepared[1]) == isSame)
    }

    @Test(
        .rules("F-71"),
        arguments: [
            (UInt8(0x0C), [0xC3, 0x84], "\u{E4}"), (0x14, [0xC4], "\u{E4}"), (0x1E, [0x00, 0xC4], "\u{E4}"),
            (0x1C, [0, 0, 0, 0xC4], "\u{E4}"), (0x13, [0x41], "a"), (0x16, [0x41], "a"), (0x1A, [0x41], "a"),
            (0x0C, [0xC3], nil), (0x0C, [0xED, 0xA0, 0x80], nil), (0x1E, [0x41], nil), (0x1E, [0xD8, 0x00], nil),
            (0x1C, [0, 0x11, 0, 0], nil), (0x1C, [0, 0, 0x41], nil),
        ] as [(UInt8, [UInt8], String?)])
    func typesOfString(_ tag: UInt8, _ bytes: [UInt8], _ expected: String?) {
        #expect(DirectoryString.prepared(tag, bytes[...]).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(
        .rules("D-49"),
        arguments: [
            (UInt8(0x17), "700101000000Z", 0), (0x17, "491231235959Z", 2_524_607_999),
            (0x17, "500101000000Z", -631_152_000),
            (0x18, "19700101000000Z", 0), (0x18, "20000229000000Z", 951_782_400),
            (0x18, "99991231235959Z", 253_402_300_799),
            (0x18, "00000101000000Z", -62_167_219_200), (0x17, "000229000000Z", 951_782_400),
            (0x18, "19000229000000Z", nil),
            (0x17, "010229000000Z", nil), (0x17, "700431000000Z", nil), (0x17, "701301000000Z", nil),
            (0x17, "700001000000Z", nil),
            (0x17, "700100000000Z", nil), (0x17, "700101240000Z", nil), (0x17, "700101006000Z", nil),
            (0x17, "700101000060Z", nil),
            (0x17, "7001010000Z", nil), (0x17, "700101000000", nil), (0x17, "7001010000000", nil),
            (0x17, "700101000000z", nil),
            (0x17, "70010100000+0", nil), (0x17, "70 101000000Z", nil), (0x18, "700101000000Z", nil),
            (0x17, "19700101000000Z", nil), (0x18, "19700101000000.0Z", nil), (0x18, "", nil),
            (0x16, "700101000000Z", nil),
        ] as [(UInt8, String, Int64?)])
    func dates(_ tag: UInt8, _ text: String, _ expected: Int64?) {
        let bytes = [tag, UInt8(text.utf8.count)] + Array(text.utf8)
        var reader = DERReader(bytes[...])
        #expect(reader.next().flatMap(CertificateTime.seconds) == expected)
    }

    @Test func objectIdentifiers() {
        #expect(OID.dotted(OID.emailAddress[...]) == "1.2.840.113549.1.9.1")
        #expect(OID.dotted([0x55, 0x1D, 0x11]) == "2.5.29.17")
        #expect(OID.dotted([0x88, 0x37, 0x03]) == "2.999.3")
        for malformed: [UInt8] in [
            [], [0x80, 0x01], [0x55, 0x81], [0x2A, 0x80, 0x01], [UInt8](repeating: 0xFF, count: 12) + [1],
        ] {
            #expect(OID.dotted(malformed[...]) == nil)
        }
    }
}
