import DANE
import Inspection
import Reports

/// What to know of a failed step: the rule, what to do, and who can do it.
enum StepHelp {
    /// The help for a failed step of a report.
    static func of(_ step: InspectionStep, _ report: CheckReport) -> ResultView.Help {
        let host = report.inspection?.hosts.first { $0.finding.name == step.subject }
        let outcome = host?.finding.outcome ?? report.verdict.outcome
        let isOurs = host?.finding.isOurs ?? report.verdict.isOurs
        return of(outcome, isOurs: isOurs || report.ruling.isOwnHop)
    }

    /// The help for an outcome.
    ///
    /// - Parameter isOurs: Whether it is this site that can mend it.
    static func of(_ outcome: Outcome, isOurs: Bool) -> ResultView.Help {
        let mender: String
        if isOurs {
            mender = "this site's own administrator"
        } else if outcome.repair != nil {
            mender = "the recipient's administrator alone"
        } else if outcome.isDoubt {
            mender = "nobody yet: it may pass by itself, and nothing is proven against the domain"
        } else {
            mender = "the sender, who should check the address"
        }
        let remedy: String
        if isOurs, outcome == .dnsUnavailable {
            remedy = "mend this site's resolver or its way to the DNS"
        } else {
            remedy = outcome.repair ?? (outcome.isDoubt ? "test again in some minutes" : "check the address")
        }
        let section = Explanation(outcome).sources.first ?? ""
        let rule =
            outcome.rule
            ?? (outcome.isDoubt
                ? "\(section), as long as nothing is known, a sender keeps the mail and tries again" : section)
        return ResultView.Help(rule: rule, remedy: remedy, mender: mender)
    }
}
