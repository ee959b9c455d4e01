public import DANE
public import Inspection
public import Policy

/// The result of `danegate check` for a domain: the inspection, and the ruling under the daemon's settings.
public struct CheckReport: Sendable {
    /// The domain as the user gave it, in A-labels if it has them.
    public let domain: String
    /// What was seen; nil if the text is no domain.
    public let inspection: Inspection?
    /// Notes about the domain itself, beyond the inspection. They do not change the verdict.
    package let notes: [InspectionStep]
    /// What will expire and when, the soonest first, if the user asked for it.
    var expiries: [Foresight.Expiry] = []
    /// Why mail to the domain passes without an inspection: until when, by whom, for what reason; nil if it does not.
    package var exempt: String?
    /// The same for anybody who may read the report: without persons, reasons and mailboxes.
    var exemptOpenly: String?
    /// The verdict that was ruled on.
    public let verdict: Verdict
    /// The ruling.
    public let ruling: Ruling
    /// The reply that a sender gets, or would get in enforce mode; nil if mail is accepted.
    public let reply: Reply?

    /// Whether mail to the domain would be accepted, rejected or deferred. The exit status of `check` says the same.
    public var action: Ruling.Action { ruling.action }

    /// The report for anybody: it does not say who has exempted the domain, for what reason, or which mailbox was asked
    /// about.
    package var openly: CheckReport {
        var report = self
        report.exempt = exemptOpenly
        return report
    }
}
