import DANE
import Policy
import Support

extension PolicyReport {
    /// The report as text for people.
    public var text: String {
        var lines = ["\(domain): \(effect.words): \(why)"]
        for line in self.lines {
            let until = line.policy.until.map { " until=\(UnixTime.minute($0 - 1).prefix(10))" } ?? ""
            let reason = line.policy.reason.map { " reason=\"\($0)\"" } ?? ""
            lines.append(
                "  line \(line.policy.line): \(line.pattern) \(line.policy.kind.rawValue)\(until)\(reason)"
                    + " (\(line.whyNot.map { "does not apply: \($0)" } ?? "applies"))")
        }
        if self.lines.isEmpty {
            lines.append("  \(path == nil ? "no policy file is set" : "no line of \(path ?? "") is about it")")
        }
        if let exemption {
            let stays = exemption.isWatched ? "" : "; it is not lifted by itself"
            let applies = exemptionLoss.map { "does not apply: \($0)" } ?? "applies"
            lines.append(
                "  exemption: \(exemption.pattern) until \(UnixTime.minute(exemption.until)) "
                    + "by \(exemption.by): \(exemption.reason)\(stays) (\(applies))"
            )
        } else {
            lines.append("  exemption: none")
        }
        lines.append("  roll-out: place \(place), ROLLOUT=\(share): \(place < share ? "within" : "outside") the share")
        lines.append("  mode: \(mode.rawValue)")
        lines.append("  as a next hop of this site's own: ON_OWN_NEXT_HOP=\(onOwnNextHop.rawValue)")
        for source in sources { lines.append("  by source: \(source.name)=\(source.text)") }
        return lines.map(TerminalText.line).joined(separator: "\n")
    }

    /// The report as one line of JSON.
    public var json: String { JSONLine.of(Body(self)) }

    private struct Body: Encodable {
        let domain: String
        let effect: String
        let why: String
        let lines: [Line]
        let exemption: NullableJSON<ExemptionText.Body>
        let exemption_applies: Bool
        let rollout: Rollout
        let mode: String
        let on_own_next_hop: String
        let sources: [String: String]

        init(_ report: PolicyReport) {
            domain = report.domain.description
            effect = report.effect.rawValue
            why = report.why
            lines = report.lines.map(Line.init)
            exemption = NullableJSON(report.exemption.map(ExemptionText.Body.init))
            exemption_applies = report.exemption != nil && report.exemptionLoss == nil
            rollout = Rollout(share: report.share, place: report.place, included: report.place < report.share)
            mode = report.mode.rawValue
            on_own_next_hop = report.onOwnNextHop.rawValue
            sources = Dictionary(report.sources.map { ($0.name.lowercased(), $0.text) }) { first, _ in first }
        }
    }

    private struct Line: Encodable {
        let line: Int
        let pattern: String
        let policy: String
        let until: NullableJSON<String>
        let reason: NullableJSON<String>
        let applies: Bool
        let why_not: NullableJSON<String>

        init(_ candidate: Candidate) {
            line = candidate.policy.line
            pattern = candidate.pattern.description
            policy = candidate.policy.kind.rawValue
            until = NullableJSON(candidate.policy.until.map { UnixTime.iso8601($0) })
            reason = NullableJSON(candidate.policy.reason)
            applies = candidate.whyNot == nil
            why_not = NullableJSON(candidate.whyNot)
        }
    }

    private struct Rollout: Encodable {
        let share: Int
        let place: Int
        let included: Bool
    }
}

extension PolicyReport.Effect {
    /// The effect in words.
    fileprivate var words: String {
        switch self {
        case .passed: "passed without a look"
        case .monitored: "judged and logged, and passed"
        case .enforced: "ruled in earnest"
        case .required: "ruled in earnest, and refused without DANE"
        }
    }
}
