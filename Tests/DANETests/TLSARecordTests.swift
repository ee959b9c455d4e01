import DANE
import RuleMarks
import Testing

@Suite struct TLSARecordTests {
    @Test(
        .rules("T-01"),
        arguments: [
            ([], true, 255, 255, 255, 0), ([3], true, 255, 255, 255, 1), ([3, 1], true, 255, 255, 255, 2),
            ([3, 1, 1], false, 3, 1, 1, 0), ([3, 1, 1, 9], false, 3, 1, 1, 1),
            ([255, 254, 253, 0, 0], false, 255, 254, 253, 2),
        ] as [([UInt8], Bool, UInt8, UInt8, UInt8, Int)])
    func rdata(_ rdata: [UInt8], _ isTruncated: Bool, _ usage: UInt8, _ selector: UInt8, _ type: UInt8, _ length: Int) {
        for record in [TLSARecord(rdata: rdata), TLSARecord(rdata: ([7] + rdata)[1...])] {
            #expect(record.isTruncated == isTruncated)
            #expect([record.usage, record.selector, record.matchingType] == [usage, selector, type])
            #expect(record.data.count == length)
        }
    }

    /// As Postfix 3.7.11 was seen to behave: it panics on usages 2 and 3 without data, and on nothing else.
    @Test(
        arguments: [
            ([3, 1, 1], true), ([2, 0, 0], true), ([3, 9, 9], true), ([0, 1, 1], false), ([1, 1, 1], false),
            ([4, 1, 1], false), ([255, 255, 255], false), ([], false), ([3], false), ([3, 1], false),
            ([3, 1, 1, 0], false),
        ] as [([UInt8], Bool)])
    func whatCrashesPostfixIsAHazard(_ rdata: [UInt8], _ isHazard: Bool) {
        #expect(TLSARecord(rdata: rdata).isHazard == isHazard)
    }

    /// RFC 6698 §2.2 and RFC 7218 §2.
    @Test(
        .rules("T-02", "T-03"),
        arguments: [
            ("3 1 1 AB cd", [3, 1, 1, 0xAB, 0xCD]), ("DANE-EE SPKI SHA2-256 abcd", [3, 1, 1, 0xAB, 0xCD]),
            ("dane-ta cert full 00", [2, 0, 0, 0]), ("PKIX-TA Cert SHA2-512 ff", [0, 0, 2, 0xFF]),
            ("pkix-ee spki sha2-512 ff", [1, 1, 2, 0xFF]), ("PrivCert PrivSel PrivMatch 01", [255, 255, 255, 1]),
            ("3 SPKI 1 a b c d", [3, 1, 1, 0xAB, 0xCD]), ("  3\t1\n1  abc   d  ", [3, 1, 1, 0xAB, 0xCD]),
            ("255 254 253 00", [255, 254, 253, 0]), ("003 01 1 00", [3, 1, 1, 0]), ("3 1 1", [3, 1, 1]),
            ("3 1 1 ", [3, 1, 1]), ("3 1 1 ( AB\n cd ) ; of 2026", [3, 1, 1, 0xAB, 0xCD]), ("3 1 1 00;", [3, 1, 1, 0]),
            ("3 1 1 ( ab ; the first half\r\n cd ; the second\n )", [3, 1, 1, 0xAB, 0xCD]),
            ("\\# 5 0301 01abcd", [3, 1, 1, 0xAB, 0xCD]), ("\\# 0", []), ("\\# 1 03", [3]),
        ] as [(String, [UInt8])])
    func presentation(_ text: String, _ rdata: [UInt8]) {
        #expect(TLSARecord(presentation: text) == TLSARecord(rdata: rdata))
    }

    @Test(
        .rules("T-03"),
        arguments: [
            "", "3", "3 1", "3 1 abcd", "; 3 1 1 00", "\\# 4 030101", "\\# -3 030101", "\\#", "\\# 3", "256 1 1 00",
            "-1 1 1 00", "+3 1 1 00", "3 1 1 0", "3 1 1 abc", "3 1 1 xx",
            "3 1 1 0x00",
            "x 1 1 00", "SPKI SPKI SHA2-256 00", "3 Full 1 00", "3 1 SHA1 00",
            "DANE EE 1 1 00",
            "3 1 1 ００", "３ 1 1 00", "٣ 1 1 00", "3 1 1 0\0", "99999999999999999999 1 1 00", "3,1,1,00", "3 1 1 \"00\"",
            "³ 1 1 00",
            "3 1 1 é", "3.0 1 1 00",
        ])
    func noPresentation(_ text: String) {
        #expect(TLSARecord(presentation: text) == nil)
    }

    @Test func presentationGoesBothWays() {
        for usage: UInt8 in 0...255 {
            let record = TLSARecord(
                usage: usage, selector: 255 - usage, matchingType: usage, data: [usage, 0x0A, 0xFF])
            #expect(TLSARecord(presentation: record.presentation) == record)
        }
        #expect(TLSARecord(rdata: [3, 1, 1, 0x0A, 0xFF]).presentation == "3 1 1 0aff")
    }

    /// RFC 3597 §5: `\#`, the length, the bytes.
    @Test(arguments: [([3, 1], "\\# 2 0301"), ([3], "\\# 1 03"), ([], "\\# 0")] as [([UInt8], String)])
    func truncatedRecordsAreWrittenAsUnknownTypes(_ rdata: [UInt8], _ text: String) {
        #expect(TLSARecord(rdata: rdata).presentation == text)
    }

    @Test func noDataLeavesNoBlank() {
        #expect(TLSARecord(rdata: [3, 1, 1]).presentation == "3 1 1")
    }

    @Test(
        .rules("T-02"),
        arguments: [
            ([3, 1, 1], "DANE-EE(3) SPKI(1) SHA2-256(1)"), ([2, 0, 0], "DANE-TA(2) Cert(0) Full(0)"),
            ([0, 0, 2], "PKIX-TA(0) Cert(0) SHA2-512(2)"), ([1, 1, 3], "PKIX-EE(1) SPKI(1) 3"),
            ([255, 255, 255], "PrivCert(255) PrivSel(255) PrivMatch(255)"), ([4, 2, 9], "4 2 9"),
        ] as [([UInt8], String)])
    func names(_ rdata: [UInt8], _ names: String) {
        #expect(TLSARecord(rdata: rdata).names == names)
    }

    @Test func hexadecimalDigits() {
        #expect(([] as [UInt8]).hexadecimal == "")
        #expect((0...255 as ClosedRange<UInt8>).hexadecimal.utf8.count == 512)
        #expect(([0, 0x0F, 0xF0, 0xFF] as [UInt8]).hexadecimal == "000ff0ff")
    }
}
