public import DANE

/// What is done with a recipient.
public struct Ruling: Sendable, Hashable {
    /// The kinds; the raw values are the `ruling` of log and JSON.
    public enum Action: String, Sendable, Hashable, CaseIterable {
        case accept, tempfail, reject
    }

    /// What is done.
    public let action: Action
    /// What would have been done if the recipient were not merely monitored; nil where that is the same.
    public let would: Action?
    /// What was ruled upon: the verdict's outcome, or `dane-required` by policy.
    public let outcome: Outcome
    /// The code of the refusal, carried out or not; nil for none.
    public let code: EnhancedStatusCode?
    /// How long the fault has lasted; nil where there is none that could.
    public let failingFor: Duration?
    /// Why a verdict that allows delivery was refused all the same: the hazard.
    public let hazard: String?
    /// Whether it is about a next hop that this site's own configuration leads to.
    public var isOwnHop = false
    /// Whether an administrator holds the mail back: nothing was judged.
    public var isHeld = false

    /// One of these parts.
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

    /// What is done with a recipient whose mail is held back: put off, whatever mode, roll-out and policy say.
    package static let held = Ruling(
        action: .tempfail, would: nil, outcome: .pending, code: Outcome.pending.enhancedCode(.persistentTransient),
        failingFor: nil, hazard: nil, isHeld: true)
}
