import DANE
import Inspection
import Policy

extension SurveyResult {
    /// The columns in their order. `elapsed_ms` is added if times were asked for.
    static let columns = [
        "domain", "outcome", "ruling", "would", "lasting", "code", "host", "cause", "degraded", "hazards",
        "mx_security", "recipients", "relay", "relayed", "route",
    ]

    /// The result as a record of RFC 4180, without its end. No cell is a formula for a spreadsheet.
    var csv: String {
        let cells =
            [
                domain, outcome.rawValue, ruling.rawValue, would?.rawValue ?? "", lasting.rawValue, code ?? "",
                host ?? "",
                cause, isDegraded ? "true" : "false", hazards.joined(separator: "; "), mxSecurity?.rawValue ?? "",
                "\(recipients)", relay ?? "", "\(relayed)", route.rawValue,
            ] + (elapsed.map { ["\($0)"] } ?? [])
        return cells.map(Self.cell).joined(separator: ",")
    }

    /// Reads a record that `csv` has written.
    ///
    /// - Returns: The result; nil if the record is none.
    init?(csv line: [UInt8]) {
        guard let cells = Self.cells(line), cells.count == Self.columns.count || cells.count == Self.columns.count + 1,
            let outcome = Outcome(rawValue: cells[1]), let ruling = Ruling.Action(rawValue: cells[2]),
            let lasting = Ruling.Action(rawValue: cells[4]), let isDegraded = Bool(cells[8]),
            let recipients = Int(cells[11]), recipients > 0, let relayed = Int(cells[13]),
            let route = Settings.RouteSource(rawValue: cells[14])
        else { return nil }
        let elapsed = cells.count > Self.columns.count ? Double(cells[15]) : nil
        if cells.count > Self.columns.count, elapsed == nil { return nil }
        func value(_ index: Int) -> String? { cells[index].isEmpty ? nil : cells[index] }
        self.init(
            domain: cells[0], outcome: outcome, ruling: ruling, would: value(3).flatMap(Ruling.Action.init),
            lasting: lasting, code: value(5), host: value(6), cause: cells[7], isDegraded: isDegraded,
            hazards: value(9).map { [$0] } ?? [], mxSecurity: value(10).flatMap(Inspection.Security.init),
            recipients: recipients, relay: value(12), relayed: relayed, route: route, elapsed: elapsed)
    }

    /// A spreadsheet takes a cell that begins with one of these for a formula. An apostrophe before it says that it is
    /// text, so a cell that begins with an apostrophe gets another one.
    private static let dangerous: Set<Character> = ["=", "+", "-", "@", "\t", "\r", "'"]

    private static func cell(_ text: String) -> String {
        var text = text
        if let first = text.first, dangerous.contains(first) { text = "'" + text }
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }

    /// Returns the cells of a record; nil if its quotes are wrong.
    private static func cells(_ line: [UInt8]) -> [String]? {
        var cells: [String] = []
        var rest = line[...]
        while true {
            var cell: [UInt8] = []
            if rest.first == UInt8(ascii: "\"") {
                rest.removeFirst()
                while true {
                    guard let byte = rest.popFirst() else { return nil }
                    guard byte == UInt8(ascii: "\"") else {
                        cell.append(byte)
                        continue
                    }
                    guard rest.first == UInt8(ascii: "\"") else { break }
                    cell.append(rest.removeFirst())
                }
            } else {
                cell += rest.prefix { $0 != UInt8(ascii: ",") }
                rest = rest.dropFirst(cell.count)
            }
            if cell.first == UInt8(ascii: "'") { cell.removeFirst() }
            cells.append(String(decoding: cell, as: UTF8.self))
            guard let comma = rest.popFirst() else { return cells }
            guard comma == UInt8(ascii: ",") else { return nil }
        }
    }
}
