import Foundation
import Rules
import Testing

/// Every rule is proven by a test or excused with a reason.
@Suite struct RuleMatrixTests {
    /// A run of some tests alone prepares only these.
    static let isWhole = !CommandLine.arguments.contains { ["--filter", "--skip"].contains($0) }

    @Test(.enabled(if: isWhole, "only a run of all tests knows what all tests prove"))
    func everyRuleIsTestedOrExcused() {
        let proven = ProvenRules.tests
        let known = Set(Rule.all.map(\.id))
        for id in proven.keys.sorted() where !known.contains(id) { Issue.record("no rule \(id): \(proven[id] ?? [])") }
        for rule in Rule.all {
            let isProven = proven[rule.id] != nil
            let excuse = Excuse.all[rule.id]
            #expect(
                isProven || excuse != nil, "\(rule.id) (\(rule.source)) is neither tested nor excused: \(rule.text)")
            #expect(!isProven || excuse == nil, "\(rule.id) is tested and needs no excuse")
        }
        report(proven)
    }

    @Test func theListIsWhole() {
        #expect(Set(Rule.all.map(\.id)).count == Rule.all.count)
        let counts = Dictionary(grouping: Rule.all) { $0.id.prefix(1) }.mapValues(\.count)
        #expect(counts == ["V": 19, "D": 67, "E": 22, "T": 12, "S": 9, "N": 4, "L": 6, "I": 5, "F": 51])
        for (id, reason) in Excuse.all {
            #expect(Rule.all.contains { $0.id == id }, "an excuse for a rule that there is not: \(id)")
            #expect(reason.count > 20, "\(id): an excuse is a sentence")
        }
    }

    /// Prints the matrix for the summary of the whole run.
    private func report(_ proven: [String: Set<String>]) {
        let tested = Rule.all.filter { proven[$0.id] != nil }
        print("rules: \(Rule.all.count) in all, \(tested.count) tested, \(Excuse.all.count) excused")
        let families = Dictionary(grouping: Rule.all) { String($0.id.prefix(1)) }
        for family in ["V", "D", "E", "T", "S", "N", "L", "I", "F"] {
            let rules = families[family] ?? []
            let count = rules.count { proven[$0.id] != nil }
            print("rules: \(family): \(count) of \(rules.count) tested")
        }
        for rule in Rule.all {
            if let reason = Excuse.all[rule.id] { print("rules: \(rule.id) excused: \(reason)") }
        }
    }
}
