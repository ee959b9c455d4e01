import DNSSEC
import Daemon
import Foundation
import Gate
import Policy
import Records
import Reports

/// Why a command ends without success. Commands throw it, and `Danegate.main` catches it: it tells the sentences, and
/// ends the process.
///
/// What a command finds out (`status` says CRITICAL, `check` a rejection) is no error: it is printed, and the command
/// throws ArgumentParser's `ExitCode`.
protocol CommandError: Error {
    /// The exit status: that of sysexits.h, or one that the command's manual page names.
    var status: Int32 { get }
    /// What standard error tells, each sentence in a line of its own.
    var sentences: [String] { get }
}

extension DaemonError: CommandError {}

extension SurveyError: CommandError {}

extension SettingsError: CommandError { var status: Int32 { EX_CONFIG } }

extension PolicyError: CommandError { var status: Int32 { EX_CONFIG } }

extension ResolverError: CommandError {
    var status: Int32 { EX_CONFIG }
    var sentences: [String] { [description] }
}

extension ControlError: CommandError {
    var status: Int32 { EX_UNAVAILABLE }
    var sentences: [String] { [sentence] }
}

extension ExemptionOrderError: CommandError { var sentences: [String] { [sentence] } }

extension HoldOrderError: CommandError { var sentences: [String] { [sentence] } }

extension TraceFilterError: CommandError {
    var status: Int32 { EX_USAGE }
    var sentences: [String] { [sentence] }
}

extension TraceReaderError: CommandError {
    var status: Int32 { EX_NOINPUT }
    var sentences: [String] { [sentence] }
}
