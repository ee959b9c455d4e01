import ArgumentParser
import Foundation
import Policy
import Records
import Reports

/// `danegate report`: how much mail is affected.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Tell how much was judged, what was or would have been refused, and who is broken.",
        discussion: """
            --since and --until take a date in ISO 8601, or a time ago: 30m, 2h, 7d. Recipients and destinations are \
            counted by the hour: those in which --since and --until fall count whole, and the first line says which \
            time that is. Refused recipients are counted with their rows of the trace, all others at most two seconds \
            later. "Broken" are destinations with a proven fault, not those that could not be looked at. Exits 0, also \
            if nothing was judged; 64 on usage, 66 if there is no trace, 69 if a host of \
            --hosts has not answered.
            """)

    @OptionGroup var options: SettingsOptions
    @OptionGroup var site: HostsOptions
    @Option(help: "The first moment.") var since = "7d"
    @Option(help: "The moment after the last; now, if it is not given.") var until: String?
    @Option(help: "How many broken destinations are named, 0 to 10000.") var top = 10
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "In JSON, with the sets of destinations, so that those of several hosts can be put together.")
    var sets = false

    func run() throws {
        let span = try self.span()
        guard span.since < span.until else { throw ExitError(EX_USAGE, "--since must be earlier than --until.") }
        guard (0...10_000).contains(top) else { throw ExitError(EX_USAGE, "--top \(top): must be from 0 to 10000.") }
        guard !site.isUsed else { return try tellSite() }
        let reader = TraceReader(try options.read().settings)
        let report = try ImpactReport(reader, since: span.since, until: span.until, top: top)
        try StandardDescriptors.put(json ? (sets ? report.jsonWithSets : report.json) : report.text)
    }

    private func span() throws(TraceFilterError) -> (since: Int64, until: Int64) {
        let now = TraceTime.now()
        let end = try until.map { (text) throws(TraceFilterError) in
            try TraceFilter.moment(text, option: "--until", now: now)
        }
        return (try TraceFilter.moment(since, option: "--since", now: now), end ?? now)
    }
}
