/// The manual pages. They are made from what the program knows about itself.
public enum Manual: String, CaseIterable, Sendable {
    /// The daemon, and all about running it.
    case danegate = "danegate.8"
    /// `check`, `recheck`, `notice`, `judge`: looks at one domain.
    case check = "danegate-check.8"
    /// `exempt`: domains for which no mail is refused.
    case exempt = "danegate-exempt.8"
    /// `status` and `hold`: the state of the daemon.
    case status = "danegate-status.8"
    /// `survey`: looks at thousands of domains.
    case survey = "danegate-survey.8"
    /// `trace` and `report`: the mail that was refused.
    case trace = "danegate-trace.8"
    /// The lines of the log.
    case log = "danegate-log.5"
    /// The policy file, and the order of the steps of a ruling.
    case policy = "danegate-policy.5"
    /// The query socket and the TLS policy socket.
    case query = "danegate-query.5"
    /// The page.
    case web = "danegate-web.5"
    /// One place to ask all hosts of a site; `page`.
    case hosts = "danegate-hosts.5"
    /// The settings.
    case environment = "danegate.env.5"

    /// The day on which the parts written by hand last changed.
    static let date = "November 29, 2026"

    /// The page's name without its section: `danegate-check`.
    var name: String { String(rawValue.dropLast(2)) }

    /// The page's section of the manual.
    var section: Int { rawValue.hasSuffix("8") ? 8 : 5 }

    /// The page's name in other pages: `danegate-check(8)`.
    var reference: String { "\(name)(\(section))" }

    /// The commands that the page describes, subcommands included. Each command is in one page.
    var commands: [String] {
        switch self {
        case .danegate: ["run", "reload", "settings", "explain"]
        case .check: ["check", "recheck", "notice", "judge"]
        case .exempt: ["exempt"]
        case .status: ["status", "hold"]
        case .survey: ["survey"]
        case .trace: ["trace", "report"]
        case .hosts: ["page"]
        case .log, .policy, .query, .web, .environment: []
        }
    }

    /// Returns the page as mdoc(7).
    ///
    /// - Parameter commands: The description of the command line.
    public func text(_ commands: CommandDescription) -> String {
        let shown = commands.shown().filter { self.commands.contains($0.path[0]) }
        var page = Mdoc(name, section: section, date: Self.date, description: subject)
        if !shown.isEmpty { page.synopsis(shown) }
        switch self {
        case .danegate: addDaemon(commands.shown(), shown, &page)
        case .check: addCheck(shown, &page)
        case .exempt: add(ManualText.exemptions, shown, &page)
        case .status: addStatus(shown, &page)
        case .survey: add(ManualText.survey, shown, &page)
        case .trace: add(ManualText.trace, shown, &page)
        case .log: addLog(&page)
        case .policy: addPolicy(&page)
        case .query: addQuery(&page)
        case .web: addWeb(&page)
        case .hosts: addHosts(shown, &page)
        case .environment: addEnvironment(&page)
        }
        page.seeAlso(Self.allCases.filter { $0 != self }.map { ($0.name, $0.section) } + others)
        if self == .danegate {
            page.section("Standards")
            page.paragraph(ManualText.standards)
        }
        return page.text
    }

    /// The subject in the section NAME.
    private var subject: String {
        switch self {
        case .danegate: "refuse mail to recipients whose DNSSEC or DANE is broken"
        case .check: "look at the DNSSEC and DANE of a domain"
        case .exempt: "let mail to a domain pass for a time"
        case .status: "ask the daemon how it is, and hold mail back"
        case .survey: "find out how much mail would be refused"
        case .trace: "find out who was refused, and why"
        case .log: "log lines of danegate"
        case .policy: "policy file of danegate, and the order of rulings"
        case .query: "how MTAs ask danegate otherwise than by milter"
        case .web: "web page of danegate"
        case .hosts: "ask all hosts of a site at once"
        case .environment: "settings of danegate"
        }
    }

    /// The pages of other programs that it refers to.
    private var others: [(String, Int)] {
        switch self {
        case .danegate: [("delv", 1), ("openssl-s_client", 1), ("postconf", 5), ("unbound.conf", 5)]
        case .check: [("delv", 1), ("openssl-s_client", 1)]
        case .environment: [("systemd.exec", 5), ("unbound.conf", 5)]
        case .hosts: [("ssh", 1), ("ssh_config", 5), ("sudo", 8)]
        case .log: [("journalctl", 1)]
        case .query: [("postconf", 5), ("socketmap_table", 5)]
        case .web: [("openssl-rand", 1)]
        case .exempt, .status, .survey, .trace, .policy: []
        }
    }
}
