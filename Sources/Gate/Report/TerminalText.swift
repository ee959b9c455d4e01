/// What may reach a terminal of what others have said.
public enum TerminalText {
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
