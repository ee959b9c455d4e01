import ArgumentParser
import Gate
import Support

/// `danegate reload`: lets the running daemon read its settings and policies again.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the running daemon read its environment file and policy file again.",
        discussion: """
            Says what has changed, and what needs a restart. Where a setting or a policy is at fault, the daemon goes \
            on with what it has, and each fault is named. No session of an MTA ends. Asks over the control socket. \
            SIGHUP does the same, and says it in the log. danegate settings says what a reload would change. Exits 0, \
            1 if something is at fault, 69 if no daemon answers, 78 if a setting that leads to the socket is at fault.
            """)

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let line = try options.ask("reload", within: .seconds(70))
        guard let report = ReloadReport(json: line) else { throw ExitError.stranger }
        try StandardDescriptors.put(json ? TerminalText.json(line) : report.text)
        if !report.isTaken { throw ExitCode(1) }
    }
}
