package import DANE
package import Policy
import Support
import Verdicts

/// What the gate decides. A door translates it into the words of its protocol, and decides nothing itself.
package enum Decision: Sendable {
    /// The recipient does not leave this site, or its kind is never judged. It passes, and nothing is recorded.
    case notOurs
    /// It passes without a verdict.
    case passed(Passed)
    /// It was ruled on.
    case ruled(Ruled)
    /// It passes before its verdict is known, because it is only monitored. The ruling is recorded later.
    case passedAhead

    /// A recipient that passes without a verdict.
    package struct Passed: Sendable {
        /// Why, for the log.
        let why: String
        /// Whether an administrator has exempted it. If not, it passes because of the kind of recipient.
        var isExempt = false
    }

    /// A ruling, and what it is based on.
    package struct Ruled: Sendable {
        /// The verdict, and where it came from.
        let answer: InspectionService.Answer
        /// What is done.
        package let ruling: Ruling
        /// The reply; nil if nobody is refused.
        package let reply: Reply?
        /// The kind of policy that applies; nil if there is none.
        let policy: Policy.Kind?
        /// The id in reply, log line and trace; nil if nobody needs to find the recipient again.
        let trace: TraceID?

        /// What is true, as far as it is known.
        var verdict: Verdict { answer.verdict }
        /// Whether the verdict came from the cache.
        var isCached: Bool { answer.isCached }
        /// Whether the fault may be on our side.
        var isInTrouble: Bool { answer.isInTrouble }
    }
}
