import ArgumentParser

/// `danegate exempt`: exemptions with an end.
struct ExemptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exempt", abstract: "Exempt domains for a time: nobody is refused for their sake.",
        discussion: """
            An exemption is in force in the running daemon within some seconds, and wins over the policy file. It ends \
            at its time, or as soon as the domain has been in order for DANEGATE_EXEMPT_LIFT_AFTER, unless it was made \
            with --keep. A domain with a dot before it stands for its subdomains; such an exemption is never lifted, \
            as there is no one destination to look at. Of a mail address or a next hop [host]:port the domain is \
            meant.
            Exits 64 on usage, 69 if the file cannot be had, or a host of --hosts has not done it, 78 on settings.
            """,
        subcommands: [ExemptAddCommand.self, ExemptRemoveCommand.self, ExemptListCommand.self])
}
