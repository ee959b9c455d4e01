import Foundation

extension StatusReport {
    /// The report of a daemon's line; nil if it is none.
    public init?(json: String) {
        guard let report = try? JSONDecoder().decode(StatusReport.self, from: Data(json.utf8)) else { return nil }
        self = report
    }

    /// The line for a status that is no daemon's.
    public static func json(_ level: Level, _ problem: String) -> String {
        struct Body: Encodable {
            let status: Level
            let problems: [String]
        }
        return JSONLine.of(Body(status: level, problems: [problem]))
    }

    /// The status for a person; its first line is for monitoring.
    public var text: String {
        let summary =
            problems.isEmpty
            ? "\(mode), \(total) recipients, \(recipients.total("tempfail")) deferred, \(recipients.total("reject")) rejected"
            : problems.joined(separator: "; ")
        let counts = ["reject", "tempfail", "accept"].compactMap { ruling -> String? in
            guard let outcomes = recipients.by_ruling[ruling], !outcomes.isEmpty else { return nil }
            let list = outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
            return "  \(ruling): \(list.joined(separator: ", "))"
        }
        var lines = [
            "\(status.rawValue.uppercased()) - \(summary)",
            load?.heldDownLine,
            "danegate \(version), pid \(pid), up \(DurationText.brief(.seconds(uptime_s))) since \(started)",
            "  libmilter \(libmilter), libunbound \(libunbound), GnuTLS \(gnutls)",
            "Mode \(mode), rollout \(rollout) %, milter at \(milter_socket)",
            "Breaker \(breaker.state)\(breaker.cause.map { " (\($0)): \(breaker.message ?? "")" } ?? "")",
            "Resolver: "
                + (resolver.forward.isEmpty ? "full recursion" : "asks \(resolver.forward.joined(separator: ", "))")
                + (resolver.working
                    ? "" : resolver.advice == nil ? "; it does not work" : "; not everything comes through"),
            "Cache: \(cache.destinations) of \(cache.capacity) destinations; \(cache.hits) recipients found one kept, "
                + "\(cache.misses) did not",
            "Faults known: \(faults); inspections \(inspections), recipients waiting \(waiting), probes \(probes)",
            "State: \(state.enabled ? "on" : "OFF"), \(state.directory), \(state.lost_rows) rows lost",
        ].compactMap(\.self)
        lines += load?.lines ?? []
        if let helo { lines.append("Probes introduce themselves as \(helo.text)") }
        if let trace {
            lines.append("Trace: \(trace.state), \(trace.rows) rows, \(trace.lost_rows) lost")
        }
        let policies = policy.file.map { "\($0), \(policy.lines) lines, read \(policy.read)" } ?? "none"
        lines.append("Policy file: \(policies)\(policy.fault.map { "; the newest is refused: \($0)" } ?? "")")
        if let exemptions { lines.append("Exemptions in force: \(exemptions)") }
        lines.append("Recipients: \(total), monitored \(recipients.monitored), let pass unseen \(recipients.passed)")
        lines += counts
        lines += (own_next_hops ?? []).map { hop in
            "Own next hop \(hop.next_hop): \(hop.failing ? "fails, " : "")\(hop.outcome); \(hop.share) % of the last "
                + "hour's recipients"
        }
        lines.append(
            "Memory \(process.rss_kib / 1024) MiB, \(process.threads) threads, "
                + "\(process.descriptors) of \(process.descriptor_limit) descriptors; \(log_dropped) log lines dropped")
        if let connections { lines.append(connections.text) }
        if let descriptors { lines.append(descriptors.text) }
        return lines.map(CheckReport.printable).joined(separator: "\n")
    }

    private var total: Int { ["accept", "tempfail", "reject"].reduce(0) { $0 + recipients.total($1) } }
}
