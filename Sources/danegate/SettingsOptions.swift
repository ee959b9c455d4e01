import ArgumentParser
import Foundation
import Policy

/// The source of the settings. All subcommands have these options.
struct SettingsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file of NAME=value lines; variables of the environment win over it. By default "
                + EnvironmentFile.places.joined(separator: ", or else ") + ".", valueName: "env-file"),
        completion: .file())
    var envFile: String?

    /// Reads the settings.
    ///
    /// - Throws: All their faults together.
    func read() throws(SettingsError) -> SettingsReader {
        try SettingsReader.read(environment: ProcessInfo.processInfo.environment, named: envFile)
    }

    /// Reads the settings for a command that only asks the daemon. Members of the socket's group may ask it, also if
    /// they may not read the environment file. An error in that file does not keep them from asking either.
    ///
    /// - Returns: The settings, a clause if those in a file that this user may not read are missing, and the faults of
    ///   the settings, one sentence each.
    func readToAsk() throws(SettingsError) -> (settings: Settings, note: String?, faults: [String]) {
        let environment = ProcessInfo.processInfo.environment
        do throws(SettingsError) {
            if envFile == nil, let kept = try SettingsReader.withoutKeptFile(environment: environment) {
                return (kept.reader.settings, kept.note, [])
            }
            return (try SettingsReader.read(environment: environment, named: envFile).settings, nil, [])
        } catch {
            guard let settings = try? SettingsReader.towardsDaemon(environment: environment, named: envFile) else {
                throw error
            }
            return (settings, nil, error.sentences)
        }
    }

    /// Reads the policies of the settings. If the last good copy of their file is in force, standard error says so.
    ///
    /// - Throws: The faults of the file if there is no copy.
    func policies(_ settings: Settings) throws(PolicyError) -> PolicyBook {
        let policies = try PolicyBook(settings)
        StandardDescriptors.tell(policies.faults)
        return policies
    }
}
