import Foundation
import RuleMarks
import Rules
import Testing

/// Every rule is proven by a test or excused with a reason.
@Suite struct RuleMatrixTests {
    /// A run of some tests alone prepares only these. Under a sanitizer (`SANITIZER`, of deploy/sanitize) some cannot
    /// run.
    static let isWhole =
        ProcessInfo.processInfo.environment["SANITIZER"] == nil
        && !CommandLine.arguments.contains { argument in
            ["--filter", "--skip"].contains { argument == $0 || argument.hasPrefix("\($0)=") }
        }

    @Test(.enabled(if: isWhole, "only a run of all tests knows what all tests prove"))
    func everyRuleIsTestedOrExcused() {
        let proven = MarkedRules.proven
        let skipped = MarkedRules.skipped
        let known = Set(Rule.all.map(\.id))
        for (id, tests) in proven.merging(skipped, uniquingKeysWith: { $0.union($1) }) where !known.contains(id) {
            Issue.record("no rule \(id): \(tests.sorted())")
        }
        // Printed first: what fails is read beside it.
        report(proven, skipped)
        for rule in Rule.all {
            let isProven = proven[rule.id] != nil
            let excuse = Excuse.all[rule.id]
            let elsewhere = skipped[rule.id].map { "; a test that does not run here: \($0.sorted())" } ?? ""
            #expect(
                isProven || excuse != nil,
                "\(rule.id) (\(rule.sources)) is neither tested nor excused: \(rule.text)\(elsewhere)")
            #expect(!isProven || excuse == nil, "\(rule.id) is tested and needs no excuse")
        }
    }

    /// The counts are those of the sheet that the list was copied from; what was met in the field since is numbered
    /// from F-62.
    @Test func theListIsWhole() {
        let copied = Rule.all.filter { $0.family != "F" || Int($0.id.dropFirst(2)) ?? 0 < 62 }
        let counts = Dictionary(grouping: copied, by: \.family).mapValues(\.count)
        #expect(counts == ["V": 19, "D": 67, "E": 22, "T": 12, "S": 9, "N": 4, "L": 6, "I": 5, "F": 51])
        for rule in Rule.all { #expect(!rule.sources.isEmpty && rule.text.count > 10, "\(rule.id) says something") }
        #expect(Set(Rule.all.map(\.id)).count == Rule.all.count)
        for (id, reason) in Excuse.all {
            #expect(Rule.all.contains { $0.id == id }, "an excuse for a rule that there is not: \(id)")
            #expect(reason.count > 40, "\(id): an excuse is a sentence")
        }
    }

    /// Prints the matrix for the summary of the whole run.
    private func report(_ proven: [String: Set<String>], _ skipped: [String: Set<String>]) {
        let excused = Rule.all.filter { proven[$0.id] == nil && Excuse.all[$0.id] != nil }
        let open = Rule.all.filter { proven[$0.id] == nil && Excuse.all[$0.id] == nil }
        let tests = Set(proven.values.joined()).count
        print(
            "rules: \(Rule.all.count) in all: \(Rule.all.count - excused.count - open.count) tested (by \(tests) "
                + "tests), \(excused.count) excused, \(open.count) open")
        for family in ["V", "D", "E", "T", "S", "N", "L", "I", "F"] {
            func count(_ rules: [Rule]) -> Int { rules.count { $0.family == family } }
            let all = count(Rule.all)
            print(
                "rules: \(family): \(all - count(excused) - count(open)) of \(all) tested, \(count(excused)) excused, "
                    + "\(count(open)) open")
        }
        for rule in excused { print("rules: \(rule.id) excused: \(Excuse.all[rule.id] ?? "")") }
        for rule in open { print("rules: \(rule.id) open: \(rule.text)") }
        for id in skipped.keys.sorted() where proven[id] == nil {
            print("rules: \(id) is proven only by tests that do not run here: \(skipped[id]?.sorted() ?? [])")
        }
    }
}

extension Rule {
    /// The letter of the family.
    fileprivate var family: String { String(id.prefix(1)) }
}
