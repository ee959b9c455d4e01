/// Breaks a text into lines at its blanks.
package struct WordWrap {
    /// What happens to a word that is wider than a line.
    package enum LongWord: Sendable {
        /// It stays whole, and its line is too wide. This suits commands and names, which a break would spoil.
        case whole
        /// It is broken anywhere, so no line is too wide.
        case broken
    }

    /// The columns of a line.
    let width: Int
    /// What happens to a word that is wider than a line.
    let longWord: LongWord

    /// Makes one.
    package init(width: Int, longWord: LongWord) {
        self.width = width
        self.longWord = longWord
    }

    /// Returns the lines of a text, at least one. Several blanks between two words become one.
    ///
    /// - Parameters:
    ///   - first: The beginning of the first line.
    ///   - rest: The beginning of the other lines.
    package func lines(of text: some StringProtocol, first: String = "", rest: String = "") -> [String] {
        var lines: [String] = []
        var line = first
        var room = width - TerminalText.columns(first)
        var isEmpty = true
        func end() {
            lines.append(line)
            (line, isEmpty) = (rest, true)
            room = width - TerminalText.columns(rest)
        }
        for word in text.split(separator: " ") {
            var word = word[...]
            var columns = TerminalText.columns(word)
            if !isEmpty, columns + 1 > room { end() }
            while longWord == .broken, columns > room {
                let part = TerminalText.prefix(word, columns: room)
                // A wide character may need more room than the beginning of the line leaves.
                guard !part.isEmpty else { break }
                line += part
                word = word[part.endIndex...]
                columns = TerminalText.columns(word)
                isEmpty = false
                end()
            }
            guard !word.isEmpty else { continue }
            line += isEmpty ? String(word) : " \(word)"
            room -= columns + (isEmpty ? 0 : 1)
            isEmpty = false
        }
        return isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
}
