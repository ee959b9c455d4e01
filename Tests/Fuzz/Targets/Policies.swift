import DANE

@testable import Policy
@testable import Support

extension FuzzTarget {
    /// A policy file.
    static let policies = FuzzTarget("policies") { bytes in
        let text = bytes.text
        let lines = text.linesOfFile
        let table: PolicyTable
        do throws(PolicyError) {
            table = try PolicyTable(text: text, path: "policies")
        } catch {
            try require((1...max(1, lines.count)).contains(error.sentences.count), "\(error.sentences.count) faults")
            for sentence in error.sentences { try requireLine(sentence, atMost: 4 * 512 + 1000, "a sentence") }
            return
        }
        try require(table.count <= lines.count, "\(table.count) policies in \(lines.count) lines")
        // Each line holds for the domain that it names, unless its day is over.
        var first: [DomainName: Int] = [:]
        for (index, line) in lines.enumerated() {
            guard let word = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "#" }).first,
                let domain = DomainName(word)
            else { continue }
            first[domain] = first[domain] ?? index + 1
        }
        for (domain, _) in first {
            guard let policy = table.policy(for: domain, at: 0) else { continue }
            try require((1...lines.count).contains(policy.line), "\(domain) has a policy of line \(policy.line)")
            try require(
                lines[policy.line - 1].contains(policy.kind.rawValue), "line \(policy.line) has no \(policy.kind)")
            if let until = policy.until {
                try require(
                    until > 0 && policy.holds(at: until - 1) && !policy.holds(at: until),
                    "the end of line \(policy.line)")
                try require(table.policy(for: domain, at: .max)?.line != policy.line, "line \(policy.line) has no end")
            }
        }
        // Comments and blank lines change nothing.
        let again = try? PolicyTable(
            text: "# a comment\n\n" + text.drop { $0 == "\u{FEFF}" } + "\n# another", path: "policies")
        if !text.hasPrefix("\u{FEFF}\u{FEFF}") {
            try require(again?.count == table.count, "comments matter: \(again?.count ?? -1) for \(table.count)")
        }
    }
}
