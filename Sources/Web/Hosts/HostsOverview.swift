import Gate
import HTTPTypes
import Hummingbird
import Records
import Reports
import Support

/// How all hosts of a site are: a row a host, their reports in one, their exemptions.
struct HostsOverview: Sendable {
    let access: AccessRules
    let inquiry: HostsInquiry

    /// Each host names at least so many broken destinations, of which so many are shown.
    private static let (named, shown) = (1000, 50)

    struct Content {
        let tone: ResultView.Tone
        let mark: String
        let summary: String
        let hosts: [Host]
        let spans: [OverviewPage.Span]
        let faults: [String]
        let tiles: [OverviewPage.Tile]
        let outcomes: [Outcome]
        let hasOutcomes: Bool
        let broken: [OverviewPage.Broken]
        let hasBroken: Bool
        let exemptions: [OverviewPage.Exempt]
        let hasExemptions: Bool
        let hasMTAs = true
    }
    struct Host {
        let mta: String
        let mark: String
        let state: String
        let up: String
        let mode: String
        let rollout: String
        let version: String
        let resolver: String
        let says: String
    }
    struct Outcome {
        let outcome: String
        let recipients: String
        let destinations: String
    }

    /// What the hosts have answered to a question, and a sentence about each that has not.
    private struct Gathered<Sum: Sendable>: Sendable {
        var sum: Sum
        var lost: [String] = []
    }

    /// Adds the page.
    func add(to router: some RouterMethods<PageContext>) {
        router.get("overview") { request, context in
            try context.mustBeAdministrator(access)
            return try await page(FormFields(query: request)["span"])
        }
    }

    private func page(_ name: String?) async throws -> Response {
        let span = OverviewPage.spans.first { $0.name == name } ?? OverviewPage.spans[1]
        // A host that does not answer takes its whole time for each of the three.
        async let first = onOwnThread { Result { try askStates() } }
        async let second = onOwnThread { Result { try askReport(span.name) } }
        async let third = onOwnThread { Result { try askExemptions() } }
        let (states, report, exemptions) = try await (first.get(), second.get(), third.get())
        let now = TraceTime.now()
        let level = states.level
        let missing = [("Figures", report.lost), ("Exemptions", exemptions.lost)].filter { !$0.1.isEmpty }
        let content = Content(
            tone: ResultView.Tone(level), mark: ResultView.Tone(level).mark, summary: Self.summary(states.parts),
            hosts: states.parts.map(Host.init),
            spans: OverviewPage.spans.map {
                OverviewPage.Span(name: $0.name, words: $0.words, isHere: $0.name == span.name)
            },
            faults: missing.map { PageText.of("\($0.0) are missing of \($0.1.joined(separator: " "))") },
            tiles: Self.tiles(report.sum), outcomes: report.sum.outcomes.map(Outcome.init),
            hasOutcomes: !report.sum.outcomes.isEmpty,
            broken: report.sum.top.map { broken in
                OverviewPage.Broken(
                    broken, now: now, mtas: NameList.text(broken.mtas, of: inquiry.site.hosts.count))
            }, hasBroken: !report.sum.top.isEmpty,
            exemptions: exemptions.sum, hasExemptions: !exemptions.sum.isEmpty)
        let frame = Page.Frame(title: "Overview", here: "/overview", isAdministrator: true, isOfSite: true)
        return Page.response(Page.html(frame, "hosts", content))
    }

    // MARK: Questions

    private func askStates() throws -> (level: StatusLevel, parts: [SiteStatus.Part]) {
        var states = SiteStatus()
        _ = try inquiry.ask(
            ["status"], ["--json"], bytes: 1 << 20, statuses: [0, 1, 2, 3], failed: { states.fail($0.mta, $1, $2) },
            { answer, index in try states.take(answer, index) })
        return (states.level, states.ordered)
    }

    private func askReport(_ span: String) throws -> Gathered<ImpactReport> {
        var sum = SiteReport()
        let arguments = ["--json", "--since=\(span)", "--top=\(Self.named)"]
        let lost = try inquiry.ask(
            ["report"], arguments + ["--sets"], bytes: 8 << 20, older: arguments, failed: { sum.fail($0.mta, $1, $2) },
            { answer, index in try sum.take(answer, index) })
        return Gathered(sum: sum.report(top: Self.shown, now: TraceTime.now()), lost: lost.map(\.sentence))
    }

    private func askExemptions() throws -> Gathered<[OverviewPage.Exempt]> {
        var sum = SiteExemptions()
        let lost = try inquiry.ask(["exempt", "list"], ["--json"], bytes: 8 << 20) { try sum.take($0, $1) }
        return Gathered(
            sum: sum.rows.prefix(100).map { OverviewPage.Exempt($0.exemption, mtas: $0.mtas) },
            lost: lost.map(\.sentence))
    }

    // MARK: Words

    private static func summary(_ parts: [SiteStatus.Part]) -> String {
        let counts = StatusLevel.allCases.map { level in (level, parts.count { $0.level == level }) }
        return "\(CountText.of(parts.count, "host")): "
            + counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
    }

    private static func tiles(_ report: ImpactReport) -> [OverviewPage.Tile] {
        func share(_ count: Int64) -> String { "\(count) (\(Percentage.text(count, of: report.recipients)))" }
        let about = report.destinationsAreExact ? "" : "about "
        return [
            OverviewPage.Tile(name: "Recipients judged", value: "\(report.recipients)"),
            OverviewPage.Tile(name: "Deferred", value: share(report.rulings["tempfail"] ?? 0)),
            OverviewPage.Tile(name: "Rejected", value: share(report.rulings["reject"] ?? 0)),
            OverviewPage.Tile(name: "Would be refused", value: share(report.would.values.reduce(0, +))),
            OverviewPage.Tile(name: "Destinations", value: "\(about)\(report.destinations)"),
            OverviewPage.Tile(name: "Broken destinations", value: "\(about)\(report.brokenDestinations)"),
        ]
    }
}

extension HostsOverview.Host {
    init(_ part: SiteStatus.Part) {
        let facts = part.facts
        mta = PageText.of(part.mta)
        mark = ResultView.Tone(part.level).mark
        state = part.level.rawValue.uppercased()
        up = facts?.uptime.map { DurationText.brief(.seconds($0)) } ?? "-"
        mode = PageText.of(facts?.mode ?? "-", limit: 100)
        rollout = facts?.rollout.map { "\($0) %" } ?? "-"
        version = PageText.of(facts?.version ?? "-", limit: 100)
        // An open breaker is why nobody gets a verdict, whatever the resolver does.
        let breaker = facts?.breaker.map { $0 == "closed" ? "" : ", breaker \($0)" } ?? ""
        resolver = PageText.of(facts?.resolves.map { ($0 ? "works" : "does not work") + breaker } ?? "-", limit: 200)
        says = PageText.of(part.summary, limit: 1000)
    }
}

extension HostsOverview.Outcome {
    init(_ share: ImpactReport.Share) {
        outcome = PageText.of(share.outcome, limit: 100)
        recipients = "\(share.recipients)"
        destinations = share.destinations.map { "\($0)" } ?? "-"
    }
}
