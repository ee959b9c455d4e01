import Synchronization
public import Testing

/// Marks a test with the rules that it proves.
public struct RuleTrait: TestTrait, SuiteTrait {
    /// The rules' numbers.
    let ids: [String]

    /// Notes what the test proves. Called for every test that is to run before the first one runs: the matrix is whole
    /// whenever it is looked at.
    public func prepare(for test: Test) async throws { ProvenRules.note(ids, by: test.name) }
}

extension Trait where Self == RuleTrait {
    /// The rules that a test proves, by number: `.rules("D-44", "E-05")`.
    public static func rules(_ ids: String...) -> RuleTrait { RuleTrait(ids: ids) }

    /// The rules that a table of test cases proves.
    public static func rules(_ ids: [String]) -> RuleTrait { RuleTrait(ids: ids) }
}

/// Which rules the tests of this run prove.
public enum ProvenRules {
    private static let proofs = Mutex<[String: Set<String>]>([:])

    /// The tests by the rule that they prove.
    public static var tests: [String: Set<String>] { proofs.withLock { $0 } }

    static func note(_ ids: [String], by test: String) {
        proofs.withLock { proofs in
            for id in ids { proofs[id, default: []].insert(test) }
        }
    }
}
