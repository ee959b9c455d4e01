import Foundation

/// The strings in names (RFC 5280 §4.1.2.4), and how they are compared (F-71, RFC 5280 §7.1).
enum DirectoryString {
    /// The longest string that is normalized, in bytes of UTF-8. RFC 5280 limits most attributes to 64 or 128
    /// characters. A stranger's may contain thousands of combining marks, which take long to sort.
    private static let maximumNormalized = 2048

    /// Whether a value with this tag is a string that is compared by its characters. A NumericString, or a value that
    /// is not a string, is compared by its bytes.
    static func isText(_ tag: UInt8) -> Bool {
        // UTF8String, PrintableString, TeletexString, IA5String, VisibleString, UniversalString, BMPString.
        [0x0C, 0x13, 0x14, 0x16, 0x1A, 0x1C, 0x1E].contains(tag)
    }

    /// The characters of a value; nil if its bytes do not fit its type. A TeletexString is read as Latin 1, which is
    /// what existing certificates mean by it.
    static func text(_ tag: UInt8, _ bytes: ArraySlice<UInt8>) -> String? {
        switch tag {
        case 0x0C: return String(validating: bytes, as: UTF8.self)
        case 0x1C: return wide(bytes, size: 4)
        case 0x1E: return wide(bytes, size: 2)
        default: return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        }
    }

    /// Decodes characters of two or four bytes each.
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

    /// The bytes by which a value is compared. Case, blanks and the type of string do not count (F-71, RFC 5280 §7.1,
    /// RFC 4518 §2).
    ///
    /// - Returns: nil if the bytes do not fit the type.
    static func prepared(_ tag: UInt8, _ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        // F-71, RFC 5280 §7.1: the type of string does not count.
        let isSingle = tag != 0x1C && tag != 0x1E
        if isSingle, bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) {
            return collapsed(bytes.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
        }
        guard let text = text(tag, bytes) else { return nil }
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { append(scalar, to: &mapped) }
        // RFC 4518 §2.3: form KC. It may combine two characters into one that has a lower case, so fold again
        // afterwards.
        let whole = String(mapped)
        guard !whole.utf8.allSatisfy({ $0 < 0x80 }), whole.utf8.count <= maximumNormalized else {
            return collapsed(whole.utf8)
        }
        var folded = String.UnicodeScalarView()
        for scalar in whole.precomposedStringWithCompatibilityMapping.unicodeScalars { append(scalar, to: &folded) }
        return collapsed(String(folded).precomposedStringWithCompatibilityMapping.utf8)
    }

    /// Removes control characters and invisible characters, turns white space into a space, and folds case (RFC 4518
    /// §2.2).
    private static func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
        switch scalar.value {
        case 0x09...0x0D, 0x85, 0x20, 0xA0: result.append(" ")
        case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x34F, 0x1806, 0x180B...0x180E, 0x200B...0x200F, 0x202A...0x202E,
            0x2060...0x2063, 0x206A...0x206F, 0xFE00...0xFE0F, 0xFEFF, 0xFFF9...0xFFFC:
            break
        // RFC 3454 B.2 folds some characters without a lower case of their own: sharp s, final sigma, long s.
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

    /// Removes blanks at both ends, and turns several blanks into one (RFC 4518 §2.6.1).
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
