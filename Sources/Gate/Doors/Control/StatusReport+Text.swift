import Foundation
import Support

extension StatusReport {
    /// Parses the report from a line of a daemon; nil if the line is not one.
    public init?(json: String) {
        guard let report = try? JSONDecoder().decode(StatusReport.self, from: Data(json.utf8)) else { return nil }
        self = report
    }

    /// The report as a line of JSON.
    public var json: String { JSONLine.of(self) }

    /// The line for a status without a daemon.
    public static func json(_ level: StatusLevel, _ problem: String) -> String {
        struct Body: Encodable {
            let status: StatusLevel
            let problems: [String]
        }
        return JSONLine.of(Body(status: level, problems: [problem]))
    }

    /// What is wrong; or else, what was done.
    package var summary: String {
        problems.isEmpty
            ? "\(mode), \(CountText.of(totals.recipients, "recipient")), \(totals.deferred) deferred, "
                + "\(totals.rejected) rejected"
            : problems.joined(separator: "; ")
    }

    /// The text for people. Its first line is for monitoring.
    public var text: String {
        let counts = ["reject", "tempfail", "accept"].compactMap { ruling -> String? in
            guard let outcomes = recipients.by_ruling[ruling], !outcomes.isEmpty else { return nil }
            let list = outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
            return "  \(ruling): \(list.joined(separator: ", "))"
        }
        var lines = [
            // In the output of a monitoring plugin, figures follow the bar.
            "\(status.rawValue.uppercased()) - \(summary.replacing("|", with: "/")) | \(figures)",
            load?.heldDownLine,
            "danegate \(version), pid \(pid), up \(DurationText.brief(.seconds(uptime_s))) since \(started)",
            "  libmilter \(libmilter), libunbound \(libunbound), GnuTLS \(gnutls)",
            "Mode \(mode), rollout \(rollout) %, milter at \(milter_socket)",
            "Breaker \(breaker.state)\(breaker.cause.map { " (\($0)): \(breaker.message ?? "")" } ?? "")",
            "Resolver: "
                + (resolver.forward.isEmpty ? "full recursion" : "asks \(resolver.forward.joined(separator: ", "))")
                + (resolver.working
                    ? "" : resolver.advice == nil ? "; it does not work" : "; not everything comes through"),
            "Cache: \(cache.destinations) of \(cache.capacity) destinations; "
                + "\(CountText.of(cache.hits, "recipient")) found one kept, "
                + "\(cache.misses) did not",
            "Faults known: \(faults); inspections \(inspections), recipients waiting \(waiting), probes \(probes)",
            "State: \(state.enabled ? "on" : "OFF"), \(state.directory), "
                + Self.lost(state.lost_rows, state.losing, state.lost_ago_s),
        ].compactMap(\.self)
        lines += load?.lines ?? []
        if let helo { lines.append("Probes introduce themselves as \(helo.text)") }
        if let trace {
            lines.append(
                "Trace: \(trace.state), \(CountText.of(trace.rows, "recipient")) in the file, \(trace.written) written "
                    + "since the start, \(Self.lost(trace.lost_rows, trace.losing, trace.lost_ago_s))")
        }
        let policies = policy.file.map { "\($0), \(CountText.of(policy.lines, "line")), read \(policy.read)" } ?? "none"
        lines.append("Policy file: \(policies)\(policy.fault.map { "; the newest is refused: \($0)" } ?? "")")
        if let shared { lines.append(shared.text) }
        if let exemptions { lines.append("Exemptions in force: \(exemptions)") }
        lines.append(
            "Recipients since the start: \(totals.recipients), monitored \(recipients.monitored) (would be deferred: "
                + "\(totals.would_defer), rejected: \(totals.would_reject)); let pass unseen "
                + "\(recipients.passed), exempt \(recipients.exempt)")
        if let monitored = monitored?.text { lines.append(monitored) }
        lines += counts
        lines += (own_next_hops ?? []).map { hop in
            "Own next hop \(hop.next_hop): \(hop.failing ? "fails, " : "")\(hop.outcome); "
                + "\(Percentage.text(hop.share)) of the last "
                + "hour's recipients"
        }
        lines.append(
            "Memory \(process.rss_kib / 1024) MiB, \(process.threads) threads, "
                + "\(process.descriptors) of \(process.descriptor_limit) descriptors; "
                + "\(CountText.of(log_dropped, "log line")) dropped"
                + (log_dropped_ago_s.map { ", the last \(DurationText.brief(.seconds($0))) ago" } ?? ""))
        if let connections { lines.append(connections.text) }
        lines += (doors ?? []).map(\.text)
        if let descriptors { lines.append(descriptors.text) }
        return lines.map(TerminalText.line).joined(separator: "\n")
    }

    private var totals: Recipients.Totals { recipients.totals }

    private static func lost(_ rows: Int, _ isOngoing: Bool, _ ago: Int64?) -> String {
        let lost = "\(CountText.of(rows, "row")) lost since the start"
        guard let ago else { return lost }
        let last = "the last \(DurationText.brief(.seconds(ago))) ago"
        return "\(lost), \(last)\(isOngoing ? "" : "; it is written again")"
    }

    /// The figures for a monitoring plugin, `'label'=value[unit];[warning];[critical];[minimum];[maximum]`
    /// (https://www.monitoring-plugins.org/doc/guidelines.html). A `c` marks values that only grow while the daemon
    /// runs.
    private var figures: String {
        var figures = [
            "recipients=\(totals.recipients)c", "accepted=\(totals.accepted)c", "deferred=\(totals.deferred)c",
            "rejected=\(totals.rejected)c", "would_defer=\(totals.would_defer)c",
            "would_reject=\(totals.would_reject)c", "passed=\(recipients.passed)c", "exempt=\(recipients.exempt)c",
            "waiting=\(waiting);;;0", "inspections=\(inspections);;;0", "probes=\(probes);;;0",
            "faults=\(faults);;;0", "cached=\(cache.destinations);;;0;\(cache.capacity)",
            "hits=\(cache.hits)c", "misses=\(cache.misses)c", "log_dropped=\(log_dropped)c",
            "state_lost=\(state.lost_rows)c",
        ]
        if let trace {
            figures += ["trace_rows=\(trace.rows);;;0", "trace_lost=\(trace.lost_rows)c"]
        }
        if let connections {
            figures.append("connections=\(connections.open);\(connections.cap * 9 / 10);;0;\(connections.cap)")
        }
        for door in doors ?? [] {
            let warning = door.warning.map(String.init) ?? ""
            figures.append("\(door.door)_connections=\(door.open);\(warning);;0;\(door.cap)")
        }
        figures += [
            "descriptors=\(process.descriptors);\(process.descriptor_limit * 4 / 5);;0;\(process.descriptor_limit)",
            "memory=\(process.rss_kib)KB;;;0", "uptime=\(uptime_s)s",
        ]
        return figures.joined(separator: " ")
    }
}
