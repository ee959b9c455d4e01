import DANE
package import Inspection
import Policy
public import Support

extension CheckReport {
    /// The whole report for a person, in lines of any length.
    public var text: String { text(on: .endless, isWhole: true) }

    /// Returns the report for a person: the ruling and the reply, the step that failed, the advice, then the rest.
    ///
    /// - Parameters:
    ///   - page: The terminal or file that it is laid out for.
    ///   - isWhole: Whether all that was seen is shown. Otherwise the rest is cut to fit the screen.
    public func text(on page: TerminalPage, isWhole: Bool) -> String {
        var lines = page.wrapped(TerminalText.line(answer), first: "", rest: "  ")
        lines[0] = lines[0].replacing(
            "Ruling: \(ruling.action.rawValue)",
            with: "Ruling: \(page.coloured(ruling.action.rawValue, ruling.action.colour))", maxReplacements: 1)
        lines += facts(isWhole: isWhole).flatMap { $0.line(first: "  ", rest: "    ", on: page) }
        var rest = ReportTree.lines(tree(isWhole: isWhole), on: page)
        // One line of the screen is left for the prompt.
        if !isWhole, let room = page.height.map({ max(1, $0 - lines.count - 1) }), rest.count > room {
            let more = rest.count - room + 1
            rest = rest.prefix(room - 1) + ["  ... \(more) more lines; -v shows them"]
        }
        return (lines + rest).joined(separator: "\n")
    }

    /// The first lines: the finding, the ruling, and the reply that a sender reads.
    private var answer: String {
        let degraded = verdict.isDegraded ? " (degraded)" : ""
        var line = "\(domain): \(ruling.outcome.rawValue)\(degraded). Ruling: \(ruling.action.rawValue)"
        if let would = ruling.would {
            line += "; it would be \(would.rawValue) if it were not \(exempt == nil ? "monitored" : "exempt")"
        }
        let isRefused = ruling.action != .accept || ruling.would != nil
        guard isRefused, let reply else { return "\(line). The sender sees nothing." }
        return "\(line). \(ruling.would == nil ? "Reply" : "The sender sees nothing; then it would be"): \(reply)"
    }

    /// The other facts about the whole domain.
    private func facts(isWhole: Bool) -> [ReportTree] {
        var facts: [ReportTree] = []
        let failed = failedStep
        if let failed {
            let place = failed.subject == domain || failed.detail.contains(failed.subject) ? "" : " (\(failed.subject))"
            let detail = isWhole ? failed.detail : Self.shortened(failed.detail)
            facts.append(ReportTree("\(failed.kind.rawValue): \(detail)\(place)", mark: .failed))
        }
        let cause = ruling.hazard ?? verdict.cause
        if isWhole || failed.map({ !$0.detail.contains(cause) }) ?? true {
            facts.append(ReportTree("Because \(cause)."))
        }
        if let exempt { facts.append(ReportTree("Exempt \(exempt).")) }
        if ruling.isOwnHop {
            facts.append(
                ReportTree(
                    "Next hop: no recipient's domain leads there, but this site's own configuration "
                        + "(DANEGATE_ON_OWN_NEXT_HOP)."))
        }
        if let remedy = ruling.remedy { facts.append(ReportTree("To do: \(remedy).")) }
        facts += verdict.hazards.map { ReportTree("Hazard: \($0).") }
        if let soonest = expiries.first {
            facts.append(
                ReportTree("Ends first (\(soonest.what)): \(soonest.subject), \(UnixTime.minute(soonest.at))"))
        }
        return facts
    }

    /// The step that decided against the domain: a failed step of the lookup of its MX hosts; otherwise of the host
    /// that decided; otherwise of any host that fails.
    package var failedStep: InspectionStep? {
        guard let inspection, !verdict.outcome.allowsDelivery || verdict.isDegraded else { return nil }
        func isFailed(_ step: InspectionStep) -> Bool { step.result == .failed }
        if let step = inspection.steps.first(where: { $0.kind == .mx && isFailed($0) }) { return step }
        let hosts = inspection.hosts.filter { !$0.finding.outcome.allowsDelivery || $0.finding.isDegraded }
        let deciding = hosts.first { $0.finding.name == verdict.host }
        let others = (deciding.map { [$0] } ?? []) + hosts
        return others.lazy.compactMap { $0.steps.first(where: isFailed) }.first
            ?? inspection.steps.first(where: isFailed)
    }
}
