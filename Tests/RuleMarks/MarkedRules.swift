import Synchronization

/// Which rules are marked on which tests of this run.
public enum MarkedRules {
    private struct Marks {
        var running: [String: Set<String>] = [:]
        var skipped: [String: Set<String>] = [:]
    }

    private static let marks = Mutex(Marks())

    /// The tests of this run by the rule that they prove.
    public static var proven: [String: Set<String>] { marks.withLock { $0.running } }

    /// The tests that would prove a rule and are not run on this machine, by that rule.
    public static var skipped: [String: Set<String>] { marks.withLock { $0.skipped } }

    static func note(_ ids: [String], of test: String, runs: Bool) {
        marks.withLock { marks in
            for id in ids {
                if runs {
                    marks.running[id, default: []].insert(test)
                } else {
                    marks.skipped[id, default: []].insert(test)
                }
            }
        }
    }
}
