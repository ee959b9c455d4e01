/// Reads the numbers of RESP. Only its own forms are numbers: no blanks, no other base, no plus before a length.
enum RESPNumber {
    /// A length or count; nil unless it is of one to nine digits, which are more than any limit.
    static func length(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(text.count), text.allSatisfy(isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// An integer of 64 bits.
    static func integer(_ text: ArraySlice<UInt8>) -> Int64? {
        guard text.count <= 20, isInteger(text) else { return nil }
        return Int64(String(decoding: text, as: UTF8.self))
    }

    /// Whether the text is a number without a fraction, of any size.
    static func isInteger(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.first.map(isSign) == true ? text.dropFirst() : text
        return !digits.isEmpty && digits.allSatisfy(isDigit)
    }

    /// A number with a fraction or an exponent, `inf`, `-inf` or `nan`.
    static func double(_ text: ArraySlice<UInt8>) -> Double? {
        guard (1...400).contains(text.count) else { return nil }
        let word = String(decoding: text, as: UTF8.self)
        switch word {
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        case "nan", "-nan": return .nan
        default:
            let isPlain = text.allSatisfy { isDigit($0) || isSign($0) || ".eE".utf8.contains($0) }
            // A number that is too large for a double is an infinity there, and is none here.
            return isPlain ? Double(word).flatMap { $0.isFinite ? $0 : nil } : nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }
}
