/// Text for a terminal, in lines that fit it.
struct WrappedText {
    /// The columns of a line.
    let width: Int
    private(set) var lines: [String] = []

    /// Text of so many columns, at least 40.
    init(width: Int) { self.width = max(40, width) }

    /// Adds an empty line, unless there is one or nothing yet.
    mutating func gap() {
        if let last = lines.last, !last.isEmpty { lines.append("") }
    }

    /// Adds a paragraph; its second and further lines are indented alike, behind what the first one begins with.
    mutating func put(_ text: String, after lead: String = "") {
        let indent = String(repeating: " ", count: lead.count)
        var line = lead
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = indent
                isEmpty = true
            }
            line += isEmpty ? String(word) : " \(word)"
            isEmpty = false
        }
        lines.append(line)
    }

    /// Adds a line as it is: a command, which a line break would spoil.
    mutating func putWhole(_ text: String, indent: Int) { lines.append(String(repeating: " ", count: indent) + text) }

    /// The text.
    var text: String { lines.joined(separator: "\n") }
}
