package import DANE
package import Policy
import Support

/// What the gate decides. A door says it in the words of its protocol, and decides nothing itself.
package enum Decision: Sendable {
    /// The recipient does not leave this site, or no DNS policy exists for it: it passes, and nothing is written of it.
    case notOurs
    /// It passes without a verdict.
    case passed(Passed)
    /// It was ruled on.
    case ruled(Ruled)
    /// It passes whatever will be found out: it is monitored. What would have been decided is written down then.
    case passedAhead

    /// A recipient that passes without a verdict.
    package struct Passed: Sendable {
        /// Why, for the log.
        let why: String
        /// Whether an administrator's words say so, and not the kind of recipient.
        var isExempt = false
    }

    /// A ruling, and what it rests on.
    package struct Ruled: Sendable {
        /// What is true, as far as it is known.
        let verdict: Verdict
        /// What is done.
        package let ruling: Ruling
        /// The reply; nil where nobody is refused.
        package let reply: Reply?
        /// The kind of policy that stands over it; nil for none.
        let policy: Policy.Kind?
        /// The id that reply, log line and trace carry; nil where nobody is to find it again.
        let trace: TraceID?
        /// Whether the verdict was kept from before.
        let isCached: Bool
        /// Whether the trouble may be our own.
        let isInTrouble: Bool
    }
}
