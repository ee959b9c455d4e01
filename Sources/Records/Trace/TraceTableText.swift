import Algorithms
import Foundation
import Support

/// Writes recipients of the trace as a table.
public struct TraceTableText: Sendable {
    private struct Column {
        let title: String
        /// The least width that it may be cut to; nil if it is never cut.
        let least: Int?
        /// The width that it should have before others get more room; nil for the width of its values.
        var wanted: Int?
        /// The order in which columns are left out if there is little room: the highest first.
        let rank: Int
        /// What it shows of a row, escaped.
        let value: @Sendable (TraceRow) -> String
        /// The same in fewer characters, for a narrow table; nil if there is no such form.
        var short: (@Sendable (TraceRow) -> String)?
    }

    private static let all: [Column] = [
        Column(title: "TIME (UTC)", least: nil, rank: 0) {
            TraceTime.brief($0.time)
        } short: {
            // Without the year.
            String(TraceTime.brief($0.time).dropFirst(5))
        },
        Column(title: mta, least: 6, wanted: 8, rank: 0) { LogLine.escaped($0.mta ?? "-") },
        Column(title: "RECIPIENT", least: 12, wanted: 24, rank: 0) { $0.shownRecipient },
        Column(title: "OUTCOME", least: 12, rank: 0) { LogLine.escaped($0.outcome) },
        Column(title: "CODE", least: nil, rank: 1) { row in
            let code = LogLine.escaped(row.code ?? "-")
            return row.would == nil ? code : "(\(code))"
        },
        Column(title: "RULING", least: nil, rank: 3) { row in
            LogLine.escaped(row.would.map { "(\($0))" } ?? row.ruling)
        },
        Column(title: "SENDER", least: 12, rank: 5) { $0.shownSender ?? "-" },
        Column(title: "HOST", least: 12, rank: 4) { LogLine.escaped($0.host ?? "-") },
        Column(title: "TRACE", least: nil, rank: 2) { LogLine.escaped($0.trace) },
    ]

    private static let mta = "MTA"

    private let width: Int?
    private let columns: [Column]
    private var widths: [Int?] = []
    /// Whether the short values are shown.
    private var isShort = false

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - width: The most characters per line; nil for any number.
    ///   - isOfSite: Whether the rows are those of several hosts, so that a column names the host.
    public init(width: Int?, isOfSite: Bool = false) {
        self.width = width
        columns = Self.all.filter { isOfSite || $0.title != Self.mta }
    }

    /// Returns the lines for some rows. The first call decides the widths of the columns, so that later rows fit below.
    ///
    /// - Parameter isFirst: Whether the titles come first.
    public mutating func lines(_ rows: [TraceRow], isFirst: Bool) -> [String] {
        if widths.isEmpty || isFirst {
            isShort = false
            layOut(cells(rows))
            // With the short values there may be room for columns that were left out.
            if widths.contains(nil) || zip(widths, natural(cells(rows))).contains(where: { $0 != $1 }) {
                isShort = true
                layOut(cells(rows))
            }
        }
        let cells = cells(rows)
        return (isFirst ? [line(columns.map(\.title))] : []) + cells.map(line)
    }

    private func cells(_ rows: [TraceRow]) -> [[String]] {
        rows.map { row in columns.map { (isShort ? $0.short : nil)?(row) ?? $0.value(row) } }
    }

    /// Returns the width of each column if there is room enough.
    private func natural(_ cells: [[String]]) -> [Int?] {
        columns.enumerated().map { index, column in
            cells.reduce(column.title.utf8.count) { max($0, $1[index].utf8.count) }
        }
    }

    private mutating func layOut(_ cells: [[String]]) {
        var natural = self.natural(cells)
        defer { widths = natural }
        guard let width else { return }
        func total() -> Int { natural.reduce(-1) { $0 + ($1.map { $0 + 1 } ?? 0) } }
        func least() -> Int {
            zip(natural, columns).reduce(-1) { sum, pair in
                sum + (pair.0.map { 1 + min($0, pair.1.least ?? $0) } ?? 0)
            }
        }
        func wanted() -> Int {
            zip(natural, columns).reduce(-1) { sum, pair in
                sum + (pair.0.map { 1 + min($0, pair.1.wanted ?? $0) } ?? 0)
            }
        }
        // Columns that repeat others, or say least, go before others are cut.
        while wanted() > width,
            let next = columns.indices.filter({ natural[$0] != nil && columns[$0].rank > 2 })
                .max(by: { columns[$0].rank < columns[$1].rank })
        {
            natural[next] = nil
        }
        while least() > width,
            let next = columns.indices.filter({ natural[$0] != nil && columns[$0].rank > 0 })
                .max(by: { columns[$0].rank < columns[$1].rank })
        {
            natural[next] = nil
        }
        // The widest column gives way first, character by character.
        while total() > width,
            let next = columns.indices.filter({ index in
                guard let room = natural[index], let least = columns[index].least else { return false }
                return room > least
            }).max(by: { (natural[$0] ?? 0) < (natural[$1] ?? 0) })
        {
            natural[next] = natural[next].map { $0 - 1 }
        }
    }

    private func line(_ cells: [String]) -> String {
        let shown = zip(zip(cells, columns), widths).compactMap { pair, room -> String? in
            let (cell, column) = pair
            guard let room else { return nil }
            // Escaped text is ASCII. The end of an address, its domain, says more than the part before.
            if cell.utf8.count > room, width != nil {
                guard column.title == "RECIPIENT" else { return "\(cell.prefix(max(0, room - 1)))…" }
                let head = (room - 1) / 3
                return "\(cell.prefix(head))…\(cell.suffix(room - 1 - head))"
            }
            return TerminalText.padded(cell, to: room)
        }
        let line = shown.joined(separator: " ")
        let trimmed = line.trimmingSuffix { $0 == " " }
        return String(width.map { trimmed.prefix($0) } ?? trimmed)
    }
}
