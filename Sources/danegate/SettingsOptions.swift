import ArgumentParser
import Foundation
import Gate

/// Where the settings come from: every subcommand has these options.
struct SettingsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file of NAME=value lines; variables of the environment win over it. By default "
                + EnvironmentFile.places.joined(separator: ", or else ") + ".", valueName: "env-file"),
        completion: .file())
    var envFile: String?

    /// The settings; where they are at fault, every sentence goes to standard error and the exit status is 78.
    func read() throws -> SettingsReader {
        do throws(SettingsReader.Faults) {
            return try SettingsReader.read(environment: ProcessInfo.processInfo.environment, named: envFile)
        } catch {
            throw Exit.fail(EX_CONFIG, error.sentences)
        }
    }

    /// The settings for a command that only asks the daemon. Members of the socket's group may ask, and need not be
    /// those who may read the environment file; and a slip there is no reason not to be told how the daemon is.
    ///
    /// - Returns: The settings; a clause if they lack what stands in a file that this user may not read; and what is
    ///   wrong with them, a sentence each.
    func readToAsk() throws -> (settings: Settings, note: String?, faults: [String]) {
        let environment = ProcessInfo.processInfo.environment
        do throws(SettingsReader.Faults) {
            if envFile == nil, let kept = try SettingsReader.withoutKeptFile(environment: environment) {
                return (kept.reader.settings, kept.note, [])
            }
            return (try SettingsReader.read(environment: environment, named: envFile).settings, nil, [])
        } catch {
            guard let settings = try? SettingsReader.towardsDaemon(environment: environment, named: envFile) else {
                throw Exit.fail(EX_CONFIG, error.sentences)
            }
            return (settings, nil, error.sentences)
        }
    }

    /// The policies of the settings. Where the last good copy of their file is in force, standard error says so; where
    /// there is none, the exit status is 78.
    func policies(_ settings: Settings) throws -> PolicyBook {
        do throws(PolicyTable.Faults) {
            let policies = try PolicyBook(settings)
            if !policies.faults.isEmpty { _ = Exit.fail(EX_CONFIG, policies.faults) }
            return policies
        } catch {
            throw Exit.fail(EX_CONFIG, error.sentences)
        }
    }
}
