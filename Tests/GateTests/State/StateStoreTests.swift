import DANE
import GRDB
import Probe
import RuleMarks
import Synchronization
import Testing
import WorldServers

@testable import Inspection
@testable import Policy
@testable import Support
@testable import Records
@testable import Verdicts

/// What is handed over comes back, as it was and for what is left of its time.
@Suite(.timeLimit(.minutes(2))) struct StateStoreTests {
    private static let destination = Destination(.domain("d.example"), port: 25)

    private static func kept(
        _ destination: Destination = destination, cause: String = "", made: Int64 = 1_800_000_000,
        fresh: Int = 3600, stale: Int = 0
    ) -> KeptVerdict {
        KeptVerdict(
            destination: destination, demandsDANE: false, verdict: Verdict(outcome: .verified, cause: cause),
            made: made, fresh: .seconds(fresh), stale: .seconds(stale))
    }

    @Test(arguments: 1...5) func verdictsComeBackAsTheyWere(seed: UInt64) throws {
        var chance = Chance(seed)
        let place = try StatePlace()
        var verdicts = Outcome.allCases.filter { $0 != .pending }.map { outcome in
            let verdict = chance.verdict(outcome)
            return chance.kept(verdict, made: 1_800_000_000)
        }
        // Many of few bodies, as with the domains of one provider.
        let bodies = (0..<20).map { _ in chance.verdict() }
        for _ in 0..<5000 { verdicts.append(chance.kept(chance.pick(bodies), made: 1_800_000_000)) }
        try place.run().end { run in for verdict in verdicts { run.store.kept(verdict) } }
        // The last on a destination counts.
        let expected = Dictionary(verdicts.map { (Key($0), $0) }) { $1 }
        let run = try place.run()
        #expect(run.verdicts.count == expected.count)
        #expect(Set(run.verdicts) == Set(expected.values))
        run.end()
    }

    private struct Key: Hashable {
        let destination: Destination
        let demandsDANE: Bool
        init(_ verdict: KeptVerdict) {
            destination = verdict.destination
            demandsDANE = verdict.demandsDANE
        }
    }

    @Test(arguments: 1...5) func reportsComeBackAsTheyWere(seed: UInt64) throws {
        var chance = Chance(seed)
        let place = try StatePlace()
        var reports = (0..<100).map { _ in chance.report() }
        for step in ProbeReport.Step.allCases { reports.append(chance.report(.unreachable(step, "x"))) }
        try place.run().end { run in for report in reports { run.store.kept(report) } }
        let run = try place.run()
        #expect(Set(run.reports) == Set(reports))
        run.end()
    }

    @Test func aLaterVerdictTakesThePlaceOfAnEarlierOne() throws {
        let place = try StatePlace()
        try place.run().end { $0.store.kept(Self.kept(cause: "one")) }
        try place.run().end { $0.store.kept(Self.kept(cause: "two")) }
        let run = try place.run()
        #expect(run.verdicts.map(\.verdict.cause) == ["two"])
        run.end()
    }

    @Test func whatIsLeftOfTheirTimeIsLeft() throws {
        let place = try StatePlace()
        let keeper = VerdictKeeper(Settings()) { 1_800_000_060 }
        try place.run().end { run in
            run.store.kept(Self.kept(fresh: 100))
            run.store.kept(Self.kept(Destination(.domain("e.example"), port: 25), fresh: 50, stale: 100))
            run.store.kept(Self.kept(Destination(.domain("f.example"), port: 25), fresh: 20, stale: 20))
        }
        place.pass(60)
        let run = try place.run()
        #expect(Set(run.verdicts.map(\.destination.name)) == ["d.example", "e.example"])
        #expect(run.verdicts.allSatisfy { $0.made == 1_800_000_000 })
        let now = ContinuousClock.now
        keeper.restore(run.verdicts)
        #expect(keeper.cache.verdict(on: Self.destination, at: now + .seconds(35)) != nil)
        #expect(keeper.cache.verdict(on: Self.destination, at: now + .seconds(45)) == nil)
        run.end()
    }

    @Test func nothingReadTakesThePlaceOfWhatIsNewer() throws {
        let place = try StatePlace()
        let report = KeptReport(
            target: ProbeTarget(address: "192.0.2.1", serverName: "mx.example"), records: [],
            end: .tlsFailed("old"), age: .zero, lifetime: .seconds(600))
        let keeper = VerdictKeeper(Settings())
        keeper.cache.keep(
            Verdict(outcome: .tlsaInvalid, cause: "new"), for: VerdictKey(Self.destination, demandsDANE: false),
            fresh: .seconds(60), at: .now)
        keeper.restore([Self.kept(cause: "old", made: unixTime())])
        #expect(keeper.cache.verdict(on: Self.destination)?.cause == "new")
        try place.run().end { $0.store.kept(report) }
        try place.run().end { run in #expect(run.reports == [report]) }
    }

    @Test func restoredReportsSaveTheProbe() async {
        let prober = FakeProber()
        let cache = ProbeCache(prober, lifetime: .seconds(600), failureLifetime: .seconds(60))
        let target = ProbeTarget(address: "192.0.2.1", serverName: "mx.example")
        let other = ProbeTarget(address: "192.0.2.2", serverName: "mx.example")
        cache.restore([
            KeptReport(target: target, records: [.rsa], end: .rsa, age: .seconds(500), lifetime: .seconds(600)),
            KeptReport(target: other, records: [.rsa], end: .rsa, age: .seconds(600), lifetime: .seconds(600)),
        ])
        let report = await cache.probe(target, publishing: [.rsa])
        #expect(report.end == .rsa && report.taken < .now - .seconds(499))
        #expect(prober.targets.isEmpty)
        _ = await cache.probe(other, publishing: [.rsa])
        #expect(prober.targets == [other])
    }

    @Test func whatWasFoundOutWithOtherSettingsIsForgotten() throws {
        let place = try StatePlace()
        try place.run(world: 1).end { run in
            run.store.kept(Self.kept())
            run.book.note(.destination(Self.destination))
        }
        let run = try place.run(world: 2)
        #expect(run.verdicts.isEmpty && run.faults.isEmpty)
        run.end { $0.store.kept(Self.kept()) }
        let next = try place.run(world: 2)
        #expect(next.verdicts.count == 1)
        next.end()
    }

    /// Long chains, as a stranger's hosts show them, and long names: the file keeps the newest of so many bytes.
    @Test(.rules("F-131")) func theFileIsBoundedByBytes() throws {
        let place = try StatePlace()
        let chain = [[UInt8]](repeating: [UInt8](repeating: 7, count: 20_000), count: 5)
        let count = ReportTable.byteLimit / 100_000 + 200
        try place.run().end { run in
            for number in 0..<count {
                run.store.kept(
                    KeptReport(
                        target: ProbeTarget(
                            address: IPAddress(bytes: [192, 0, 2, UInt8(number % 256)])!, port: UInt16(number),
                            serverName: .root, offer: .any),
                        records: [],
                        end: .secured(
                            .init(protocolVersion: "TLS1.3", cipherSuite: "X", group: nil, chain: chain, unread: nil)),
                        age: .zero, lifetime: .seconds(3600)))
                if number % 100 == 0 { place.pass(1) }
                if number % 20 == 0 { _ = run.store.settle(within: .seconds(60)) }
            }
        }
        let file = try StateFile(place.path, world: 0, clock: place.clock)
        let bytes = try file.database.queue.read {
            try Int.fetchOne($0, sql: "SELECT sum(length(chain)) FROM report") ?? 0
        }
        #expect(bytes <= ReportTable.byteLimit * 5 / 4 && bytes > ReportTable.byteLimit / 2, "before any sweep")
        var sweeper = StateSweeper(limit: 6_000, faultMemory: .seconds(14400))
        while try !sweeper.step(file) {}
        let ports = try file.database.queue.read { try Int.fetchAll($0, sql: "SELECT port FROM report ORDER BY port") }
        #expect(ports.last == count - 1 && ports.first ?? 0 > 100 && ports.count > count / 2)
        file.database.close()
    }

    @Test func whatRanOutAndWhatIsTooMuchIsSweptAway() throws {
        let place = try StatePlace()
        try place.run().end { run in
            for number in 0..<12_000 {
                guard let name = DomainName("d\(number).example") else { continue }
                // A third runs out; the others were made one after the other.
                if number % 3 != 0 { place.clocks.withLock { $0.sinceBoot = 1_000 + Int64(number) / 100 } }
                run.store.kept(Self.kept(Destination(.domain(name), port: 25), fresh: number % 3 == 0 ? 200 : 9_000))
            }
        }
        place.pass(400)
        let file = try StateFile(place.path, world: 0, clock: place.clock)
        var sweeper = StateSweeper(limit: 6_000, faultMemory: .seconds(14400))
        func round() throws -> Int {
            while try !sweeper.step(file) {}
            return try file.database.queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM verdict") ?? 0 }
        }
        #expect(try round() == 8_000)
        // By a sample of the times.
        let left = try round()
        #expect((5_000...7_000).contains(left))
        file.database.close()
        // The oldest went.
        let run = try place.run()
        let numbers = run.verdicts.compactMap { Int($0.destination.name.labels[0].dropFirst()) }
        #expect(numbers.min() ?? 0 > 1_000 && numbers.max() == 11_999)
        run.end()
    }
}
