import ArgumentParser
import Foundation
import Gate
import Policy
import Support

/// `danegate hold`: what an administrator can do about a zone or a network that fills the daemon.
struct HoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Hold mail to a zone back for a time, or make no connection to a network.",
        discussion: """
            Within some seconds the running daemon puts off each recipient in a zone (dead.example, with all below it) \
            at once with 4.7.0, without an inspection, whatever mode and policy say; only exemptions go before. To \
            the addresses of a prefix (192.0.2.0/24, 2001:db8::/56) it makes no connection: recipients whose verdict \
            would need one are put off with 4.7.0, and verdicts that are kept still count. A hold rejects nobody and \
            accepts nobody. It ends by itself, outlives a restart, and is named in danegate status.
            Without a zone or a prefix it lists the holds.
            Exits 1 if one that is to end does not exist, 64 on usage, 69 if the file cannot be had, 78 on settings.
            """)

    @OptionGroup var options: SettingsOptions

    @Argument(help: "The zones and prefixes.")
    var subjects: [String] = []

    @Option(name: .customLong("for"), help: "For how long, from 1s to 1d: 1h.")
    var time: String?

    @Flag(help: "End the holds.")
    var end = false

    @Option(help: "Who wants it; by default who runs the command.")
    var by: String?

    func validate() throws {
        if end, time != nil { throw ValidationError("--end and --for exclude each other.") }
        if subjects.isEmpty, end || time != nil { throw ValidationError("Name a zone or a prefix.") }
        if !subjects.isEmpty, !end, time == nil { throw ValidationError("--for is needed: --for 1h.") }
    }

    func run() throws {
        let settings = try options.read().settings
        var missing: [Hold.Subject] = []
        let order = try HoldOrder(settings, by: by, environment: ProcessInfo.processInfo.environment)
        let subjects = try HoldOrder.subjects(subjects)
        if let time {
            for hold in try order.hold(subjects, for: time) {
                StandardDescriptors.putDone(TerminalText.line(hold.text))
            }
        } else if end {
            missing = try order.end(subjects)
            for subject in subjects where !missing.contains(subject) {
                StandardDescriptors.putDone("\(subject) is not held any more.")
            }
        } else {
            let holds = try order.all()
            if holds.isEmpty { StandardDescriptors.putDone("Nothing is held.") }
            for hold in holds { StandardDescriptors.putDone(TerminalText.line(hold.text)) }
        }
        guard missing.isEmpty else { throw ExitError(1, missing.map { "\($0) is not held." }) }
    }
}
