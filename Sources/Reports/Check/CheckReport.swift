public import DANE
public import Inspection
public import Policy

/// What `danegate check` says of a domain: the inspection, and the ruling that the gate's settings give it.
public struct CheckReport: Sendable {
    /// The domain as asked for, in A-labels where it has them.
    public let domain: String
    /// What was seen; nil where the text is no domain.
    public let inspection: Inspection?
    /// What was noted about the domain itself beyond the inspection, and has no effect on the verdict.
    let notes: [InspectionStep]
    /// What ends when, the soonest first, where that was asked for.
    var expiries: [Foresight.Expiry] = []
    /// Why mail to the domain is passed without a look: until when, by whom, what for; nil if it is not.
    var exempt: String?
    /// What was ruled upon.
    public let verdict: Verdict
    /// The ruling.
    public let ruling: Ruling
    /// The reply that a sender gets, or would get.
    public let reply: Reply?

    /// Whether mail to the domain would be accepted, rejected or deferred, as `check`'s exit status tells it.
    public var action: Ruling.Action { ruling.action }
}
