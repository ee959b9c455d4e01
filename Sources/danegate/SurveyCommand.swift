public import ArgumentParser
import Foundation
public import Gate

/// `danegate survey`: how much mail the gate would refuse, before it refuses any.
struct SurveyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "survey",
        abstract: "Judge a list of domains or a mail log, thousands at a time: how much would be refused?",
        discussion: """
            The input has one destination a line: a domain, a next hop in brackets with an optional port, a mail address, or \
            "rank,domain"; or it is a Postfix mail log, of which the deliveries of smtp(8) are read. Lines may be mixed; blank \
            ones and # comments are passed over, others that cannot be read are counted and the first 20 listed.
            Each destination is judged once, in the order of its first appearance, with the recipients that it has in the input. \
            Results go to standard output or FILE as they come, the summary to standard error. What is in doubt is tried a \
            second time.
            A survey that ended early is gone on with by the same command and --resume: the results are the same as if it had \
            not. Settings and policies must be the same too: results that are there keep their rulings. SIGINT ends one within \
            two seconds.
            Of policies the file's count (DANEGATE_POLICY_FILE); the daemon's exemptions, and what is ruled by sender or client, do not.
            Exits 0 when all is judged whatever was found, 65 if there is no destination in the input, 66 if it cannot be read, \
            69 if DNS does not work, 73 if FILE is there already or is another's, 74 if it cannot be written, 75 if DNS stopped \
            working for ten minutes, 78 on settings, 130 after SIGINT, 143 after SIGTERM.
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Write the results to a new file.", valueName: "file"))
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

    @Argument(help: ArgumentHelp("The list or log; - for standard input.", valueName: "file"))
    var input: String

    func validate() throws {
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

    // Synchronous: the main thread belongs to the signals.
    func run() throws {
        var request = Survey.Request(input: input)
        request.output = output
        request.resumes = resume
        request.format = format
        request.hasTimes = timings
        request.concurrency = concurrency
        request.retryAfter = retryAfter
        request.summary = summary
        let survey = Survey(request, settings: try options.read().settings)
        do throws(SurveyFault) { try survey.run() } catch {
            throw Exit.fail(error.status, error.sentences)
        }
    }
}

extension SurveyFormat: ExpressibleByArgument {}

extension Survey.SummaryForm: ExpressibleByArgument {}
