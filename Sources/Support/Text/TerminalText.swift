import Glibc

/// Makes text from others safe for a terminal.
public enum TerminalText {
    /// Whether standard output takes characters beyond ASCII. A terminal does if the locale is a UTF-8 one. A pipe or a
    /// file always does.
    static let takesUnicode: Bool = {
        guard isatty(STDOUT_FILENO) == 1 else { return true }
        // The first variable that is set and not empty decides (POSIX.1-2017 8.2).
        let names: [String] = ["LC_ALL", "LC_CTYPE", "LANG"]
        let locale = names.lazy.compactMap { name in getenv(name).map { String(cString: $0) } }.first { !$0.isEmpty }
        return isUnicode(locale: locale ?? "")
    }()

    /// Whether the characters of a locale are UTF-8: `de_DE.UTF-8`, `C.utf8`.
    static func isUnicode(locale: String) -> Bool {
        guard let dot = locale.firstIndex(of: ".") else { return false }
        let codeset = locale[locale.index(after: dot)...].prefix { $0 != "@" }.lowercased()
        return codeset == "utf-8" || codeset == "utf8"
    }

    /// Returns a line with `?` for each character that is not visible, or that standard output does not take.
    public static func line(_ text: String) -> String { line(text, takesUnicode: takesUnicode) }

    /// Returns the same for an output that is known to take Unicode or not.
    package static func line(_ text: String, takesUnicode: Bool) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { isVisible($0) && (takesUnicode || $0.isASCII) ? $0 : "?" }))
    }

    /// Whether a scalar is visible and has no other effect. It is no control character (C0, DEL, C1), no format
    /// character (these turn the direction of text, or are invisible), no line or paragraph separator, and not
    /// unassigned.
    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// Returns a line of JSON of the same value, with the characters that are not visible written as `\\uXXXX`.
    ///
    /// - Parameter line: Valid JSON, so that all characters beyond ASCII stand in strings.
    public static func json(_ line: String) -> String {
        var text = ""
        for scalar in line.unicodeScalars {
            guard !isVisible(scalar) else {
                text.unicodeScalars.append(scalar)
                continue
            }
            // Between values, JSON allows no other control characters.
            guard scalar.value >= 0x20 else {
                text += " "
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }
}
