import ArgumentParser
import Foundation
import Gate
import Policy
import Reports
import Support

/// `danegate settings`: the settings in force, and where each comes from.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Print the settings in force, and where each came from.",
        discussion: """
            With --policy it says what becomes of mail to a domain and why: the lines of the policy file that are \
            about it, those that lose among them, its exemption, and its place in the roll-out. Of a mail address the \
            local part counts too, of a next hop [host]:port the name. Rulings by client, login and sender come beside \
            that.
            The first line names the environment file. Where the running daemon has something else in force, lines at \
            the end say so, and whether that needs a reload or a restart.
            Exits 78, with a sentence for each fault, if a setting is at fault, or a line of the policy file of which \
            there is no good copy.
            """)

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Say what each setting is for, and what it may be.")
    var explain = false

    @Flag(help: "Print a file of settings to begin with: every setting with its default, commented out.")
    var template = false

    @Flag(help: "Print only what is set: the environment, the file or systemd says it.")
    var changed = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Say what applies to domains, next hops or mail addresses, and why; may be repeated.", valueName: "domain"))
    var policy: [String] = []

    @Flag(help: "With --policy: print one JSON object a domain, one a line.")
    var json = false

    func validate() throws {
        if template, explain || changed || !policy.isEmpty || options.envFile != nil {
            throw ValidationError("--template stands alone: it says nothing about the settings in force")
        }
        if changed, !policy.isEmpty { throw ValidationError("--changed and --policy exclude each other") }
        if json, policy.isEmpty { throw ValidationError("--json goes with --policy") }
    }

    func run() throws {
        // `put` adds the end of the last line.
        if template { return try StandardDescriptors.put(String(SettingsTemplate.text.dropLast())) }
        let reader = try options.read()
        let policies = try options.policies(reader.settings)
        guard policy.isEmpty else { return try explain(policy, reader, policies.table) }
        let width = reader.inForce.map(\.name.count).max() ?? 0
        var lines = ["# Environment file: \(reader.file ?? "none (\(EnvironmentFile.places.joined(separator: ", ")))")"]
        for (setting, inForce) in zip(Setting.catalogue, reader.inForce) {
            if changed, inForce.origin == .standard { continue }
            if explain { lines.append("# \(setting.summary). Must be \(setting.allowed).") }
            let name = "DANEGATE_\(inForce.name)".padding(toLength: width + 9, withPad: " ", startingAt: 0)
            lines.append("\(name) = \(inForce.text.isEmpty ? "-" : inForce.text)  (\(inForce.origin))")
        }
        lines += differences(reader).map { "# \($0)" }
        try StandardDescriptors.put(lines.joined(separator: "\n"))
    }

    /// Returns how the running daemon's settings differ; nothing if none runs.
    private func differences(_ reader: SettingsReader) -> [String] {
        guard let path = reader.settings.controlSocketPath else { return [] }
        do throws(ControlError) {
            let line = try ControlClient.ask(path, "settings")
            return SettingsStanding(json: line)?.differences(from: reader)
                ?? ["a daemon of another version answers: it does not tell its settings."]
        } catch {
            switch error {
            case .noDaemon, .noSocket: return []
            case .denied(let sentence), .silent(let sentence): return [sentence]
            }
        }
    }

    private func explain(_ domains: [String], _ reader: SettingsReader, _ table: PolicyTable) throws {
        let arguments = try DestinationArgument.all(domains, reader.settings, names: .any)
        let exemptions = ExemptionOrder.standing(reader.settings)
        for argument in arguments {
            let report = PolicyReport(argument, reader, table, exemptions: exemptions, at: unixTime())
            try StandardDescriptors.put(json ? report.json : report.text)
        }
        // What is told above is so by the files: mail is ruled by what the daemon has.
        let different = json ? [] : differences(reader)
        if !different.isEmpty { try StandardDescriptors.put(different.map { "# \($0)" }.joined(separator: "\n")) }
    }
}
