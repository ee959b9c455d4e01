public import ArgumentParser
import Foundation
import Policy
import Reports

/// `danegate survey`: how much mail the gate would refuse, before it refuses any.
struct SurveyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "survey",
        abstract: "Judge a list of domains or a mail log, thousands at a time: how much would be refused?",
        discussion: """
            The input is a list or a mail log. A list has one destination a line: a domain, a next hop in brackets \
            with an optional port, mail addresses, or "rank,domain". Of a log the deliveries to other hosts are read: \
            those of Postfix, Sendmail and Exim, and the rulings of danegate, as syslog, journalctl, Docker, \
            Kubernetes or a collector writes them, plain or in JSON. Files that gzip, xz, bzip2 or zstd has compressed \
            are read by that program. Several files are read in the order given. Blank lines and # comments are passed \
            over; lines that cannot be read are counted, and the first 20 are listed.
            A survey leaves out what the gate passes, counts it, and says so in the summary: deliveries by transports \
            that are not in DANEGATE_TRANSPORTS (of Exim's transports those count whose name has smtp in it), hosts \
            that are named by a special-purpose address or live in an internal network (unless DANEGATE_PROBE_ALLOW \
            has them), address probes of Postfix, and DANEGATE_EXEMPT_LOCALPARTS. Words of the remote server are never \
            read.
            Mail may have gone through a relay that is no MX host of its domain. The summary names such relays. With \
            --route nexthop (the default if DANEGATE_ROUTE is nexthop) the relay is judged in place of such a domain, \
            as the gate does it; with --route recipient the domain is judged. A log does not show how the relay was \
            configured: it is taken for a host in brackets. A domain that has changed its MX hosts since the log was \
            written looks the same.
            Each destination is judged once, in the order of its first appearance, with the recipients that it has in \
            the input. Results go to standard output or FILE as they come, the summary to standard error. What is in \
            doubt is tried a second time.
            To go on with a survey that ended early, give the same command with --resume: the results are the same as \
            if it had not ended. Use the same files in the same order (the last one may have grown), settings and \
            policies: results that are there keep their rulings. SIGINT ends a survey within two seconds.
            The policy file counts (DANEGATE_POLICY_FILE). The daemon's exemptions, and what is ruled by sender or \
            client, do not.
            Exits 0 when all is judged whatever was found, 65 if there is no destination in the input, 66 if it cannot \
            be read, 69 if DNS does not work, 73 if FILE is there already or is another's, 74 if it cannot be written, \
            75 if DNS stopped working for ten minutes, 78 on settings, 130 after SIGINT, 143 after SIGTERM.
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Write the results to a new file.", valueName: "file"), completion: .file())
    var output: String?

    @Flag(help: "Go on with the results that are in the output file.")
    var resume = false

    @Option(help: "jsonl: a JSON object a line; csv: RFC 4180 with a header.")
    var format = SurveyFormat.jsonl

    @Option(help: "How to tell the summary: text, json or none.")
    var summary = Survey.SummaryForm.text

    @Flag(help: "Add how long each inspection took: elapsed_ms.")
    var timings = false

    @Option(help: "How many destinations to inspect at once, if there are descriptors enough.")
    var concurrency = 1000

    @Option(help: "After how many seconds to try again what is in doubt.")
    var retryAfter = 15

    @Option(
        help: ArgumentHelp(
            "Judge mail that went by a relay by its domain (recipient) or by the relay (nexthop); by default as "
                + "DANEGATE_ROUTE says.",
            valueName: "route"))
    var route: Settings.RouteSource?

    @Argument(
        help: ArgumentHelp("Lists or logs, in this order; - for standard input.", valueName: "file"),
        completion: .file())
    var inputs: [String]

    func validate() throws {
        guard inputs.count(where: { $0 == "-" }) <= 1 else { throw ValidationError("- can be given once") }
        guard (1...100_000).contains(concurrency) else {
            throw ValidationError("--concurrency must be a number from 1 to 100000")
        }
        guard (0...3600).contains(retryAfter) else {
            throw ValidationError("--retry-after must be a number of seconds from 0 to 3600")
        }
        guard !resume || output != nil else {
            throw ValidationError("--resume wants --output: the file to go on with")
        }
    }

    // It is synchronous, because the main thread handles the signals.
    func run() throws {
        var request = Survey.Request(inputs: inputs)
        request.output = output
        request.resumes = resume
        request.format = format
        request.hasTimes = timings
        request.concurrency = concurrency
        request.retryAfter = retryAfter
        request.summary = summary
        request.route = route
        let survey = Survey(request, settings: try options.read().settings)
        try survey.run()
    }
}

extension SurveyFormat: ExpressibleByArgument {}

extension Survey.SummaryForm: ExpressibleByArgument {}

extension Settings.RouteSource: ExpressibleByArgument {}
