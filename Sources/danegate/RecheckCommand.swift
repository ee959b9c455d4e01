import ArgumentParser
import Gate
import Policy
import Reports
import Support

/// `danegate recheck`: lets the running daemon inspect domains anew.
struct RecheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recheck",
        abstract: "Have the running daemon look at a domain anew, past every cache.",
        discussion: """
            For a domain that has been mended: the daemon asks the DNS and the hosts again, and goes by what it finds \
            from then on. Prints what it ruled before and what it rules now. The MTA's own resolver may still hold the \
            old records. Exits 0 if mail to every domain is accepted now, 1 if some is rejected, 75 if some is put \
            off, or could not be looked at, 69 if no daemon answers, or a host of --hosts does not.
            """)

    @OptionGroup var options: SettingsOptions

    @OptionGroup var site: HostsOptions

    @Argument(help: "Domains, or next hops as an MTA writes them: [mx.example.org]:25.")
    var domains: [String]

    @Flag(help: "Print one JSON object per domain, one per line.")
    var json = false

    func run() throws {
        guard domains.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
            throw ExitError(64, "a domain has no blanks.")
        }
        guard !site.isUsed else { return try lookOnSite() }
        var worst = ExitCode.success
        for domain in domains {
            let drawing = MovingLine.draw { Self.line(domain, after: $0) }
            let line = try options.ask("recheck \(domain)", within: .seconds(110)) {
                Waiting.forResult { await drawing?.end() }
            }
            guard let report = RecheckReport(json: line) else { throw ExitError.stranger }
            try StandardDescriptors.put(json ? TerminalText.json(line) : report.text)
            switch report.action {
            case .accept: break
            case .reject: worst = ExitCode(1)
            case .tempfail, nil: if worst.isSuccess { worst = ExitCode(75) }
            }
        }
        if !worst.isSuccess { throw worst }
    }

    /// Returns the line that a terminal shows during the inspection.
    private static func line(_ domain: String, after elapsed: Duration) -> String {
        guard elapsed >= .seconds(1) else { return "" }
        return "\(MovingLine.turn(elapsed)) \(DurationText.brief(elapsed)), the daemon looks at \(domain)"
    }
}
