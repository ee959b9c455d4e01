/// Text for a terminal, in lines that fit it.
package struct WrappedText {
    /// The columns of a line.
    let width: Int
    private(set) var lines: [String] = []

    /// Text of so many columns, at least 40.
    package init(width: Int) { self.width = max(40, width) }

    /// Adds an empty line, unless there is one or nothing yet.
    package mutating func gap() {
        if let last = lines.last, !last.isEmpty { lines.append("") }
    }

    /// Adds a paragraph; its second and further lines are indented alike, behind what the first one begins with.
    package mutating func put(_ text: String, after lead: String = "") {
        let indent = String(repeating: " ", count: TerminalText.columns(lead))
        lines += WordWrap(width: width, longWord: .whole).lines(of: text, first: lead, rest: indent)
    }

    /// Adds a line as it is: a command, which a line break would spoil.
    package mutating func putWhole(_ text: String, indent: Int) {
        lines.append(String(repeating: " ", count: indent) + text)
    }

    /// The text.
    package var text: String { lines.joined(separator: "\n") }
}
