public import Testing

/// Marks a test with the rules that it proves; a mark on a suite marks each of its tests.
public struct RuleTrait: TestTrait, SuiteTrait {
    /// The rules' numbers.
    let ids: [String]

    /// A suite's tests carry its mark, so that a suite all of whose tests are off proves nothing.
    public var isRecursive: Bool { true }

    /// Notes what the test proves. It is called for all tests of a run before the first one runs, so the matrix is
    /// complete whenever it is read.
    ///
    /// A test is prepared trait by trait, and a condition after this trait may still take it out of the run. So this
    /// asks the conditions too, those included that the test inherits from its suite.
    public func prepare(for test: Test) async throws {
        guard !test.isSuite else { return }
        for case let condition as ConditionTrait in test.traits {
            guard try await condition.evaluate() else {
                MarkedRules.note(ids, of: "\(test.id)", runs: false)
                return
            }
        }
        MarkedRules.note(ids, of: "\(test.id)", runs: true)
    }
}

extension Trait where Self == RuleTrait {
    /// The rules that a test proves, by number: `.rules("D-44", "E-05")`.
    public static func rules(_ ids: String...) -> RuleTrait { RuleTrait(ids: ids) }

    /// The rules that a table of test cases proves.
    public static func rules(_ ids: [String]) -> RuleTrait { RuleTrait(ids: ids) }
}
