/// Rows of text in columns that are as wide as their widest cell, with two blanks between them.
package struct TextTable {
    private let rows: [[String]]
    private let leftCount: Int

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - rows: The cells of each row, the titles included.
    ///   - leftCount: How many columns are aligned left. The others, which have numbers, are aligned right.
    package init(_ rows: [[String]], leftAligned leftCount: Int = .max) {
        self.rows = rows
        self.leftCount = leftCount
    }

    /// The lines, each with this text before it. Nothing fills up the last cell of a row if it is aligned left.
    package func lines(indent: String = "") -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.indices.contains(column) ? TerminalText.columns($0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                if column >= leftCount { return TerminalText.padded(cell, to: widths[column], isRight: true) }
                return column == row.count - 1 ? cell : TerminalText.padded(cell, to: widths[column])
            }
            return indent + cells.joined(separator: "  ")
        }
    }
}
