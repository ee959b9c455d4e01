import ArgumentParser
import Foundation
import Gate
import Policy

/// `danegate exempt add`.
struct ExemptAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Exempt domains; those that are exempt already anew.")

    @OptionGroup var options: SettingsOptions

    @OptionGroup var site: HostsOptions

    @Argument(help: "The domains, or .domain for subdomains.")
    var domains: [String]

    @Option(
        help: "Its end: a day (2027-01-31, to its end in UTC), a moment (2027-01-31T12:00:00Z), or a time (30d).")
    var until: String

    @Option(help: "Why.")
    var reason: String

    @Flag(help: "Do not lift it although the domain is in order.")
    var keep = false

    @Option(help: "Who wants it; by default who runs the command.")
    var by: String?

    func run() throws {
        guard !site.isUsed else { return try addOnSite() }
        let settings = try options.read().settings
        let order = try ExemptionOrder(settings, by: by, environment: ProcessInfo.processInfo.environment)
        for pattern in try ExemptionOrder.patterns(domains) {
            let done = try order.add(pattern, until: until, reason: reason, keeps: keep)
            if let warning = done.warning { StandardDescriptors.tell([warning], isError: false) }
            StandardDescriptors.putDone(ExemptionText.added(done.exemption, replaced: done.replaced))
        }
        options.announceExemptions(settings)
    }
}
