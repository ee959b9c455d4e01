import ArgumentParser
import Foundation
import Records
import Reports
import Support

extension ReportCommand {
    /// Each host names at least so many broken destinations: what stands low in the list of each may stand high in
    /// that of all.
    private static let named = 1000

    /// Tells the reports of all hosts of a site in one.
    func tellSite() throws {
        var sum = SiteReport()
        var arguments = ["--json", "--since=\(since)", "--top=\(min(10_000, max(Self.named, top * 10)))"]
        if let until { arguments.append("--until=\(until)") }
        let lost = try site.ask(
            ["report"], arguments + ["--sets"], options, bytes: 16 << 20, older: arguments,
            failed: { sum.fail($0.mta, $1, $2) },
            { answer, index in try sum.take(answer, index) })
        let report = sum.report(top: top, now: TraceTime.now())
        // A report of no host at all would read like one of no mail.
        guard json || !report.isOfNobody else { throw HostsOptions.incomplete }
        try StandardDescriptors.put(
            json ? TerminalText.json(sets ? report.jsonWithSets : report.json) : report.text)
        guard lost.isEmpty else { throw HostsOptions.incomplete }
    }
}
