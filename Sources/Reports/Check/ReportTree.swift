import Inspection
import Support

/// A part of a report, as a tree: each line has its details below it.
struct ReportTree {
    /// The result of what the line tells; nil if it is nothing that could fail.
    var mark: InspectionStep.Result?
    /// The line.
    let text: String
    /// The details.
    var children: [ReportTree] = []

    /// Makes a line with its details.
    init(_ text: String, mark: InspectionStep.Result? = nil, children: [ReportTree] = []) {
        self.mark = mark
        self.text = text
        self.children = children
    }

    /// Returns the lines of some trees that hang from one stem.
    ///
    /// - Parameter lead: The text at the beginning of each line.
    static func lines(_ trees: [ReportTree], lead: String = "  ", on page: TerminalPage) -> [String] {
        trees.enumerated().flatMap { index, tree in
            let isLast = index == trees.count - 1
            let below = lead + (isLast ? "   " : "|  ")
            return tree.line(first: lead + (isLast ? "`- " : "|- "), rest: below, on: page)
                + lines(tree.children, lead: below, on: page)
        }
    }

    /// Returns the line itself, in as many lines as it needs. The further ones stand below its text.
    func line(first: String, rest: String, on page: TerminalPage) -> [String] {
        let text = TerminalText.line(text)
        guard let mark else { return page.wrapped(text, first: first, rest: rest) }
        var lines = page.wrapped(text, first: "\(first)\(mark.word) ", rest: "\(rest)     ")
        // The width is measured without colours, so the colour comes afterwards.
        lines[0] = first + page.coloured(mark.word, mark.colour) + lines[0].dropFirst(first.count + mark.word.count)
        return lines
    }
}

extension InspectionStep.Result {
    /// Four letters before a line.
    fileprivate var word: String {
        switch self {
        case .ok: "ok  "
        case .warning: "note"
        case .failed: "FAIL"
        }
    }

    fileprivate var colour: TerminalPage.Colour {
        switch self {
        case .ok: .green
        case .warning: .yellow
        case .failed: .red
        }
    }
}
