import Foundation
import World

/// Exhibits, sorted by what they come to.
struct Comparison {
    /// How many agree, by judge.
    private(set) var agreements: [Exhibit.Judge: Int] = [:]
    /// Those that differ for a reason that is known.
    private(set) var known: [(exhibit: Exhibit, kind: KnownDisagreement)] = []
    /// Those that differ for none.
    private(set) var unknown: [Exhibit] = []

    /// Sorts exhibits in.
    mutating func add(_ exhibits: [Exhibit]) { for exhibit in exhibits { add(exhibit) } }

    private mutating func add(_ exhibit: Exhibit) {
        if exhibit.agrees {
            agreements[exhibit.judge, default: 0] += 1
        } else if let kind = KnownDisagreement.kind(of: exhibit) {
            known.append((exhibit, kind))
        } else {
            unknown.append(exhibit)
        }
    }

    /// The lines for the summary of deploy/test.
    func summary(_ what: String) -> [String] {
        let counts = Exhibit.Judge.allCases.compactMap { judge -> String? in
            let agreed = agreements[judge, default: 0]
            let differing = known.count { $0.exhibit.judge == judge } + unknown.count { $0.judge == judge }
            guard agreed + differing > 0 else { return nil }
            return "\(judge.rawValue) agrees in \(agreed) of \(agreed + differing)"
        }
        var lines = ["\(what): \(counts.joined(separator: ", "))"]
        let kinds = Dictionary(grouping: known) { "\($0.kind.section), \($0.kind.judge.rawValue): \($0.kind.why)" }
        for (kind, members) in kinds.sorted(by: { $0.key < $1.key }) {
            lines.append("\(what): \(members.count) differ by \(kind)")
        }
        if !unknown.isEmpty { lines.append("\(what): \(unknown.count) differ, and no known reason decides") }
        return lines.map { "judges: \($0)" }
    }
}

/// Says something on standard output in one piece.
func say(_ lines: [String]) {
    FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
}
