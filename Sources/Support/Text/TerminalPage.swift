import Glibc

/// A terminal or file that a text is laid out for: its columns and lines, and whether it shows colours.
public struct TerminalPage: Sendable {
    /// The columns of a line; nil if a line may be of any length.
    public let width: Int?
    /// The lines that are visible at once; nil if there may be any number.
    public let height: Int?
    /// Whether colours are shown.
    public let hasColour: Bool

    /// A page without bounds or colours, for a file or for a program that reads the text.
    public static let endless = TerminalPage(width: nil, height: nil, hasColour: false)

    /// Makes a page. It has at least 40 columns and 10 lines.
    public init(width: Int?, height: Int?, hasColour: Bool) {
        self.width = width.map { max(40, $0) }
        self.height = height.map { max(10, $0) }
        self.hasColour = hasColour
    }

    /// A colour. The terminal's own theme decides how it looks.
    package enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case bold = "1"
    }

    /// Returns a text in a colour, if the page has any (ECMA-48 §8.3.117, select graphic rendition).
    package func coloured(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Returns a text in lines that fit. It is broken at blanks, and anywhere within a word that is wider than a line.
    ///
    /// - Parameters:
    ///   - first: The beginning of the first line.
    ///   - rest: The beginning of the other lines.
    package func wrapped(_ text: String, first: String, rest: String) -> [String] {
        guard let width else { return [first + text] }
        return WordWrap(width: width, longWord: .broken).lines(of: text, first: first, rest: rest)
    }
}
