/// The manual pages, made from what the program knows of itself.
public enum Manual: String, CaseIterable, Sendable {
    /// The commands, and everything about running it.
    case danegate = "danegate.8"
    /// The settings.
    case environment = "danegate.env.5"

    /// The day the hand-written parts were last changed.
    private static let date = "November 23, 2026"

    /// The page as mdoc(7).
    ///
    /// - Parameter commands: The command line.
    public func text(_ commands: CommandDescription) -> String {
        switch self {
        case .danegate: Self.danegatePage(commands)
        case .environment: Self.environmentPage
        }
    }

    private static func danegatePage(_ commands: CommandDescription) -> String {
        var page = Mdoc(
            "danegate", section: 8, date: date,
            description: "refuse mail to recipients whose DNSSEC or DANE is broken")
        page.section("Synopsis")
        for (path, command) in commands.shown() where command.subcommands?.isEmpty != false {
            page.lines(".Nm danegate", ".Cm \(path.joined(separator: " "))")
            for argument in command.own {
                let usage = Mdoc.escaped(argument.usage)
                page.lines(argument.isOptional ? ".Op Ar \(usage)" : ".Ar \(usage)")
            }
        }
        page.section("Description")
        for paragraph in ManualText.description { page.paragraph(paragraph) }
        addCommands(commands, &page)
        page.section("Which next hop is judged")
        for paragraph in ManualText.nextHops { page.paragraph(paragraph) }
        page.section("The order of rulings")
        for paragraph in ManualText.order { page.paragraph(paragraph) }
        page.section("Signals")
        page.list(ManualText.signals)
        page.section("Files")
        page.list(ManualText.files)
        page.section("Exit status")
        page.list(ManualText.statuses)
        page.section("Log")
        for paragraph in ManualText.log { page.paragraph(paragraph) }
        page.list(Glossary.keys.map { ($0.name, $0.meaning) })
        page.paragraph("Lines that begin with event= tell of the daemon itself:")
        page.list(Glossary.events.map { ("event=\($0.name)", $0.meaning) })
        page.paragraph("event=breaker has one of these causes:")
        page.list(LocalTrouble.Cause.allCases.map { ("cause=\($0.rawValue)", $0.explanation.meaning) })
        page.paragraph("Further words:")
        page.list(Glossary.words.map { ($0.name, $0.meaning) })
        page.section("TLS of the probe")
        for paragraph in ManualText.tls { page.paragraph(paragraph) }
        addTroubleshooting(&page)
        page.section("What happens when something fails")
        page.paragraph(ManualText.failures)
        page.list(
            WhatHappensWhen.all.map { ($0.what, "\($0.happens) Shown by \($0.shownBy.joined(separator: ", ")).") })
        page.seeAlso([
            ("danegate.env", 5), ("delv", 1), ("openssl-s_client", 1), ("postconf", 5), ("unbound.conf", 5),
        ])
        page.section("Standards")
        page.paragraph(ManualText.standards)
        return page.text
    }

    private static func addCommands(_ commands: CommandDescription, _ page: inout Mdoc) {
        page.section("Commands")
        page.paragraph("Each command takes --help. danegate --version names the libraries, too.")
        for paragraph in ManualText.completion { page.paragraph(paragraph) }
        for (path, command) in commands.shown() {
            page.subsection("danegate \(path.joined(separator: " "))")
            if let abstract = command.abstract { page.paragraph(abstract) }
            for paragraph in (command.discussion ?? "").split(separator: "\n") { page.paragraph(String(paragraph)) }
            guard !command.own.isEmpty else { continue }
            page.list(
                command.own.map { argument in
                    let standard = argument.defaultValue.map { " By default \($0)." } ?? ""
                    return (argument.usage, (argument.abstract ?? "").asSentence + standard)
                })
        }
    }

    /// For the person who answers the phone: from the reply to the cause to what to do.
    private static func addTroubleshooting(_ page: inout Mdoc) {
        page.section("Troubleshooting by code")
        for paragraph in ManualText.troubleshooting { page.paragraph(paragraph) }
        for outcome in Explanation.all where outcome.kind == .outcome && !outcome.codes.isEmpty {
            page.subsection("\(outcome.codes.joined(separator: ", ")): \(outcome.name)")
            page.paragraph(([outcome.meaning] + outcome.found).joined(separator: " "))
            if let ruling = outcome.ruling { page.paragraph(ruling) }
            if let sender = outcome.sender { page.paragraph("The sender: \(sender)") }
            add("The recipient's administrator:", outcome.administrator, &page)
            add("Here:", outcome.here, &page)
            var ends = ["Settings: \(outcome.settings.map { "DANEGATE_\($0)" }.joined(separator: ", "))."]
            ends.append("Sources: \(outcome.sources.joined(separator: "; ")).")
            if let name = outcome.exchangeOnline { ends.append("In Exchange Online: \(name).") }
            page.paragraph(ends.joined(separator: " "))
        }
    }

    private static func add(_ heading: String, _ steps: [Explanation.Step], _ page: inout Mdoc) {
        for (index, step) in steps.enumerated() {
            page.paragraph(index == 0 ? "\(heading) \(step.text)" : step.text)
            page.commands(step.commands)
        }
    }

    private static var environmentPage: String {
        var page = Mdoc("danegate.env", section: 5, date: date, description: "settings of danegate")
        page.section("Description")
        for paragraph in ManualText.settings { page.paragraph(paragraph) }
        page.section("Settings")
        page.list(
            Setting.catalogue.map { setting in
                let standard = setting.standard.isEmpty ? "none" : setting.standard
                return (
                    "DANEGATE_\(setting.name)",
                    "\(setting.sentence) Default: \(standard). Must be \(setting.allowed)."
                )
            })
        page.section("The policy file")
        for paragraph in ManualText.policies { page.paragraph(paragraph) }
        page.list(Policy.Kind.allCases.map { ($0.rawValue, $0.meaning) })
        page.section("Examples")
        for (text, commands) in ManualText.examples {
            page.paragraph(text)
            page.commands(commands)
        }
        page.seeAlso([("unbound.conf", 5), ("systemd.exec", 5), ("danegate", 8)])
        return page.text
    }
}

extension Mdoc {
    /// Adds requests as they are.
    fileprivate mutating func lines(_ requests: String...) { append(requests) }
}
