/// Words for the shell of another host, whichever it is.
enum ShellWord {
    /// Returns a word so that sh, bash, zsh, csh and fish read it as this one word and do nothing else with it. A blank
    /// takes the place of a control character: none of the words has a use for one, and csh ends a line there.
    static func quoted(_ word: String) -> String {
        guard word.isEmpty || !word.utf8.allSatisfy(isPlain) else { return word }
        var text = "'"
        for scalar in word.unicodeScalars {
            switch scalar {
            // Within quotes fish knows `\` as well, and csh knows `!`; outside of them all read these three alike.
            case "'", "\\", "!": text += "'\\\(scalar)'"
            default: text.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
            }
        }
        return text + "'"
    }

    /// Whether a byte means itself in every shell, wherever it stands.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-_./:@,+".utf8.contains(byte)
        }
    }
}
