import DANE
import Rules
import Testing

@testable import Gate

/// Whether others suffer for a neighbourhood, and who it is.
@Suite struct LoadReportTests {
    /// Recipients of a neighbourhood: all, without a verdict, in doubt.
    typealias Row = (name: String, all: Int, pending: Int, doubtful: Int)

    private static func counts(_ rows: [Row]) -> [String: NeighbourhoodCounts.Count] {
        Dictionary(
            uniqueKeysWithValues: rows.map {
                ($0.name, .init(recipients: $0.all, pending: $0.pending, doubtful: $0.doubtful))
            })
    }

    /// A hundred neighbourhoods of two recipients.
    private static func others(pending: Int, doubtful: Int = 0) -> [Row] {
        (0..<100).map { ("d\($0).example", 2, $0 < pending ? 2 : 0, $0 >= pending && $0 < pending + doubtful ? 2 : 0) }
    }

    /// Attacks of several zones at once; in one of them recipients get their verdicts.
    private static let siege: [Row] = [
        ("dead.example", 6000, 5900, 0), ("keys.example", 2400, 2300, 0), ("tar.example", 600, 500, 50),
        ("bogus.example", 4000, 100, 0),
    ]

    @Test(
        .rules("F-132"),
        arguments: [
            ("quiet", others(pending: 0), StatusLevel.ok, nil as String?),
            ("nobody", [], .ok, nil),
            ("some dead domains, as ever", others(pending: 2, doubtful: 10), .ok, nil),
            ("a spam wave to one dead zone", others(pending: 0) + [("dead.example", 900, 890, 0)], .ok, "dead.example"),
            (
                "a dead zone that answers with doubts", others(pending: 1) + [("dead.example", 900, 0, 900)], .ok,
                "dead.example"
            ),
            ("others suffer for it", others(pending: 10) + [("dead.example", 900, 890, 0)], .warning, "dead.example"),
            ("everybody else waits", others(pending: 60) + [("dead.example", 900, 890, 0)], .critical, "dead.example"),
            ("nobody is to blame", others(pending: 60), .critical, nil),
            ("few recipients, by chance", [("a.example", 2, 2, 0), ("b.example", 2, 1, 0)], .ok, nil),
            ("most in doubt", others(pending: 0, doubtful: 70), .critical, nil),
            ("many in doubt", others(pending: 0, doubtful: 40), .warning, nil),
            ("several dead zones, the others are served", others(pending: 2) + siege, .ok, "dead.example"),
            ("several dead zones, and others wait", others(pending: 20) + siege, .critical, "dead.example"),
            ("several dead zones, and nobody else", siege, .critical, "dead.example"),
            (
                "a small zone among them may be one that suffers",
                others(pending: 2) + siege + [("good.example", 80, 80, 0)], .critical, "dead.example"
            ),
        ])
    func whoSuffersIsTold(what: String, rows: [Row], level: StatusLevel, heldDown: String?) {
        let report = LoadReport(Self.counts(rows), [:])
        #expect((report.trouble?.level ?? .ok) == level, "\(what): \(report.trouble?.sentence ?? "-")")
        #expect(report.held_down.first?.neighbourhood == heldDown)
        #expect((report.heldDownLine != nil) == (heldDown != nil))
    }

    @Test(arguments: [
        ("all free", Occupancy(used: 10, limit: 512), StatusLevel.ok),
        ("full, and nobody waits", Occupancy(used: 512, limit: 512, foremost: "a.example", foremostCount: 3), .ok),
        (
            "one neighbourhood waits for itself",
            Occupancy(used: 512, limit: 512, waiting: 100, foremost: "a.example", foremostCount: 590), .ok
        ),
        (
            "many wait for many",
            Occupancy(used: 512, limit: 512, waiting: 100, foremost: "a.example", foremostCount: 90), .warning
        ),
    ])
    func aSpentBudgetIsTold(what: String, occupancy: Occupancy, level: StatusLevel) {
        let report = LoadReport(Self.counts(Self.others(pending: 0)), [.probes: occupancy])
        #expect((report.trouble?.level ?? .ok) == level, "\(what): \(report.trouble?.sentence ?? "-")")
    }

