import Foundation

/// What was measured: a file of JSON lines with every round, and the table.
final class ResultBook {
    /// A row of the table.
    struct Figure {
        let phase: Phase
        /// What is measured, with its unit.
        let what: String
        let ours: String
        let beside: String
        let ratio: Double?
        let target: Target?
    }

    /// What the issue asks for, and whether it is so.
    struct Target {
        let text: String
        let isMet: Bool

        static func atLeast(_ value: Double, of limit: Double) -> Target {
            Target(text: "≥ \(limit.short)", isMet: value >= limit)
        }

        static func atMost(_ value: Double, of limit: Double, unit: String = "") -> Target {
            Target(text: "≤ \(limit.short)\(unit)", isMet: value <= limit)
        }
    }

    private let file: FileHandle
    private var figures: [Figure] = []
    private var warm: [WarmRow] = []
    private var notes: [String] = []

    init(at path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else { throw BenchError("\(path) cannot be written") }
        self.file = file
    }

    /// One line of the file.
    func write(_ object: [String: Any]) {
        guard let data = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys) else { return }
        file.write(data + Data("\n".utf8))
    }

    /// A round, as a load reported it.
    func round(_ phase: Phase, _ what: String, _ program: String, _ report: LoadReport) {
        write(["phase": phase.rawValue, "what": what, "program": program, "load": report.values])
    }

    /// A row.
    func add(
        _ phase: Phase, _ what: String, ours: String, beside: String = "", ratio: Double? = nil, target: Target? = nil
    ) {
        figures.append(Figure(phase: phase, what: what, ours: ours, beside: beside, ratio: ratio, target: target))
        write([
            "phase": phase.rawValue, "figure": what, "danegate": ours, "beside": beside, "ratio": ratio ?? NSNull(),
            "target": target?.text ?? "", "met": target?.isMet ?? NSNull(),
        ])
        say(
            "   \(what): "
                + "\(ours)\(beside.isEmpty ? "" : " beside \(beside)")\(ratio.map { ", ratio \($0.digits(2))" } ?? "")"
        )
    }

    /// A row of the warm table.
    func add(_ row: WarmRow) {
        warm.append(row)
        write(row.values)
        say("   \(row.markdown)")
    }

    /// A sentence under the table.
    func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
        write(["note": text])
        say("   \(text)")
    }

    /// A line for who watches.
    func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// Both tables.
    func markdown(machine: String, load: String) -> String {
        var lines = ["", machine + " Medians of \(load).", ""]
        if !figures.isEmpty {
            lines += ["| | figure | danegate | beside it | ratio | target | met |", "|---|---|---|---|---|---|---|"]
            lines += figures.map { figure in
                let target = figure.target
                let cells = [
                    figure.phase.rawValue, figure.what, figure.ours, figure.beside, figure.ratio?.digits(2) ?? "",
                    target?.text ?? "", target.map { $0.isMet ? "yes" : "no" } ?? "",
                ]
                return "| \(cells.joined(separator: " | ")) |"
            }
            lines.append("")
        }
        if !warm.isEmpty {
            lines.append(contentsOf: WarmRow.heading)
            lines += warm.map(\.markdown)
            let rates = warm.filter { $0.rateRatio >= 0.95 }.count
            let tails = warm.filter { $0.tailRatio <= 1.25 }.count
            lines += [
                "",
                "Of \(warm.count) warm rows \(rates) reach the target for throughput (≥ 0.95 of the floor), "
                    + "\(tails) that for p99 (≤ 1.25 of the floor).", "",
            ]
        }
        lines += notes.map { "- \($0)" }
        return lines.joined(separator: "\n")
    }
}

/// Why something could not be measured.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Double {
    /// Without a fraction where there is none.
    fileprivate var short: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}
