import Certificates
import DANE
import Probe

extension CheckReport {
    /// The report for a person: a tree of what was looked at, the failing step marked, and what to do about it.
    public var text: String {
        var lines = ["\(domain): \(ruling.outcome.rawValue)\(verdict.isDegraded ? " (degraded)" : "")"]
        if let inspection {
            let domainSteps =
                inspection.steps.filter {
                    $0.kind == .mx || $0.kind == .resolver || $0.kind == .again || $0.kind == .expiry
                } + notes
            let branches = domainSteps.map { [Self.line($0)] } + inspection.hosts.map(Self.branch)
            for (index, branch) in branches.enumerated() {
                lines += Self.hung(branch, isLast: index == branches.count - 1)
            }
        }
        if let soonest = expiries.first {
            lines.append("  Ends first (\(soonest.what)): \(soonest.subject), \(UnixTime.minute(soonest.at))")
        }
        lines.append("  Ruling: \(rulingText)")
        if let exempt { lines.append("  Exempt \(exempt).") }
        lines.append("  Because \(ruling.hazard ?? verdict.cause).")
        if let reply { lines.append("  Reply: \(reply)") }
        if ruling.isOwnHop {
            lines.append(
                "  Next hop: no recipient's domain leads there, but this site's own configuration "
                    + "(DANEGATE_ON_OWN_NEXT_HOP)."
            )
        }
        if let remedy = ruling.remedy { lines.append("  To do: \(remedy).") }
        lines += verdict.hazards.map { "  Hazard: \($0)." }
        return lines.map(Self.printable).joined(separator: "\n")
    }

    private var rulingText: String {
        ruling.would.map {
            "\(ruling.action.rawValue); it would be \($0.rawValue) if it were not \(exempt == nil ? "monitored" : "exempt")"
        }
            ?? ruling.action.rawValue
    }

    /// A step as a line, a failed one marked.
    private static func line(_ step: InspectionStep) -> String {
        let mark =
            switch step.result {
            case .ok: "ok  "
            case .warning: "note"
            case .failed: "FAIL"
            }
        return "\(mark) \(step.kind.rawValue): \(step.detail) (\(step.elapsed.tenthsOfMilliseconds) ms)"
    }

    /// A host with its steps, its records and the certificates that its addresses showed.
    private static func branch(_ host: InspectedHost) -> [String] {
        var lines = [
            "host \(host.finding.name), preference \(host.finding.preference): \(host.finding.outcome.rawValue)"
        ]
        var twigs = host.steps.map { [line($0)] }
        twigs += host.addresses.flatMap(Self.twigs)
        twigs += (host.addresses.first?.judgement?.records ?? []).enumerated().map { index, finding in
            ["TLSA record \(index + 1) (\(host.records[index].names)): \(finding.explanation)"]
        }
        twigs += host.advice.map { [line($0)] }
        for (index, twig) in twigs.enumerated() { lines += hung(twig, isLast: index == twigs.count - 1, indent: "") }
        return lines
    }

    /// An address's connections, and each chain where it was first shown.
    private static func twigs(_ address: InspectedAddress) -> [[String]] {
        var shown: Set<[[UInt8]]> = []
        return address.connections.compactMap { connection in
            let name = "\(address.finding.address), \(connection.purpose.words)"
            guard case .secured(let session) = connection.report.end else {
                // A first connection alone that failed is told in a step.
                return connection.purpose == .first && address.connections.count == 1
                    ? nil : ["\(name): \(connection.outcome.rawValue), \(connection.cause)"]
            }
            let head = "\(name): \(connection.outcome.rawValue), \(session.protocolVersion) \(session.cipherSuite)"
            guard shown.insert(session.chain).inserted else { return ["\(head), the same certificates"] }
            let certificates = session.chain.compactMap(CertificateDetails.init(der:)).enumerated()
            return [head]
                + certificates.map { depth, details in
                    "  \(depth): \(details.subject), issued by \(details.issuer), \(details.keyAlgorithm), "
                        + "\(depth == 0 ? 3 : 2) 1 1 \(details.spkiSHA256)"
                }
        }
    }

    private static func hung(_ branch: [String], isLast: Bool, indent: String = "  ") -> [String] {
        branch.enumerated().map { index, line in
            indent + (index == 0 ? (isLast ? "`- " : "|- ") : (isLast ? "   " : "|  ")) + line
        }
    }

    /// A line without control characters: causes quote what strangers sent.
    static func printable(_ line: String) -> String { TerminalText.line(line) }
}
