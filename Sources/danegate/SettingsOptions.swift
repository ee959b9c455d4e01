import ArgumentParser
import Foundation
import Gate

/// Where the settings come from: every subcommand has these options.
struct SettingsOptions: ParsableArguments {
    @Option(help: "A file of NAME=value lines; variables of the environment win over it.", completion: .file())
    var envFile: String?

    /// The settings; where they are at fault, every sentence goes to standard error and the exit status is 78.
    func read() throws -> SettingsReader {
        do throws(SettingsReader.Faults) {
            return try SettingsReader(environment: ProcessInfo.processInfo.environment, file: envFile)
        } catch {
            throw Exit.fail(EX_CONFIG, error.sentences)
        }
    }
}
