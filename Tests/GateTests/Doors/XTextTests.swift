import Testing

@testable import Gate

/// RFC 3461 §4.
@Suite struct XTextTests {
    static let rows: [(text: String, bytes: [UInt8]?)] = [
        ("", []), ("abc", [97, 98, 99]), ("a+2Bb", [97, 43, 98]), ("+2b", [43]), ("+41+42", [65, 66]),
        ("+00", [0]), ("+FF", [255]), ("+ff", [255]), ("+0a", [10]), ("+20", [32]), ("+3D=", [61, 61]),
        ("+", nil), ("+2", nil), ("+2 ", nil), ("+zz", nil), ("+2G", nil), ("+G2", nil), ("++2B", nil), ("a+", nil),
        ("+-1", nil), ("+ 1", nil), ("a b", nil), ("a\tb", nil), ("a\u{7F}", nil), ("a\u{0}", nil),
        ("+2+2B", nil), ("+2B+", nil), ("+x41", nil),
        // An MTA that knows SMTPUTF8 may leave it as it is.
        ("ä", [0xC3, 0xA4]),
    ]

    @Test(arguments: rows.indices) func isDecoded(index: Int) {
        #expect(XText.decode(Array(Self.rows[index].text.utf8)) == Self.rows[index].bytes, "\(Self.rows[index].text)")
    }

    @Test func everyByteHasItsTwoDigits() {
        for byte in UInt8.min...UInt8.max {
            let digits = String(byte, radix: 16)
            let text = "+" + (digits.count == 1 ? "0" : "") + digits
            #expect(XText.decode(Array(text.utf8)) == [byte])
            #expect(XText.decode(Array(text.uppercased().utf8)) == [byte])
        }
    }
}
