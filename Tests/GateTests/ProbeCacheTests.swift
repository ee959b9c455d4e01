import Certificates
import DANE
import Foundation
import Probe
import RuleMarks
import Synchronization
import Testing

@testable import Inspection
@testable import Policy

/// What is kept of probes, who waits for them, and what is told of a host that is left alone.
@Suite(.timeLimit(.minutes(1))) struct ProbeCacheTests {
    /// Probes that end when they are told to, or are cancelled.
    private final class Held: Probing {
        private struct State {
            var waiting: [CheckedContinuation<Void, Never>] = []
            var asked = 0
            var cancelled = 0
            var end = ProbeReport.End.ecdsa
        }

        private let state = Mutex(State())
        var asked: Int { state.withLock { $0.asked } }
        var cancelled: Int { state.withLock { $0.cancelled } }

        func probe(
            _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
        ) async -> ProbeReport {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    state.withLock { state in
                        state.asked += 1
                        state.waiting.append(continuation)
                    }
                    if Task.isCancelled { release() }
                }
            } onCancel: {
                release()
            }
            guard !Task.isCancelled else {
                state.withLock { $0.cancelled += 1 }
                return ProbeReport(end: .unreachable(.connect, "cancelled"))
            }
            return ProbeReport(end: state.withLock { $0.end })
        }

        func release() {
            let all = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in all { continuation.resume() }
        }

        func isAsked(_ times: Int) async { while asked < times { await Task.yield() } }
    }

    private let target = ProbeTarget(address: "192.0.2.1", serverName: "mx.example")

    private func cache(_ prober: any Probing) -> ProbeCache {
        ProbeCache(prober, lifetime: .seconds(60), failureLifetime: .seconds(60))
    }

    @Test func oneWhoGivesUpLeavesTheProbeToTheOthers() async {
        let prober = Held()
        let cache = cache(prober)
        let first = Task { await cache.probe(target, publishing: [.ecdsa]) }
        await prober.isAsked(1)
        let second = Task { await cache.probe(target, publishing: [.ecdsa]) }
        for _ in 0..<100 { await Task.yield() }
        first.cancel()
        #expect(await first.value.end == .crowded("cancelled"))
        // Whether it has joined or comes only now, when it has a probe of its own: that one is let go on.
        let letting = Task {
            while !Task.isCancelled {
                prober.release()
                await Task.yield()
            }
        }
        #expect(await second.value.end == .ecdsa)
        letting.cancel()
        #expect(await cache.probe(target, publishing: [.ecdsa]).end == .ecdsa)
    }

    @Test func aProbeThatNobodyWaitsForIsEndedAndNotKept() async {
        let prober = Held()
        let cache = cache(prober)
        let only = Task { await cache.probe(target, publishing: [.ecdsa]) }
        await prober.isAsked(1)
        only.cancel()
        #expect(await only.value.end == .crowded("cancelled"))
        while prober.cancelled == 0 { await Task.yield() }
        let next = Task { await cache.probe(target, publishing: [.ecdsa]) }
        await prober.isAsked(2)
        prober.release()
        #expect(await next.value.end == .ecdsa)
    }

    // MARK: Under siege

    /// What we had no slot for is no report: the next one who asks has a connection.
    @Test(.rules("F-120")) func aLackOfSlotsIsNotKept() async {
        let turns = FakeBackends(.crowded("no probe slot"), .ecdsa, .crowded("no probe slot"))
        let journal = Journal()
        let cache = ProbeCache(turns, lifetime: .seconds(60), failureLifetime: .seconds(60), journal: journal)
        #expect(await cache.probe(target, publishing: [.ecdsa]).end == .crowded("no probe slot"))
        #expect(journal.count == 0 && cache.kept.count == 0)
        #expect(await cache.probe(target, publishing: [.ecdsa]).end == .ecdsa)
        // Nor does it take the place of what was seen.
        #expect(await cache.renewing.probe(target, publishing: [.ecdsa]).end == .crowded("no probe slot"))
        #expect(await cache.probe(target, publishing: [.ecdsa]).end == .ecdsa)
        #expect(journal.count == 1)
    }

    /// On whose behalf a host is asked is passed on, and whether it was authenticated before.
    @Test(.rules("F-121")) func whoAsksIsToldToTheProber() async {
        let prober = Asked()
        let cache = ProbeCache(prober, lifetime: .zero, failureLifetime: .zero)
        let asker = ProbeAsker(zone: "d.example")
        _ = await cache.probe(target, publishing: [.ecdsa], for: asker)
        cache.vouch(for: target, publishing: [.ecdsa])
        _ = await cache.probe(target, publishing: [.ecdsa], for: asker)
        _ = await cache.renewing.probe(target, publishing: [.ecdsa], for: asker)
        // With other records it is another host, which nobody has authenticated.
        _ = await cache.probe(target, publishing: [.rsa], for: asker)
        let vouched = ProbeAsker(zone: "d.example", isVouched: true)
        #expect(prober.askers == [asker, vouched, vouched, asker])
    }

    /// A look at a domain asks in the name of its zone, and vouches for what it has authenticated.
    @Test(.rules("F-121")) func aLookAsksInItsZonesName() async {
        let prober = Asked()
        let cache = ProbeCache(prober, lifetime: .zero, failureLifetime: .zero)
        let inspector = Inspector(
            resolver: FakeResolver.domain(.ecdsa), prober: cache, expiredEE: .ignore, isComplete: false,
            now: { 1_800_000_000 })
        for _ in 0..<2 { _ = await inspector.inspect(Destination(.domain("d.example"), port: 25)) }
        #expect(prober.askers == [ProbeAsker(zone: "d.example"), ProbeAsker(zone: "d.example", isVouched: true)])
    }

    /// Thousands of hosts with long chains, and much to say.
    @Test(.rules("F-124")) func whatIsKeptIsBoundedByBytes() async {
        let chain = [[UInt8](repeating: 1, count: 15_000)]
        let long = ProbeReport.End.secured(
            .init(protocolVersion: "TLS1.3", cipherSuite: "TLS_AES_128_GCM_SHA256", chain: chain))
        let prober = Talker([.v4(1): long])
        let cache = ProbeCache(prober, lifetime: .seconds(60), failureLifetime: .seconds(60), weightLimit: 1 << 20)
        for number in 0..<500 {
            let name = DomainName("mx\(number).example")!
            let report = await cache.probe(ProbeTarget(address: .v4(1), serverName: name), publishing: [])
            // Who asked sees what the host said; who asks later does not.
            #expect(report.replies.count == 100)
            #expect(cache.kept.weight <= 1 << 20)
        }
        #expect((50...70).contains(cache.kept.count))
        let name = DomainName("mx499.example")
        let kept = await cache.probe(ProbeTarget(address: .v4(1), serverName: name), publishing: [])
        #expect(prober.count == 500 && kept.end == long && kept.replies.isEmpty)
    }

    private final class Journal: ReportJournal {
        private let number = Mutex(0)
        var count: Int { number.withLock { $0 } }
        func kept(_ report: KeptReport) { number.withLock { $0 += 1 } }
    }

    /// Notes on whose behalf it is asked.
    private final class Asked: Probing {
        private let all = Mutex<[ProbeAsker]>([])
        var askers: [ProbeAsker] { all.withLock { $0 } }

        func probe(
            _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
        ) async -> ProbeReport {
            all.withLock { $0.append(asker) }
            return ProbeReport(end: .ecdsa)
        }
    }

    /// Hosts that have much to say.
    private final class Talker: Probing {
        private let ends: [IPAddress: ProbeReport.End]
        private let number = Mutex(0)
        var count: Int { number.withLock { $0 } }

        init(_ ends: [IPAddress: ProbeReport.End]) { self.ends = ends }

        func probe(
            _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
        ) async -> ProbeReport {
            number.withLock { $0 += 1 }
            return ProbeReport(
                end: ends[target.address] ?? .tlsFailed(""),
                replies: Array(repeating: String(repeating: "x", count: 200), count: 100))
        }
    }

    private func judged(_ report: ProbeReport, by records: [TLSARecord]) -> InspectedConnection {
        ConnectionJudge(
            records: records,
            references: ReferenceIdentifiers(base: "other.example", nextHop: nil, expandedNextHop: nil),
            expiredEE: .ignore, now: { 1_800_000_000 }
        ).judge(report, for: .first, asked: .now)
    }

    /// What an earlier connection to the address of a host that is left alone says of it, by what it was made for.
    @Test(
        .rules("F-125"),
        arguments: [
            // The same host, another name, other records; what is known, and what follows by the records `ecdsa`.
            (ProbeReport.End.ecdsa, "same", ProbeReport.Earlier.Likeness.same, Outcome.verified),
            (.rsa, "same", .same, .unreachable), (.startTLSNotOffered("why"), "same", .same, .unreachable),
            (.tlsFailed("why"), "same", .same, .unreachable),
            (.ecdsa, "name", .otherName, .unprobed), (.rsa, "name", .otherName, .pending),
            (.startTLSNotOffered("why"), "name", .otherName, .pending),
            (.startTLSRefused("why"), "name", .otherName, .pending), (.tlsFailed("why"), "name", .otherName, .pending),
            (.unreachable(.banner, "why"), "name", .otherName, .pending),
            (.ecdsa, "records", .sameName, .verified), (.rsa, "records", .sameName, .pending),
            (.tlsFailed("why"), "records", .sameName, .pending),
        ])
    func whatIsKnownOfAHostThatIsLeftAlone(
        _ end: ProbeReport.End, _ which: String, _ likeness: ProbeReport.Earlier.Likeness, _ outcome: Outcome
    ) async throws {
        let cache = cache(FakeBackends(end, .withheld("too often", earlier: nil)))
        let name: DomainName = which == "name" ? "stranger.example" : target.serverName
        let before = ProbeTarget(address: target.address, port: target.port, serverName: name)
        #expect(await cache.probe(before, publishing: which == "records" ? [.rsa] : [.ecdsa]).end == end)
        let report = await cache.renewing.probe(target, publishing: [.ecdsa])
        #expect(report.end == .withheld("too often", earlier: .init(end, likeness)))
        let connection = judged(report, by: [.ecdsa])
        #expect(connection.outcome == outcome)
        // A doubt beside another address's failure keeps that from counting alone.
        #expect(connection.isProbed == outcome.isDoubt && !connection.provesFault)
    }

    /// Nobody knows anything of it; or what it showed was right, and is out of date.
    @Test(.rules("F-125")) func whatNothingIsKnownOfIsUnprobed() async {
        let withheld = ProbeReport.End.withheld("why", earlier: nil)
        let report = await cache(FakeBackends(withheld)).probe(target, publishing: [.ecdsa])
        #expect(report.end == withheld && judged(report, by: [.ecdsa]).outcome == .unprobed)
        let old = ProbeReport(end: .withheld("why", earlier: .init(.ecdsa, .sameOutOfDate)))
        #expect(judged(old, by: [.ecdsa]).outcome == .unprobed)
        #expect(judged(old, by: [.rsa]).outcome == .unreachable)
    }

    /// Reports for too many records are not kept, and those of hosts that could not be reached are not kept for long.
    /// What the address showed is known all the same.
    @Test(.rules("F-125")) func anAddressIsKnownWhateverRecordsItWasProbedFor() async {
        let many = (0..<600).map {
            TLSARecord(usage: 3, selector: 1, matchingType: 1, data: [UInt8](repeating: UInt8($0 & 0xFF), count: 32))
        }
        let cache = cache(FakeBackends(.ecdsa, .unreachable(.banner, "421"), .withheld("why", earlier: nil)))
        #expect(await cache.probe(target, publishing: many).end == .ecdsa)
        #expect(cache.kept.count == 0)
        let other = ProbeTarget(address: target.address, port: target.port, serverName: "other.example")
        #expect(await cache.probe(other, publishing: [.rsa]).end == .unreachable(.banner, "421"))
        let third = ProbeTarget(address: target.address, port: target.port, serverName: "third.example")
        let report = await cache.probe(third, publishing: [.rsa])
        #expect(report.end == .withheld("why", earlier: .init(.ecdsa, .otherName)))
    }

    /// What our library does not know, and what we have not looked at, proves nothing of a host: never a 5xx.
    @Test(.rules("F-74")) func whatCannotBeJudgedIsADoubt() throws {
        // A CA with a key on a curve that GnuTLS does not know, and OpenSSL does.
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appending(path: "CertificatesTests/Fixtures/odd/odd.pem")
        let parts = try String(contentsOf: file, encoding: .utf8).split(separator: "# ")
        let chain = try ["brainpool-leaf", "brainpool-root"].map { name in
            let part = try #require(parts.first { $0.hasPrefix("\(name)\n") })
            return try PEM.certificates(in: Array(part.utf8))[0]
        }
        func judge(_ chain: [[UInt8]], _ record: TLSARecord) -> InspectedConnection {
            ConnectionJudge(
                records: [record],
                references: ReferenceIdentifiers(base: "mx.example.com", nextHop: nil, expandedNextHop: nil),
                expiredEE: .ignore, now: { 1_800_000_000 }
            ).judge(
                ProbeReport(end: .secured(.init(protocolVersion: "TLS1.3", cipherSuite: "x", chain: chain))),
                for: .first, asked: .now)
        }
        let strange = judge(chain, TLSARecord(usage: 2, selector: 0, matchingType: 0, data: chain[1]))
        #expect(strange.outcome == .unreachable)
        #expect(strange.cause.hasPrefix("its certificates cannot be judged here: "), "\(strange.cause)")
        let wrong = TLSARecord(usage: 2, selector: 0, matchingType: 1, data: [UInt8](repeating: 7, count: 32))
        let long = judge(chain + [[UInt8]](repeating: chain[0], count: 200), wrong)
        #expect(long.outcome == .unreachable)
        #expect(long.cause.hasPrefix("it has more records or certificates than are judged: "), "\(long.cause)")
        #expect(judge(chain, wrong).outcome == .tlsaInvalid)
    }
}
