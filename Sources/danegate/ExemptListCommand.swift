import ArgumentParser
import Gate
import Policy

/// `danegate exempt list`.
struct ExemptListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the exemptions in force.")

    @OptionGroup var options: SettingsOptions

    @OptionGroup var site: HostsOptions

    @Flag(help: "Those too that have ended, the latest first.")
    var all = false

    @Flag(help: "Print one JSON object an exemption, one a line.")
    var json = false

    func run() throws {
        guard !site.isUsed else { return try listSite() }
        let settings = try options.read().settings
        let exemptions = try ExemptionOrder.list(settings, isWhole: all)
        if json {
            for exemption in exemptions { try StandardDescriptors.put(ExemptionText.json(exemption)) }
        } else {
            try StandardDescriptors.put(ExemptionText.table(exemptions, isWhole: all))
        }
    }
}
