/// What a report shows below its answer, as a tree: a line each, with what belongs to it.
struct ReportTree {
    /// How what a line tells of went; nil where it tells of nothing that could fail.
    var mark: InspectionStep.Result?
    /// The line.
    let text: String
    /// What belongs to it.
    var children: [ReportTree] = []

    /// A line.
    init(_ text: String, mark: InspectionStep.Result? = nil, children: [ReportTree] = []) {
        self.mark = mark
        self.text = text
        self.children = children
    }

    /// The lines of some trees that hang from one stem.
    ///
    /// - Parameter lead: What each line begins with.
    static func lines(_ trees: [ReportTree], lead: String = "  ", on page: TerminalPage) -> [String] {
        trees.enumerated().flatMap { index, tree in
            let isLast = index == trees.count - 1
            let below = lead + (isLast ? "   " : "|  ")
            return tree.line(first: lead + (isLast ? "`- " : "|- "), rest: below, on: page)
                + lines(tree.children, lead: below, on: page)
        }
    }

    /// The line itself, in as many as it takes; further ones stand below its text.
    func line(first: String, rest: String, on page: TerminalPage) -> [String] {
        let text = TerminalText.line(text)
        guard let mark else { return page.wrapped(text, first: first, rest: rest) }
        var lines = page.wrapped(text, first: "\(first)\(mark.word) ", rest: "\(rest)     ")
        // What was measured has no colour yet.
        lines[0] = first + page.coloured(mark.word, mark.colour) + lines[0].dropFirst(first.count + mark.word.count)
        return lines
    }
}

extension InspectionStep.Result {
    /// Four letters that stand before a line.
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
