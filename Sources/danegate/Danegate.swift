import ArgumentParser
import DNSSEC
import Foundation
import Milter
import Policy
import Probe

/// The command line: one subcommand a file.
@main
struct Danegate: ParsableCommand {
    /// The version of this program.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "danegate",
        abstract: "Refuses mail to recipients whose DNSSEC or DANE is broken, before it is accepted.",
        discussion: """
            Settings are environment variables, DANEGATE_MODE=monitor for instance; `danegate settings` lists them all. They \
            may stand in a file, \(EnvironmentFile.places.joined(separator: " or ")).
            """,
        version: """
            danegate \(version)
            libmilter \(MilterService.libraryVersion)
            libunbound \(Resolver.libraryVersion)
            GnuTLS \(Prober.gnuTLSVersion)
            """,
        subcommands: [
            Run.self, Check.self, Status.self, ReloadCommand.self, RecheckCommand.self,
            TraceCommand.self, ReportCommand.self, SurveyCommand.self, Explain.self,
            NoticeCommand.self, Exempt.self, HoldCommand.self, Judge.self, SettingsCommand.self, ManualCommand.self,
        ])

    static func main() {
        StandardDescriptors.fill()
        // libdispatch tells syslog(3) what it makes of thread priorities ("Failed to set thread priority"), in the mail
        // log under our name. It reads this when it first has something to say; whoever sets it otherwise is let.
        setenv("LIBDISPATCH_LOG", "NO", 0)
        if let sentence = UnknownCommand.sentence(Array(CommandLine.arguments.dropFirst())) {
            exit(withError: Exit.fail(EX_USAGE, [sentence]))
        }
        main(nil)
    }
}
