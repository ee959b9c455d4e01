import Foundation

/// A command and its subcommands as ArgumentParser describes them (`--experimental-dump-help`).
public struct CommandDescription: Decodable, Sendable {
    /// An argument, an option or a flag.
    public struct Argument: Decodable, Sendable {
        /// One spelling.
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

        /// `--json`, `--since time`, or `domains ...`.
        var usage: String {
            let value = (valueName ?? "value").replacing("-", with: "_").uppercased() + (isRepeating ? " ..." : "")
            let names = (names ?? []).map(\.spelling).joined(separator: ", ")
            return switch kind {
            case "positional": value
            case "flag": names
            default: "\(names) \(value)"
            }
        }

        /// Whether every command has it.
        var isCommon: Bool { ["help", "version"].contains(valueName) && kind == "flag" }
    }

    /// Its name.
    public let commandName: String
    /// What it does.
    public let abstract: String?
    /// More about it.
    public let discussion: String?
    /// Whether it is shown in help.
    public let shouldDisplay: Bool?
    /// The commands below it.
    public let subcommands: [CommandDescription]?
    /// What it takes.
    public let arguments: [Argument]?

    private struct Tool: Decodable { let command: CommandDescription }

    /// Reads the description that ArgumentParser gives.
    ///
    /// - Throws: If it is another form than that of ArgumentParser 1.
    public static func read(_ json: String) throws -> CommandDescription {
        try JSONDecoder().decode(Tool.self, from: Data(json.utf8)).command
    }

    /// The commands that are shown, the path of each in front: those below a command behind it.
    func shown(below path: [String] = []) -> [(path: [String], command: CommandDescription)] {
        (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }.flatMap { command in
            [(path + [command.commandName], command)] + command.shown(below: path + [command.commandName])
        }
    }

    /// What it takes, those that every command has aside.
    var own: [Argument] { (arguments ?? []).filter { $0.shouldDisplay && !$0.isCommon } }
}
