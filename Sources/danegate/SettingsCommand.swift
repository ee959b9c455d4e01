import ArgumentParser
import Foundation
import Gate

/// `danegate settings`: what is in force, and where it came from.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Print the settings in force, and where each came from.",
        discussion: "Exits 78, with a sentence for each fault, if a setting or a line of the policy file is at fault.")

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Say what each setting is for, and what it may be.")
    var explain = false

    func run() throws {
        let reader = try options.read()
        do throws(PolicyTable.Faults) { _ = try PolicyBook(path: reader.settings.policyFile) } catch {
            throw Exit.fail(EX_CONFIG, error.sentences)
        }
        let width = reader.inForce.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for (setting, inForce) in zip(Setting.catalogue, reader.inForce) {
            if explain { lines.append("# \(setting.summary). Must be \(setting.allowed).") }
            let name = "DANEGATE_\(inForce.name)".padding(toLength: width + 9, withPad: " ", startingAt: 0)
            lines.append("\(name) = \(inForce.text.isEmpty ? "-" : inForce.text)  (\(inForce.origin))")
        }
        try StandardDescriptors.put(lines.joined(separator: "\n"))
    }
}
