import ArgumentParser
import Foundation
import Gate
import Policy

/// `danegate exempt`: exemptions with an end.
struct Exempt: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Exempt domains for a time: nobody is refused for their sake.",
        discussion: """
            An exemption is in force in the running daemon within some seconds, and wins over the policy file. It ends \
            at its time, or as soon as the domain has been in order for DANEGATE_EXEMPT_LIFT_AFTER, unless it was made \
            with --keep. A domain with a dot before it stands for its subdomains; such an exemption is never lifted, \
            as there is no one destination to look at. Of a mail address or a next hop [host]:port the domain is \
            meant.
            Exits 64 on usage, 69 if the file cannot be had, 78 on settings.
            """,
        subcommands: [Add.self, Remove.self, List.self])

    /// `danegate exempt add`.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Exempt domains; those that are exempt already anew.")

        @OptionGroup var options: SettingsOptions

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
            let settings = try options.read().settings
            do throws(ExemptionOrderError) {
                let order = try ExemptionOrder(settings, by: by, environment: ProcessInfo.processInfo.environment)
                for pattern in try Exempt.patterns(domains) {
                    let done = try order.add(pattern, until: until, reason: reason, keeps: keep)
                    if let warning = done.warning { _ = Exit.fail(0, [warning]) }
                    try? StandardDescriptors.put(ExemptionText.added(done.exemption, replaced: done.replaced))
                }
            } catch { throw Exit.fail(error.status, [error.sentence]) }
        }
    }

    /// `danegate exempt remove`.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take exemptions back.", discussion: "Exits 1 if there is none for one of the domains.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The domains, as they were exempted.")
        var domains: [String]

        @Option(help: "Who wants it; by default who runs the command.")
        var by: String?

        func run() throws {
            let settings = try options.read().settings
            var missing: [String] = []
            do throws(ExemptionOrderError) {
                let order = try ExemptionOrder(settings, by: by, environment: ProcessInfo.processInfo.environment)
                for pattern in try Exempt.patterns(domains) {
                    guard let removed = try order.remove(pattern) else {
                        missing.append("there is no exemption for \(pattern).")
                        continue
                    }
                    try? StandardDescriptors.put("\(removed.pattern) is not exempt any more.")
                }
            } catch { throw Exit.fail(error.status, [error.sentence]) }
            guard missing.isEmpty else { throw Exit.fail(1, missing) }
        }
    }

    /// `danegate exempt list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the exemptions in force.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Those too that have ended, the latest first.")
        var all = false

        @Flag(help: "Print one JSON object an exemption, one a line.")
        var json = false

        func run() throws {
            let settings = try options.read().settings
            let exemptions: [Exemption]
            do throws(ExemptionOrderError) {
                exemptions = try ExemptionOrder.list(settings, isWhole: all)
            } catch { throw Exit.fail(error.status, [error.sentence]) }
            if json {
                for exemption in exemptions { try StandardDescriptors.put(ExemptionText.json(exemption)) }
            } else {
                try StandardDescriptors.put(ExemptionText.table(exemptions, isWhole: all))
            }
        }
    }
}

extension Exempt {
    /// Reads all arguments before anything is done for one of them.
    fileprivate static func patterns(_ texts: [String]) throws(ExemptionOrderError) -> [DomainPattern] {
        var patterns: [DomainPattern] = []
        for text in texts { patterns.append(try ExemptionOrder.pattern(text)) }
        return patterns
    }
}

extension ExemptionOrder {
    /// Returns the live exemptions, for a command that prints other things too. If they cannot be read, standard error
    /// says so, and the command goes on as if there were none.
    static func standing(_ settings: Settings) -> [Exemption] {
        do throws(ExemptionOrderError) { return try list(settings, isWhole: false) } catch {
            _ = Exit.fail(error.status, ["\(error.sentence) What follows is as without exemptions."])
            return []
        }
    }
}
