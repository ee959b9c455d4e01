import DANE
import Gate
import HTTPTypes
import Hummingbird
import Policy
import Records
import Reports
import Support

/// How things stand: rulings over time, who is broken, who is exempt, what ends soon, and how the daemon is.
struct OverviewPage: Sendable {
    let control: ControlService
    let access: AccessRules
    let reader: TraceReader
    let frequent: FrequentDestinations

    /// The most ends that are shown.
    private static let ends = 12
    /// The spans that can be chosen.
    static let spans: [(name: String, words: String, hours: Int64, count: Int64)] = [
        ("1d", "A day", 1, 24), ("7d", "A week", 6, 28), ("30d", "A month", 24, 30),
    ]

    struct Content {
        let health: Health
        let spans: [Span]
        var fault: String?
        var tiles: [Tile] = []
        var plots: [Plot] = []
        var broken: [Broken] = []
        var hasBroken = false
        let exemptions: [Exempt]
        let hasExemptions: Bool
        let ends: [End]
        let hasEnds: Bool
        let endsNote: String
    }
    struct End {
        let what: String
        let subject: String
        let time: String
        let left: String
    }
    struct Health {
        let tone: ResultView.Tone
        let mark: String
        let summary: String
        let lines: [String]
    }
    struct Span {
        let name: String
        let words: String
        let isHere: Bool
    }
    struct Tile {
        let name: String
        let value: String
    }
    struct Broken {
        let destination: String
        let query: String
        let outcome: String
        let cause: String
        let recipients: String
        let age: String
        let last: String
        /// The hosts of the site that saw it; nil on the page of one host.
        let mtas: String?
    }
    struct Exempt {
        let domain: String
        let until: String
        let reason: String
        let by: String
        /// The hosts of the site that have it; nil on the page of one host.
        let mtas: String?
    }

    /// Adds the page.
    func add(to router: Router<PageContext>) {
        router.get("overview") { request, context in
            try context.mustBeAdministrator(access)
            let span = FormFields(query: request)["span"]
            return await onOwnThread { page(span) }
        }
    }

    private func page(_ name: String?) -> Response {
        let (ends, endsNote) = ends
        let span = Self.spans.first { $0.name == name } ?? Self.spans[1]
        var content = Content(
            health: health,
            spans: Self.spans.map { Span(name: $0.name, words: $0.words, isHere: $0.name == span.name) },
            exemptions: exemptions, hasExemptions: !exemptions.isEmpty, ends: ends, hasEnds: !ends.isEmpty,
            endsNote: endsNote)
        let now = TraceTime.now()
        do throws(TraceReaderError) {
            let since = now - span.hours * span.count * TraceTime.hour
            let report = try ImpactReport(reader, since: since, until: now, top: 20, now: now)
            content.tiles = tiles(report)
            content.broken = report.top.map { Broken($0, now: now) }
            content.hasBroken = !content.broken.isEmpty
            content.plots = plots(try ImpactHistory(reader, hours: span.hours, count: span.count, now: now), span.hours)
        } catch {
            content.fault = PageText.of(error.sentence)
        }
        return Page.response(
            Page.html(Page.Frame(title: "Overview", here: "/overview", isAdministrator: true), "overview", content))
    }

    private var health: Health {
        let report = control.status()
        let tone = ResultView.Tone(report.status)
        let lines = report.text.split(separator: "\n").map { PageText.of(String($0)) }
        let summary = report.problems.isEmpty ? "All is well" : report.problems.joined(separator: "; ")
        return Health(
            tone: tone, mark: tone.mark, summary: PageText.of(summary), lines: Array(lines.dropFirst()))
    }

