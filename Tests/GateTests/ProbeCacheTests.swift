import Certificates
import DANE
import Foundation
import Probe
import Synchronization
import Rules
import Testing

@testable import Gate

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

        func probe(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> ProbeReport {
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
        #expect(await first.value.end == .unreachable(.connect, "cancelled"))
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
        #expect(await only.value.end == .unreachable(.connect, "cancelled"))
        while prober.cancelled == 0 { await Task.yield() }
        let next = Task { await cache.probe(target, publishing: [.ecdsa]) }
        await prober.isAsked(2)
        prober.release()
        #expect(await next.value.end == .ecdsa)
    }

    /// A host without TLS does not have it for being left alone.
    @Test func whoFailedTheLastTimeIsADoubtWhenLeftAlone() async {
        let cache = cache(FakeBackends(.startTLSNotOffered("no STARTTLS"), .withheld("too often", shown: nil)))
        #expect(await cache.probe(target, publishing: [.ecdsa]).end == .startTLSNotOffered("no STARTTLS"))
        #expect(await cache.renewing.probe(target, publishing: [.ecdsa]).end == .notProbed("too often"))
    }

    /// The same machine under another name, or with other records, when it has been probed too often.
    @Test func aKeptSessionIsShownForAHostThatIsLeftAlone() async {
        let turns = FakeBackends(.ecdsa, .withheld("too often", shown: nil))
        let cache = cache(turns)
        #expect(await cache.probe(target, publishing: [.ecdsa]).end == .ecdsa)
        let other = ProbeTarget(address: "192.0.2.1", serverName: "other.example")
        guard case .secured(let session) = ProbeReport.End.ecdsa else { return }
        #expect(await cache.probe(other, publishing: [.ecdsa]).end == .withheld("too often", shown: session))
        let stranger = ProbeTarget(address: "192.0.2.2", serverName: "other.example")
        #expect(
            await self.cache(FakeProber(["192.0.2.2": .withheld("why", shown: nil)]))
                .probe(stranger, publishing: [.ecdsa]).end == .withheld("why", shown: nil))
        // It may prove that the host is in order, and never that it is not.
        let judge = { (records: [TLSARecord]) in
            ConnectionJudge(
                records: records,
                references: ReferenceIdentifiers(base: "other.example", nextHop: nil, expandedNextHop: nil),
                expiredEE: .ignore, now: { 1_800_000_000 })
        }
        let report = ProbeReport(end: .withheld("too often", shown: session))
        let good = judge([.ecdsa]).judge(report, for: .first, asked: .now)
        #expect(good.outcome == .verified && !good.isProbed && good.cause.hasSuffix("on an earlier connection"))
        #expect(judge([.rsa]).judge(report, for: .first, asked: .now).outcome == .unprobed)
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
