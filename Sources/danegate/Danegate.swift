import ArgumentParser
import DNSSEC
import Foundation
import Milter
import Policy
import Probe

/// The command line. Each subcommand has a file of its own.
@main
struct Danegate: ParsableCommand {
    /// The version of this program.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "danegate",
        abstract: "Refuses mail to recipients whose DNSSEC or DANE is broken, before it is accepted.",
        discussion: """
            Settings are environment variables, DANEGATE_MODE=monitor for instance; `danegate settings` lists them \
            all. They may stand in a file, \(EnvironmentFile.places.joined(separator: " or ")).
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
        // libdispatch reports thread priorities to syslog(3) ("Failed to set thread priority"), which then stand in the
        // mail log under danegate's name. It reads this variable with its first message. A value that the user has set
        // is kept.
        setenv("LIBDISPATCH_LOG", "NO", 0)
        if let sentence = UnknownCommand.sentence(Array(CommandLine.arguments.dropFirst())) {
            exit(withError: Exit.fail(EX_USAGE, [sentence]))
        }
        main(nil)
    }
}