    /// Who fills a part is to blame, however small its share of the mail.
    @Test func whoFillsAPartIsHeldDown() {
        let rows = Self.others(pending: 0) + [("tar.example", 20, 20, 0)]
        let full = Occupancy(used: 512, limit: 512, waiting: 9, foremost: "tar.example", foremostCount: 500)
        #expect(LoadReport(Self.counts(rows), [.probes: full]).trouble == nil)
        #expect(LoadReport(Self.counts(rows), [.probes: full]).held_down.first?.neighbourhood == "tar.example")
        #expect(LoadReport(Self.counts(rows), [:]).trouble?.level == .warning)
    }

    /// What is told is told once, and what is over is told when it has been over for a while.
    @Test func theLogHasABeginningAndAnEnd() {
        let watch = LoadWatch(counts: NeighbourhoodCounts(), holds: HoldBook()) { [:] }
        let now = ContinuousClock.now
        let calm = LoadReport(Self.counts(Self.others(pending: 0)), [:])
        let bad = LoadReport(Self.counts(Self.others(pending: 10) + [("dead.example", 900, 890, 0)]), [:])
        let worse = LoadReport(Self.counts(Self.others(pending: 60) + [("dead.example", 900, 890, 0)]), [:])
        var told: [String] = []
        for (second, report) in [
            (0, calm), (1, bad), (2, bad), (3, calm), (4, bad), (5, worse), (6, worse), (7, calm), (30, calm),
            (36, calm), (37, calm), (70, calm),
        ] {
            if let line = watch.look(report, at: now + .seconds(second)) {
                told.append("\(second) \(line.level.rawValue)")
            }
        }
        #expect(told == ["1 warning", "5 critical", "36 ok"])
        #expect(
            watch.look(bad, at: now + .seconds(80))?.line.description.contains("neighbourhood=dead.example") == true)
    }

    /// `co.zz` may be a registry's, and `ded.zz` is not; nobody can tell but by the mail.
    @Test func namesBelowAShortNameAreOneNeighbourhood() throws {
        let counts = NeighbourhoodCounts()
        for _ in 0..<50 { counts.note("a.co.zz", .pending) }
        for number in 0..<6_000 { counts.note(try #require(DomainName("n\(number).ded.zz")), .pending) }
        for number in 0..<50 { counts.note(try #require(DomainName("b\(number).co.zz")), .verified) }
        let all = counts.all()
        #expect(all["ded.zz"]?.pending == 6_000 && all["co.zz"] == .init(recipients: 50, pending: 0, doubtful: 0))
        #expect(all["a.co.zz"]?.pending == 50)
        #expect(Set(LoadReport(all, [:]).held_down.map(\.neighbourhood)).contains("ded.zz"))
    }

    @Test func fortySecondsAreCovered() throws {
        let counts = NeighbourhoodCounts()
        let now = ContinuousClock.now
        let domain: DomainName = "a.b.dead.example"
        for _ in 0..<10 { counts.note(domain, .pending, at: now) }
        for _ in 0..<10 { counts.note(domain, .verified, at: now + .seconds(25)) }
        #expect(
            counts.all(at: now + .seconds(26)) == ["dead.example": .init(recipients: 20, pending: 10, doubtful: 0)])
        #expect(counts.all(at: now + .seconds(50)) == ["dead.example": .init(recipients: 10, pending: 0, doubtful: 0)])
        #expect(counts.all(at: now + .seconds(200)).isEmpty)
        for number in 0..<(NeighbourhoodCounts.limit + 500) {
            counts.note(try #require(DomainName("d\(number).example")), .pending, at: now + .seconds(300))
        }
        #expect(counts.all(at: now + .seconds(301)).count <= NeighbourhoodCounts.limit + 1)
    }
}
