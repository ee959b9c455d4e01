import Foundation
import Testing
import World

/// One judge's opinion beside danegate's, on one host or domain.
struct Exhibit: Sendable {
    /// A judge beside danegate.
    enum Judge: String, Sendable, CaseIterable { case openssl, postfix }

    let judge: Judge
    /// The domain, as in the world's table; of a random case its number.
    let subject: String
    /// The TLSA records of the host in question.
    let records: [CheckReport.Record]
    /// danegate's verdict and its words.
    let ours: JudgeVerdict
    let cause: String
    /// The judge's.
    let theirs: JudgeOpinion
    /// The case, if it was drawn.
    let drawn: DrawnCase?

    /// Whether both say the same.
    var agrees: Bool {
        // s_client tries TLS whatever the host said in clear: it does not tell these two from each other.
        if judge == .openssl, ours == .unreached, theirs.verdict == .withoutTLS { return true }
        return ours == theirs.verdict
    }
}

/// Exhibits, sorted by what they come to.
struct Comparison {
    private(set) var agreements: [Exhibit.Judge: Int] = [:]
    private(set) var known: [(exhibit: Exhibit, kind: KnownDisagreement)] = []
    private(set) var unknown: [Exhibit] = []

    mutating func add(_ exhibit: Exhibit) {
        if exhibit.agrees {
            agreements[exhibit.judge, default: 0] += 1
        } else if let kind = KnownDisagreement.all.first(where: { $0.judge == exhibit.judge && $0.holds(exhibit) }) {
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

extension Exhibit: CustomStringConvertible {
    var description: String {
        "\(subject): danegate \(ours.rawValue) (\(cause)), \(judge.rawValue) \(theirs.verdict.rawValue) (\(theirs.reason))"
            + (drawn.map { "; \($0)" } ?? "; TLSA \(records.map { String($0.presentation.prefix(24)) })")
    }
}

/// Says something on standard output in one piece.
func say(_ lines: [String]) {
    FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
}
