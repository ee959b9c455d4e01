import Foundation

/// A command and its subcommands, as ArgumentParser describes them (`--experimental-dump-help`).
public struct CommandDescription: Decodable, Sendable {
    /// An argument, an option or a flag.
    public struct Argument: Decodable, Sendable {
        /// One spelling of its name.
        public struct Name: Decodable, Sendable {
            let kind: String
            let name: String

            var spelling: String { (kind == "long" ? "--" : "-") + name }
        }

        let kind: String
        let names: [Name]?
        let valueName: String?
        let abstract: String?
        let isOptional: Bool
        let isRepeating: Bool
        let shouldDisplay: Bool
        let defaultValue: String?

        /// The form for a synopsis: `--json`, `--since time`, or `domains ...`.
        var usage: String {
            let value = (valueName ?? "value").replacing("-", with: "_").uppercased() + (isRepeating ? " ..." : "")
            let names = (names ?? []).map(\.spelling).joined(separator: ", ")
            return switch kind {
            case "positional": value
            case "flag": names
            default: "\(names) \(value)"
            }
        }

        /// Whether all commands have it.
        var isCommon: Bool { ["help", "version"].contains(valueName) && kind == "flag" }
    }

    /// The name of the command.
    public let commandName: String
    /// What the command does.
    public let abstract: String?
    /// More about the command.
    public let discussion: String?
    /// Whether help shows the command.
    public let shouldDisplay: Bool?
    /// The subcommands.
    public let subcommands: [CommandDescription]?
    /// The arguments, options and flags.
    public let arguments: [Argument]?

    private struct Tool: Decodable { let command: CommandDescription }

    /// Reads the description that ArgumentParser writes.
    ///
    /// - Throws: If it does not have the form of ArgumentParser 1.
    public static func read(_ json: String) throws -> CommandDescription {
        try JSONDecoder().decode(Tool.self, from: Data(json.utf8)).command
    }

    /// Returns the commands that are shown, each with its path. Subcommands follow their command.
    func shown(below path: [String] = []) -> [(path: [String], command: CommandDescription)] {
        (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }.flatMap { command in
            [(path + [command.commandName], command)] + command.shown(below: path + [command.commandName])
        }
    }

    /// The arguments of this command, without those that all commands have.
    var own: [Argument] { (arguments ?? []).filter { $0.shouldDisplay && !$0.isCommon } }
}