    private func tiles(_ report: ImpactReport) -> [Tile] {
        let (status, broken) = (control.status(), report.brokenDestinations)
        let about = report.destinationsAreExact ? "" : "about "
        func share(_ count: Int64) -> String { "\(count) (\(Percentage.text(count, of: report.recipients)))" }
        return [
            Tile(name: "Mode", value: status.mode), Tile(name: "Roll-out", value: "\(status.rollout) %"),
            Tile(name: "Recipients judged", value: "\(report.recipients)"),
            Tile(name: "Deferred", value: share(report.rulings["tempfail"] ?? 0)),
            Tile(name: "Rejected", value: share(report.rulings["reject"] ?? 0)),
            Tile(name: "Would be refused", value: share(report.would.values.reduce(0, +))),
            Tile(name: "Destinations", value: "\(about)\(report.destinations)"),
            Tile(
                name: "Broken destinations",
                value: "\(broken) (\(Percentage.text(broken, of: report.destinations)))"),
        ]
    }

    private func plots(_ history: ImpactHistory, _ hours: Int64) -> [Plot] {
        func time(_ part: ImpactHistory.Part) -> String {
            let text = TraceTime.brief(part.begin)
            return String(hours == 24 ? text.prefix(10) : text.dropFirst(5).prefix(11))
        }
        let totals = history.parts.reduce(into: [String: Int64]()) { totals, part in
            totals.merge(part.refused) { $0 + $1 }
        }
        let names = totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        let refused = Plot(
            "refused", "Refused, or would have been, by outcome",
            parts: history.parts.map { (time($0), $0.refused) },
            names: names.prefix(8).enumerated().map { (PageText.of($1), "c\($0 + 1)") })
        let all = Plot(
            "rulings", "All recipients, by ruling",
            parts: history.parts.map { part in
                (
                    time(part),
                    [
                        "accepted": part.rulings["accept"] ?? 0, "deferred": part.rulings["tempfail"] ?? 0,
                        "rejected": part.rulings["reject"] ?? 0,
                    ]
                )
            }, names: [("accepted", "accept"), ("deferred", "tempfail"), ("rejected", "reject")])
        return [refused, all]
    }

    /// What ends soonest, as the watch of signatures and the inspections have found, and how much of it they know.
    private var ends: ([End], String) {
        let now = unixTime()
        let found = frequent.soonest(atMost: Self.ends, at: now)
        let ends = found.ends.map { what, end in
            End(
                what: what.rawValue, subject: PageText.of(end.subject), time: UnixTime.minute(end.time),
                left: end.time < now ? "over" : DurationText.brief(.seconds(end.time - now)))
        }
        guard found.destinations > 0 else {
            return (ends, "No destination with DANE has been inspected three times since the start.")
        }
        let count = CountText.of(found.destinations, "destination")
        guard found.waiting > 0 else { return (ends, "\(count).") }
        return (ends, "\(count). The signatures of \(found.waiting) are still to be looked up, one every 15 seconds.")
    }

    private var exemptions: [Exempt] {
        (control.liveExemptions).prefix(100).sorted { $0.until < $1.until }.map { exemption in
            Exempt(exemption)
        }
    }
}

extension ResultView.Tone {
    /// How the state of a daemon is shown.
    init(_ level: StatusLevel) {
        self =
            switch level {
            case .ok: .good
            case .warning: .note
            case .critical: .bad
            case .unknown: .doubt
            }
    }
}

extension OverviewPage.Exempt {
    init(_ exemption: Exemption, mtas: String? = nil) {
        domain = PageText.of("\(exemption.pattern)")
        until = UnixTime.minute(exemption.until)
        reason = PageText.of(exemption.reason)
        by = PageText.of(exemption.by)
        self.mtas = mtas
    }
}

extension OverviewPage.Broken {
    init(_ broken: ImpactReport.Broken, now: Int64, mtas: String? = nil) {
        self.mtas = mtas
        destination = PageText.of(broken.destination)
        query = FormFields.encoded(broken.destination)
        outcome = PageText.of(broken.outcome)
        cause = PageText.of(broken.cause)
        recipients = "\(broken.recipients)"
        age = DurationText.brief(.milliseconds(max(0, now - broken.firstSeen)))
        last = "\(TraceTime.brief(broken.lastSeen)) UTC"
    }
}
