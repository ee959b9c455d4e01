import Foundation

/// Recipients of the trace as a table.
public struct TraceTableText: Sendable {
    private struct Column {
        let title: String
        /// The least it is cut down to; nil for what is never cut.
        let least: Int?
        /// Whether it is left out where there is little room; the highest goes first.
        let rank: Int
        /// What it shows of a row, escaped.
        let value: @Sendable (TraceRow) -> String
    }

    private static let columns: [Column] = [
        Column(title: "TIME (UTC)", least: nil, rank: 0) { TraceTime.brief($0.time) },
        Column(title: "RULING", least: nil, rank: 0) { row in
            LogLine.escaped(row.would.map { "(\($0))" } ?? row.ruling)
        },
        Column(title: "CODE", least: nil, rank: 2) { LogLine.escaped($0.code ?? "-") },
        Column(title: "OUTCOME", least: 12, rank: 0) { LogLine.escaped($0.outcome) },
        Column(title: "RECIPIENT", least: 16, rank: 0) { $0.shownRecipient },
        Column(title: "SENDER", least: 12, rank: 4) { $0.shownSender ?? "-" },
        Column(title: "HOST", least: 12, rank: 3) { LogLine.escaped($0.host ?? "-") },
        Column(title: "TRACE", least: nil, rank: 1) { LogLine.escaped($0.trace) },
    ]

    private let width: Int?
    private var widths: [Int?] = []

    /// A table.
    ///
    /// - Parameter width: The most characters of a line; nil for any number.
    public init(width: Int?) { self.width = width }

    /// The lines for some rows. The columns' widths are those of the first rows that were given, so that what follows
    /// fits below.
    ///
    /// - Parameter isFirst: Whether to begin with a line of titles.
    public mutating func lines(_ rows: [TraceRow], isFirst: Bool) -> [String] {
        let cells = rows.map { row in Self.columns.map { $0.value(row) } }
        if widths.isEmpty || isFirst { layOut(cells) }
        return (isFirst ? [line(Self.columns.map(\.title))] : []) + cells.map(line)
    }

    private mutating func layOut(_ cells: [[String]]) {
        var natural: [Int?] = Self.columns.enumerated().map { index, column in
            cells.reduce(column.title.utf8.count) { max($0, $1[index].utf8.count) }
        }
        defer { widths = natural }
        guard let width else { return }
        func total() -> Int { natural.reduce(-1) { $0 + ($1.map { $0 + 1 } ?? 0) } }
        func least() -> Int {
            zip(natural, Self.columns).reduce(-1) { sum, pair in
                sum + (pair.0.map { 1 + min($0, pair.1.least ?? $0) } ?? 0)
            }
        }
        while least() > width,
            let next = Self.columns.indices.filter({ natural[$0] != nil && Self.columns[$0].rank > 0 })
                .max(by: { Self.columns[$0].rank < Self.columns[$1].rank })
        {
            natural[next] = nil
        }
        // The longest gives way first, character by character.
        while total() > width,
            let next = Self.columns.indices.filter({ index in
                guard let room = natural[index], let least = Self.columns[index].least else { return false }
                return room > least
            }).max(by: { (natural[$0] ?? 0) < (natural[$1] ?? 0) })
        {
            natural[next] = natural[next].map { $0 - 1 }
        }
    }

    private func line(_ cells: [String]) -> String {
        let shown = zip(cells, widths).compactMap { cell, room -> String? in
            guard let room else { return nil }
            // What is escaped is ASCII.
            if cell.utf8.count > room, width != nil { return cell.prefix(max(0, room - 1)) + "…" }
            return cell + String(repeating: " ", count: max(0, room - cell.utf8.count))
        }
        let line = shown.joined(separator: " ")
        let end = line.lastIndex { $0 != " " }
        let trimmed = end.map { String(line[...$0]) } ?? ""
        return width.map { String(trimmed.prefix($0)) } ?? trimmed
    }
}
