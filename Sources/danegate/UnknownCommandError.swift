import ArgumentParser
import Foundation
import Support

/// A command does not exist. The sentence suggests the one that may be meant.
struct UnknownCommandError: CommandError {
    let status = EX_USAGE
    let sentences: [String]

    /// The error about the first word that should be a command and is none; nil if there is no such word.
    ///
    /// - Parameter arguments: The arguments of the command line, without the program's name.
    init?(_ arguments: [String]) {
        var path = ["danegate"]
        var commands = Danegate.configuration.subcommands
        for argument in arguments {
            guard !commands.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
            guard let command = commands.first(where: { $0._commandName == argument }) else {
                let shown = commands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
                let near = NearNames.of(argument, in: shown + ["help"])
                let hint =
                    near.isEmpty
                    ? "`\(path.joined(separator: " ")) --help` lists what there is"
                    : "did you mean \(near.joined(separator: " or "))?"
                let kind = path.count == 1 ? "command" : "command of `\(path.joined(separator: " "))`"
                sentences = ["'\(TerminalText.shown(argument))' is no \(kind); \(hint)"]
                return
            }
            path.append(argument)
            commands = command.configuration.subcommands
        }
        return nil
    }
}
