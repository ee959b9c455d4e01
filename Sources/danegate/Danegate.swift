import ArgumentParser
import CVersion
import DNSSEC
import Foundation
import Milter
import Policy
import Probe

/// The command line. Each subcommand has a file of its own.
@main
struct Danegate: ParsableCommand {
    /// The version of this program, as CVersion.h has it.
    static let version = String(cString: danegate_version())

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
            RunCommand.self, CheckCommand.self, StatusCommand.self, ReloadCommand.self, RecheckCommand.self,
            TraceCommand.self, ReportCommand.self, SurveyCommand.self, ExplainCommand.self, NoticeCommand.self,
            ExemptCommand.self, PageCommand.self, HoldCommand.self, JudgeCommand.self, SettingsCommand.self,
            ManualCommand.self,
        ])

    static func main() {
        StandardDescriptors.fill()
        // libdispatch reports thread priorities to syslog(3) ("Failed to set thread priority"), which then stand in the
        // mail log under danegate's name. It reads this variable with its first message. A value that the user has set
        // is kept.
        setenv("LIBDISPATCH_LOG", "NO", 0)
        do {
            if let error = UnknownCommandError(Array(CommandLine.arguments.dropFirst())) { throw error }
            var command = try parseAsRoot()
            try command.run()
        } catch let error as any CommandError {
            StandardDescriptors.tell(error.sentences, isError: error.status != 0)
            exit(withError: ExitCode(error.status))
        } catch {
            exit(withError: error)
        }
    }
}
