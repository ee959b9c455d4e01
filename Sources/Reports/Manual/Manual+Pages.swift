import Policy
import Verdicts

/// The contents of the pages, section by section.
extension Manual {
    typealias Shown = [(path: [String], command: CommandDescription)]

    /// Adds the sections of a page that describes commands: the commands, and then a text about them.
    func add(_ text: String, _ commands: Shown, _ page: inout Mdoc) {
        page.section("Description")
        page.commands(commands)
        page.section("Details")
        page.prose(text)
    }

    func addDaemon(_ all: Shown, _ own: Shown, _ page: inout Mdoc) {
        page.section("Description")
        for paragraph in ManualText.description { page.paragraph(paragraph) }
        page.prose(ManualText.whatItDoes)
        page.section("What it does not do")
        page.prose(ManualText.whatItDoesNot)
        page.section("Commands")
        page.paragraph("Each command takes --help. danegate --version names the libraries, too.")
        page.list(
            all.filter { $0.command.subcommands?.isEmpty != false }.map { path, command in
                let described = Self.allCases.first { $0.commands.contains(path[0]) && $0 != self }
                let reference = described.map { " It is described in \($0.reference)." } ?? ""
                return ("danegate \(path.joined(separator: " "))", (command.abstract ?? "").asSentence + reference)
            })
        for paragraph in ManualText.completion { page.paragraph(paragraph) }
        page.commands(own)
        page.prose(ManualText.commands)
        page.section("Registration in Postfix")
        page.prose(ManualText.registration)
        page.section("The reply")
        page.prose(ManualText.reply)
        page.section("Which next hop is judged")
        page.prose(ManualText.nextHops)
        page.section("When a verdict runs out")
        page.prose(ManualText.verdicts)
        page.section("When the trouble is our own")
        page.prose(ManualText.breaker)
        page.section("Signals")
        page.list(ManualText.signals)
        page.section("Files")
        page.list(ManualText.files)
        page.section("What outlives a restart")
        page.prose(ManualText.state)
        page.section("Exit status")
        page.list(ManualText.statuses)
        page.section("TLS of the probe")
        for paragraph in ManualText.tls { page.paragraph(paragraph) }
        addTroubleshooting(&page)
        page.section("What happens when something fails")
        page.paragraph(ManualText.failures)
        page.list(
            WhatHappensWhen.all.map { ($0.what, "\($0.happens) Shown by \($0.shownBy.joined(separator: ", ")).") })
    }

    func addCheck(_ commands: Shown, _ page: inout Mdoc) {
        add(ManualText.check, commands, &page)
        page.section("What is about to expire")
        page.prose(ManualText.expiry)
        page.section("Telling the other side")
        page.prose(ManualText.notice)
    }

    func addStatus(_ commands: Shown, _ page: inout Mdoc) {
        add(ManualText.status, commands, &page)
        page.section("Load and holds")
        page.prose(ManualText.load)
    }

    func addLog(_ page: inout Mdoc) {
        page.section("Description")
        for paragraph in ManualText.log { page.paragraph(paragraph) }
        page.list(Glossary.keys.map { ($0.name, $0.meaning) })
        page.prose(ManualText.rulingLines)
        page.section("Events")
        page.paragraph("Lines that begin with event= tell of the daemon itself:")
        page.list(Glossary.events.map { ("event=\($0.name)", $0.meaning) })
        page.paragraph("event=breaker has one of these causes:")
        page.list(LocalTrouble.Cause.allCases.map { ("cause=\($0.rawValue)", $0.explanation.meaning) })
        page.paragraph("Further words:")
        page.list(Glossary.words.map { ($0.name, $0.meaning) })
        page.prose(ManualText.eventLines)
    }

    func addPolicy(_ page: inout Mdoc) {
        page.section("Description")
        for paragraph in ManualText.policies { page.paragraph(paragraph) }
        page.list(Policy.Kind.allCases.map { ($0.rawValue, $0.meaning) })
        page.prose(ManualText.policy)
        page.section("The order of rulings")
        page.prose(ManualText.order)
        page.section("Lasting faults")
        page.prose(ManualText.lastingFaults)
    }

