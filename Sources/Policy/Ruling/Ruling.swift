public import DANE

/// What is done with a recipient.
public struct Ruling: Sendable, Hashable {
    /// The kinds. The raw values are the values of `ruling` in log and JSON.
    public enum Action: String, Sendable, Hashable, CaseIterable {
        case accept, tempfail, reject
    }

    /// What is done.
    public let action: Action
    /// What would have been done if the recipient were not only monitored; nil if that is the same.
    public let would: Action?
    /// What was ruled upon: the outcome of the verdict, or `dane-required` by policy.
    public let outcome: Outcome
    /// The code of the refusal, whether it is carried out or not; nil if there is none.
    public let code: EnhancedStatusCode?
    /// How long the fault has lasted; nil if there is no lasting fault.
    public let failingFor: Duration?
    /// Why a verdict that allows delivery was refused nevertheless: the hazard.
    public let hazard: String?
    /// Whether it is about a next hop that this site's own configuration names.
    public var isOwnHop = false
    /// Whether an administrator holds the mail back. Then nothing was judged.
    public var isHeld = false

    /// Makes one from its parts.
    package init(
        action: Action, would: Action?, outcome: Outcome, code: EnhancedStatusCode?, failingFor: Duration?,
        hazard: String?, isOwnHop: Bool = false, isHeld: Bool = false
    ) {
        self.action = action
        self.would = would
        self.outcome = outcome
        self.code = code
        self.failingFor = failingFor
        self.hazard = hazard
        self.isOwnHop = isOwnHop
        self.isHeld = isHeld
    }

    /// The ruling for mail that is held back: deferred, whatever mode, roll-out and policy say (F-132).
    package static let held = Ruling(
        action: .tempfail, would: nil, outcome: .pending, code: Outcome.pending.enhancedCode(.persistentTransient),
        failingFor: nil, hazard: nil, isHeld: true)
}
