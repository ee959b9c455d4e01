import ArgumentParser
import Foundation
import Gate

/// `danegate settings`: what is in force, and where it came from.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Print the settings in force, and where each came from.",
        discussion: """
            With --policy it says what becomes of mail to a domain and why: the lines of the policy file that are \
            about it, those that lose among them, its exemption, and its place in the roll-out. Of a mail address the \
            local part counts too, of a next hop [host]:port the name. Rulings by client, login and sender come beside \
            that.
            Exits 78, with a sentence for each fault, if a setting or a line of the policy file is at fault.
            """)

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Say what each setting is for, and what it may be.")
    var explain = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Say what applies to domains, next hops or mail addresses, and why; may be repeated.", valueName: "domain"))
    var policy: [String] = []

    @Flag(help: "With --policy: print one JSON object a domain, one a line.")
    var json = false

    func validate() throws {
        if json, policy.isEmpty { throw ValidationError("--json goes with --policy") }
    }

    func run() throws {
        let reader = try options.read()
        let policies: PolicyBook
        do throws(PolicyTable.Faults) { policies = try PolicyBook(path: reader.settings.policyFile) } catch {
            throw Exit.fail(EX_CONFIG, error.sentences)
        }
        guard policy.isEmpty else { return try explain(policy, reader, policies.table) }
        let width = reader.inForce.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for (setting, inForce) in zip(Setting.catalogue, reader.inForce) {
            if explain { lines.append("# \(setting.summary). Must be \(setting.allowed).") }
            let name = "DANEGATE_\(inForce.name)".padding(toLength: width + 9, withPad: " ", startingAt: 0)
            lines.append("\(name) = \(inForce.text.isEmpty ? "-" : inForce.text)  (\(inForce.origin))")
        }
        try StandardDescriptors.put(lines.joined(separator: "\n"))
    }

    private func explain(_ domains: [String], _ reader: SettingsReader, _ table: PolicyTable) throws {
        let arguments = try DestinationArgument.all(domains, reader.settings, names: .any)
        let exemptions = ExemptionOrder.standing(reader.settings)
        for argument in arguments {
            let report = PolicyReport(argument, reader, table, exemptions: exemptions, at: unixTime())
            try StandardDescriptors.put(json ? report.json : report.text)
        }
    }
}
