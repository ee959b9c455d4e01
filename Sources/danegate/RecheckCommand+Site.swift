import ArgumentParser
import Foundation
import Gate
import Policy
import Reports

extension RecheckCommand {
    /// Has the daemons of all hosts of a site look at the domains, and tells what each has found.
    func lookOnSite() throws {
        var found: [Int: [SiteRechecks.Finding]] = [:]
        // Each daemon opens connections of its own to the same mail hosts, so not all begin at once. A look takes 110
        // seconds at most.
        let lost = try site.ask(
            ["recheck"], ["--json", "--"] + domains, options, bytes: (1 << 20) + domains.count << 16,
            limit: .seconds(120 * min(domains.count, 30)), width: 8, statuses: [0, 1, EX_TEMPFAIL]
        ) { answer, index in
            found[index] = try SiteRechecks.findings(answer, count: domains.count)
        }
        let findings = found.sorted { $0.key < $1.key }.flatMap(\.value)
        for finding in findings { try StandardDescriptors.put(json ? finding.line : finding.text) }
        if json { for line in lost { try StandardDescriptors.put(line) } }
        guard lost.isEmpty else { throw HostsOptions.incomplete }
        let actions = findings.map(\.report.action)
        if actions.contains(.reject) { throw ExitCode(1) }
        if actions.contains(where: { $0 != .accept }) { throw ExitCode(EX_TEMPFAIL) }
    }
}
