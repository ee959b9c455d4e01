import Glibc

/// What may reach a terminal of what others have said.
public enum TerminalText {
    /// Whether standard output takes letters beyond ASCII. A terminal does if the locale is one of UTF-8; a pipe or a
    /// file does anyway.
    static let takesUnicode: Bool = {
        guard isatty(STDOUT_FILENO) == 1 else { return true }
        // The first that is set and not empty counts (POSIX.1-2017 8.2).
        let names: [String] = ["LC_ALL", "LC_CTYPE", "LANG"]
        let locale = names.lazy.compactMap { name in getenv(name).map { String(cString: $0) } }.first { !$0.isEmpty }
        return isUnicode(locale: locale ?? "")
    }()

    /// Whether a locale's characters are UTF-8: `de_DE.UTF-8`, `C.utf8`.
    static func isUnicode(locale: String) -> Bool {
        guard let dot = locale.firstIndex(of: ".") else { return false }
        let codeset = locale[locale.index(after: dot)...].prefix { $0 != "@" }.lowercased()
        return codeset == "utf-8" || codeset == "utf8"
    }

    /// A line with `?` in the place of what is not visible, and of what standard output does not take.
    public static func line(_ text: String) -> String { line(text, takesUnicode: takesUnicode) }

    /// The same for an output of which it is known what it takes.
    static func line(_ text: String, takesUnicode: Bool) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { isVisible($0) && (takesUnicode || $0.isASCII) ? $0 : "?" }))
    }

    /// Whether a scalar is shown and does nothing else: no control character (C0, DEL, C1), no format character (those
    /// that turn the direction of text, or cannot be seen), no line or paragraph separator, nothing without a meaning.
    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// A line of JSON with what is not visible written as `\\uXXXX`: the same value.
    ///
    /// - Parameter line: JSON that has been read: what is not ASCII stands in strings.
    public static func json(_ line: String) -> String {
        var text = ""
        for scalar in line.unicodeScalars {
            guard !isVisible(scalar) else {
                text.unicodeScalars.append(scalar)
                continue
            }
            // Between values, where nothing else of the kind is JSON.
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