    func addQuery(_ page: inout Mdoc) {
        page.section("Description")
        for paragraph in ManualText.doors { page.paragraph(paragraph) }
        page.section("The query")
        page.prose(ManualText.query)
        page.section("Policy delegation")
        page.prose(ManualText.policyDelegation)
        page.section("The TLS policy map")
        page.prose(ManualText.tlsPolicy)
        page.section("Bounds")
        page.prose(ManualText.doorBounds)
    }

    func addWeb(_ page: inout Mdoc) {
        page.section("Description")
        for paragraph in ManualText.page { page.paragraph(paragraph) }
        page.section("Who may do what")
        page.prose(ManualText.pageAccess)
        page.section("systemd")
        page.prose(ManualText.pageSocket)
        page.section("Behind a proxy")
        page.prose(ManualText.pageProxy)
        page.section("Tests")
        page.prose(ManualText.pageTests)
        page.section("Bounds")
        page.prose(ManualText.pageBounds)
    }

    func addHosts(_ commands: Shown, _ page: inout Mdoc) {
        page.section("Description")
        page.prose(ManualText.hosts)
        page.section("How a host is asked")
        page.prose(ManualText.hostsAsked)
        page.section("What is printed")
        page.prose(ManualText.hostsPrinted)
        page.section("In a browser")
        page.commands(commands)
        page.prose(ManualText.hostsPage)
    }

    func addEnvironment(_ page: inout Mdoc) {
        page.section("Description")
        for paragraph in ManualText.settings { page.paragraph(paragraph) }
        page.section("Settings")
        page.list(
            Setting.catalogue.map { setting in
                let standard = setting.standard.isEmpty ? "none" : setting.standard
                let remark = ManualText.remarks[setting.name].map { " \($0)" } ?? ""
                return (
                    "DANEGATE_\(setting.name)",
                    "\(setting.sentence) Default: \(standard). Must be \(setting.allowed).\(remark)"
                )
            })
        page.section("Hazards")
        page.prose(ManualText.hazards)
        page.section("Several hosts")
        page.prose(ManualText.sharing)
        page.section("Examples")
        for (text, commands) in ManualText.examples {
            page.paragraph(text)
            page.commands(commands)
        }
    }

    /// Adds the section for the person who answers the phone: from the reply to the cause, and to the remedy.
    private func addTroubleshooting(_ page: inout Mdoc) {
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

    private func add(_ heading: String, _ steps: [Explanation.Step], _ page: inout Mdoc) {
        for (index, step) in steps.enumerated() {
            page.paragraph(index == 0 ? "\(heading) \(step.text)" : step.text)
            page.commands(step.commands)
        }
    }
}

extension Mdoc {
    /// Adds the forms of commands.
    fileprivate mutating func synopsisLines(_ path: [String], _ command: CommandDescription) {
        append([".Nm danegate", ".Cm \(path.joined(separator: " "))"])
        for argument in command.own {
            let usage = Self.escaped(argument.usage)
            append([argument.isOptional ? ".Op Ar \(usage)" : ".Ar \(usage)"])
        }
    }

    /// Adds the section SYNOPSIS.
    mutating func synopsis(_ commands: Manual.Shown) {
        section("Synopsis")
        for (path, command) in commands where command.subcommands?.isEmpty != false { synopsisLines(path, command) }
    }

    /// Adds commands, one subsection each: what it does, and its arguments.
    mutating func commands(_ commands: Manual.Shown) {
        for (path, command) in commands {
            subsection("danegate \(path.joined(separator: " "))")
            if let abstract = command.abstract { paragraph(abstract) }
            for text in (command.discussion ?? "").split(separator: "\n") { paragraph(String(text)) }
            guard !command.own.isEmpty else { continue }
            list(
                command.own.map { argument in
                    let standard = argument.defaultValue.map { " By default \($0)." } ?? ""
                    return (argument.usage, (argument.abstract ?? "").asSentence + standard)
                })
        }
    }
}
