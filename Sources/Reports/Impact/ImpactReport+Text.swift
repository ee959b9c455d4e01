import Foundation
import Records
import Support

extension ImpactReport {
    /// The report for a person.
    public var text: String {
        let answered = mtas.count { $0.error == nil }
        let site = mtas.isEmpty ? "" : ", \(answered) of \(CountText.of(mtas.count, "host"))"
        var lines = ["From \(TraceTime.brief(since)) to \(TraceTime.brief(until)) UTC\(site)"]
        guard recipients > 0 else {
            let since = beginning.map { "; the trace goes back to \(TraceTime.brief($0)) UTC" }
            lines.append("Nothing was judged\(since ?? (mtas.isEmpty ? "; the trace is empty" : "")).")
            if passed + exempt > 0 {
                lines.append(
                    "Passed without a verdict: \(CountText.of(passed, "recipient")); exempt by policy: \(exempt)")
            }
            return lines.joined(separator: "\n")
        }
        let about = destinationsAreExact ? "" : "about "
        lines.append(
            "Judged: \(CountText.of(recipients, "recipient")), \(about)\(CountText.of(destinations, "destination"))")
        lines.append(
            "Passed without a verdict: \(CountText.of(passed, "recipient")); exempt by policy: \(exempt)")
        func part(_ name: String, _ count: Int64) -> String {
            "\(name) \(count) (\(Percentage.text(count, of: recipients)))"
        }
        lines.append(
            [
                part("Accepted", rulings["accept"] ?? 0), part("deferred", rulings["tempfail"] ?? 0),
                part("rejected", rulings["reject"] ?? 0),
            ].joined(separator: ", "))
        if !would.isEmpty {
            lines.append(
                "Of those accepted, \(part("would be deferred:", would["tempfail"] ?? 0)), "
                    + part("rejected:", would["reject"] ?? 0))
        }
        lines.append(
            "Broken: \(Percentage.text(brokenRecipients, of: recipients)) of recipients (\(brokenRecipients)), "
                + "\(Percentage.text(brokenDestinations, of: destinations)) of destinations (\(brokenDestinations))")
        lines += ["", "Outcomes"]
        let rows = outcomes.map { share in
            [
                share.outcome, "\(share.recipients)", Percentage.text(share.recipients, of: recipients),
                share.destinations.map { (share.isExact ? "" : "about ") + "\($0)" } ?? "-",
                share.destinations.map { Percentage.text($0, of: destinations) } ?? "-",
            ]
        }
        let titles = ["outcome", "recipients", "share", "destinations", "share"]
        lines += TextTable([titles] + rows, leftAligned: 1).lines(indent: "  ")
        if !top.isEmpty {
            lines += ["", "Broken destinations"]
            for broken in top {
                let age = DurationText.brief(.milliseconds(max(0, until - broken.firstSeen)))
                lines.append(
                    "  \(broken.destination): \(broken.outcome), "
                        + "\(CountText.of(broken.recipients, "recipient")), for \(age), "
                        + "first seen \(TraceTime.brief(broken.firstSeen)), last \(TraceTime.brief(broken.lastSeen))"
                        + (broken.mtas.isEmpty ? "" : ", on \(NameList.text(broken.mtas, of: answered))"))
                lines.append("    \(broken.host.map { "host \($0): " } ?? "")\(broken.cause)")
            }
        }
        if !mtas.isEmpty {
            let rows = mtas.filter { $0.error == nil }.map {
                [$0.mta, "\($0.recipients)", "\($0.deferred)", "\($0.rejected)", "\($0.broken)"]
            }
            let titles = ["host", "recipients", "deferred", "rejected", "broken"]
            lines += ["", "Hosts"] + TextTable([titles] + rows, leftAligned: 1).lines(indent: "  ")
        }
        return lines.map(TerminalText.line).joined(separator: "\n")
    }
}
