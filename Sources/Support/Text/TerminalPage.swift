import Glibc

/// The place that a text is laid out for: how many columns and lines it has, and whether it shows colours.
public struct TerminalPage: Sendable {
    /// The columns of a line; nil where a line may be of any length.
    public let width: Int?
    /// The lines that are seen at once; nil where there may be any number.
    public let height: Int?
    /// Whether colours are shown.
    public let hasColour: Bool

    /// A place without bounds or colours: a file, or a program that reads.
    public static let endless = TerminalPage(width: nil, height: nil, hasColour: false)

    /// A place; it has 40 columns and 10 lines at least.
    public init(width: Int?, height: Int?, hasColour: Bool) {
        self.width = width.map { max(40, $0) }
        self.height = height.map { max(10, $0) }
        self.hasColour = hasColour
    }

    /// A colour, as the terminal's own theme has it.
    package enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case bold = "1"
    }

    /// A text in a colour, if there are any (ECMA-48 §8.3.117, select graphic rendition).
    package func coloured(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A text in lines that fit: broken at blanks, a word that is wider than a line anywhere.
    ///
    /// - Parameters:
    ///   - first: What the first line begins with.
    ///   - rest: What the others begin with.
    package func wrapped(_ text: String, first: String, rest: String) -> [String] {
        guard let width else { return [first + text] }
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
            while columns > room {
                let part = TerminalText.prefix(word, columns: room)
                // A letter may be wider than what little room the beginning of the line leaves.
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
