import Foundation

/// The strings that names are made of (RFC 5280 §4.1.2.4), and when two of them are the same (§7.1).
enum DirectoryString {
    /// The longest string that is normalized, in bytes of UTF-8. RFC 5280 bounds most attributes by 64 or 128
    /// characters; a stranger's may have thousands of marks that are to be put in order.
    private static let maximumNormalized = 2048

    /// Whether a value with this tag is a string of characters that can be compared as such. A NumericString, and what
    /// is no string at all, is compared by its bytes.
    static func isText(_ tag: UInt8) -> Bool {
        // UTF8String, PrintableString, TeletexString, IA5String, VisibleString, UniversalString, BMPString.
        [0x0C, 0x13, 0x14, 0x16, 0x1A, 0x1C, 0x1E].contains(tag)
    }

    /// The characters of a value; nil if its bytes are not of its type. A TeletexString is read as Latin 1, which those
    /// that there are mean by it.
    static func text(_ tag: UInt8, _ bytes: ArraySlice<UInt8>) -> String? {
        switch tag {
        case 0x0C: return String(validating: bytes, as: UTF8.self)
        case 0x1C: return wide(bytes, size: 4)
        case 0x1E: return wide(bytes, size: 2)
        default: return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        }
    }

    /// Characters of two bytes each, or of four.
    private static func wide(_ bytes: ArraySlice<UInt8>, size: Int) -> String? {
        guard bytes.count % size == 0 else { return nil }
        var scalars = String.UnicodeScalarView()
        var rest = bytes
        while !rest.isEmpty {
            let number = rest.prefix(size).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let scalar = Unicode.Scalar(number) else { return nil }
            scalars.append(scalar)
            rest = rest.dropFirst(size)
        }
        return String(scalars)
    }

    /// What a value is compared by: two are the same if this is (RFC 5280 §7.1, RFC 4518 §2: case, blanks and the type
    /// of string do not count). Nil if its bytes are not of its type.
    static func prepared(_ tag: UInt8, _ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        let isSingle = tag != 0x1C && tag != 0x1E
        if isSingle, bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) {
            return collapsed(bytes.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
        }
        guard let text = text(tag, bytes) else { return nil }
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { append(scalar, to: &mapped) }
        // RFC 4518 §2.3: form KC; by it two characters may become one of which there is a small one.
        let whole = String(mapped)
        guard !whole.utf8.allSatisfy({ $0 < 0x80 }), whole.utf8.count <= maximumNormalized else {
            return collapsed(whole.utf8)
        }
        var folded = String.UnicodeScalarView()
        for scalar in whole.precomposedStringWithCompatibilityMapping.unicodeScalars { append(scalar, to: &folded) }
        return collapsed(String(folded).precomposedStringWithCompatibilityMapping.utf8)
    }

    /// RFC 4518 §2.2: control characters and what is not seen go, whatever is blank becomes a space, and case is
    /// folded.
    private static func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        switch scalar.value {
        case 0x09...0x0D, 0x85, 0x20, 0xA0: result.append(" ")
        case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x34F, 0x1806, 0x180B...0x180E, 0x200B...0x200F, 0x202A...0x202E,
            0x2060...0x2063, 0x206A...0x206F, 0xFE00...0xFE0F, 0xFEFF, 0xFFF9...0xFFFC:
            break
        // RFC 3454 B.2 folds what has no other small letter: sharp s, final sigma, long s.
        case 0xDF, 0x1E9E: result.append(contentsOf: "ss".unicodeScalars)
        case 0x3C2: result.append("\u{3C3}")
        case 0x17F: result.append("s")
        default:
            switch scalar.properties.generalCategory {
            case .spaceSeparator, .lineSeparator, .paragraphSeparator: result.append(" ")
            default: result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
    }

    /// RFC 4518 §2.6.1: blanks at the ends do not count, and several are as good as one.
    private static func collapsed(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var isBlank = false
        for byte in bytes {
            if byte == 0x20 {
                isBlank = !result.isEmpty
            } else {
                if isBlank { result.append(0x20) }
                isBlank = false
                result.append(byte)
            }
        }
        return result
    }
}
