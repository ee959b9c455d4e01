import DANE
import Gate
import Inspection
import Policy
import Reports
import Support

/// What the page of a test shows, as ready texts: first what becomes of mail, then why and what to do, then the rest.
struct ResultView: Codable, Sendable {
    /// How something is shown: its colour, its mark, and a word for those who see neither.
    enum Tone: String, Codable, Sendable {
        case good, note, bad, doubt, plain

        /// The mark, which has another shape for each.
        var mark: String {
            switch self {
            case .good: "\u{2713}"
            case .note: "!"
            case .bad: "\u{2717}"
            case .doubt: "?"
            case .plain: "\u{00B7}"
            }
        }
        /// The word.
        var word: String {
            switch self {
            case .good: "ok"
            case .note: "note"
            case .bad: "failed"
            case .doubt: "not known"
            case .plain: "none"
            }
        }
    }

    /// The step that decided against the domain.
    struct Failure: Codable, Sendable {
        let step: String
        let place: String
        let detail: String
        let help: Help
    }

    /// What to know of a failed step.
    struct Help: Codable, Sendable {
        /// The rule by which senders go, with its section.
        let rule: String
        let remedy: String
        let mender: String
    }

    /// Something to do.
    struct Todo: Codable, Sendable {
        let text: String
        let commands: [String]
    }

    /// Records that would match what a host shows.
    struct Publish: Codable, Sendable {
        let host: String
        let sentence: String
        let lines: [Line]
        struct Line: Codable, Sendable {
            let anchor: String
            let text: String
            let what: String
            /// The end of the words on the button for those who do not see it.
            let label: String
        }
    }

    /// A row of the table of steps.
    struct Row: Codable, Sendable {
        let name: String
        let subject: String
        let tone: Tone
        let mark: String
        let word: String
        let detail: String
        let ms: String
        let help: Help?
    }

    let id: String
    let domain: String
    let when: String
    let took: String
    let from: String
    let through: String
    /// Whether what is shown is new.
    let asked: String
    let keptUntil: String

    let tone: Tone
    let mark: String
    let headline: String
    let outcome: String
    let meaning: String
    let code: String?
    let reply: String?
    let replyWords: String
    /// Since when the daemon has known the fault; nil where nothing fails.
    let since: String?
    let cause: String
    let failure: Failure?
    let publish: [Publish]
    let hasPublish: Bool
    let todo: [Todo]
    let hasTodo: Bool
    /// Whose list it is.
    let todoTitle: String
    let notes: [String]
    let hasNotes: Bool
    let rows: [Row]
    let hosts: [HostView]
    let picture: Picture?
    /// Whether there is something for a mail to the postmaster.
    let isNoticeable: Bool
}

extension ResultView {
    /// What a finding comes to.
    ///
    /// - Parameters:
    ///   - time: When the test ended, in seconds since 1970.
    ///   - known: What the daemon would rule now.
    ///   - keptUntil: Until when it is kept, in seconds since 1970.
    init(
        _ finding: TestLab.Finding, known: CachedReport, id: InspectionID, at time: Int64, keptUntil: Int64,
        settings: Settings
    ) {
        let (report, inspection) = (finding.report, finding.report.inspection)
        let (verdict, ruling) = (report.verdict, report.ruling)
        let now = RulingNow(report, known: known, at: time)
        self.id = id.description
        domain = PageText.of(report.domain)
        when = UnixTime.text(time)
        took = inspection.map { "\($0.elapsed.tenthsOfMilliseconds) ms" } ?? "no time"
        from = PageText.of(HostNames.own)
        through =
            settings.dnsForward.isEmpty
            ? "its own resolver, which asks from the root on"
            : "its own validating resolver, which asks \(settings.forwarderNames.joined(separator: ", "))"
        asked = inspection == nil ? "Nothing was asked." : "Everything was asked afresh."
        self.keptUntil = UnixTime.minute(keptUntil)
        tone = now.tone
        mark = tone.mark
        headline = now.headline
        outcome = ruling.outcome.rawValue
        meaning = PageText.of(ruling.outcome.meaning)
        code = now.code
        reply = now.reply.map { PageText.of($0) }
        (replyWords, since) = (now.replyWords, now.since)
        cause = PageText.of(ruling.hazard ?? verdict.cause)
        let failed = report.failedStep
        failure =
            failed.map { step in
                Failure(
                    step: StepName.of(step.kind.rawValue), place: PageText.of(step.subject),
                    detail: PageText.of(step.detail), help: StepHelp.of(step, report))
            } ?? Self.failureHere(report)
        publish = inspection.map { PublishLines.of($0) } ?? []
        hasPublish = !publish.isEmpty
        let isFault = (!ruling.outcome.allowsDelivery || verdict.isDegraded) && !now.isUntested
        let explanation = Explanation(ruling.outcome)
        let steps = verdict.isOurs ? explanation.here : explanation.administrator
        todo = isFault ? steps.map { Self.todo($0, domain: report.domain, host: verdict.host) } : []
        hasTodo = !todo.isEmpty
        todoTitle =
            verdict.isOurs
            ? "What this site's administrator should do"
            : verdict.outcome.isDoubt
                ? "If it lasts: what the recipient's administrator can look at"
                : "What the recipient's administrator should do"
        notes = Self.notes(report, now)
        hasNotes = !notes.isEmpty
        rows = StepRows(report).rows
        let port = inspection?.destination.port ?? 25
        hosts =
            inspection?.hosts.prefix(HostView.most).enumerated().map { HostView($1, number: $0 + 1, port: port) } ?? []
        picture = inspection.map { Picture($0, zones: finding.zones, failed: failed, isDoubt: verdict.outcome.isDoubt) }
        isNoticeable =
            !verdict.outcome.isDoubt && !now.isUntested
            && (verdict.outcome.defaultRuling == .deferThenReject || verdict.isDegraded)
    }

    /// What kept a test from beginning, where that is this site's own.
    private static func failureHere(_ report: CheckReport) -> Failure? {
        guard report.verdict.isOurs, report.inspection == nil else { return nil }
        return Failure(
            step: StepName.of("resolver"), place: PageText.of(HostNames.own), detail: PageText.of(report.verdict.cause),
            help: StepHelp.of(report.verdict.outcome, isOurs: true))
    }

    /// A step of the explanation, with the names of this case in its commands, if a shell takes them for nothing but
    /// names.
    private static func todo(_ step: Explanation.Step, domain: String, host: String?) -> Todo {
        func isPlain(_ name: String) -> Bool {
            name.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x7A || $0 == 0x2D || $0 == 0x2E }
                && !name.hasPrefix("-")
        }
        let commands = step.commands.map { command in
            var command = command
            if isPlain(domain) { command = command.replacing("DOMAIN", with: domain) }
            if let host, isPlain(host) { command = command.replacing("HOST", with: host) }
            return command
        }
        return Todo(text: step.text, commands: commands)
    }

    /// Other facts about the whole domain.
    private static func notes(_ report: CheckReport, _ now: RulingNow) -> [String] {
        var notes = now.other.map { ["\($0)."] } ?? []
        if report.verdict.isDegraded, !now.isUntested {
            notes.append("A host, an address or a connection that a sender may meet fails, although mail gets through.")
        }
        if let exempt = report.exempt { notes.append("The domain is exempt \(exempt).") }
        if report.ruling.isOwnHop {
            notes.append("No recipient's domain leads to this next hop, but this site's own configuration.")
        }
        notes += report.verdict.hazards.map { "\($0)." }
        return notes.map { PageText.of($0) }
    }
}
