import ArgumentParser
import Foundation
import Gate
import Policy

/// `danegate exempt remove`.
struct ExemptRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take exemptions back.",
        discussion: "Exits 1 if there is none for one of the domains.")

    @OptionGroup var options: SettingsOptions

    @OptionGroup var site: HostsOptions

    @Argument(help: "The domains, as they were exempted.")
    var domains: [String]

    @Option(help: "Who wants it; by default who runs the command.")
    var by: String?

    func run() throws {
        guard !site.isUsed else { return try removeOnSite() }
        let settings = try options.read().settings
        var missing: [String] = []
        let order = try ExemptionOrder(settings, by: by, environment: ProcessInfo.processInfo.environment)
        for pattern in try ExemptionOrder.patterns(domains) {
            guard let removed = try order.remove(pattern) else {
                missing.append("there is no exemption for \(pattern).")
                continue
            }
            StandardDescriptors.putDone("\(removed.pattern) is not exempt any more.")
        }
        if missing.count < domains.count { options.announceExemptions(settings) }
        guard missing.isEmpty else { throw ExitError(1, missing) }
    }
}
