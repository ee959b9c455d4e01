public import DANE
public import Probe
import Synchronization

/// Probe reports by host, port, address and TLSA set: one provider's host serves a million domains, and is probed once.
///
/// What is kept is what the host showed, never how it was judged: under DANE-TA the judgement depends on the next hop. A good
/// report is kept for the set time, a bad one for the time failures are. Whoever asks while a probe runs waits for that one.
public final class ProbeCache: Probing {
    private struct Key: Hashable, Sendable {
        let target: ProbeTarget
        let records: [TLSARecord]
    }

    private struct State {
        var reports: BoundedCache<Key, ProbeReport>
        var running: [Key: Task<ProbeReport, Never>] = [:]
    }

    /// A report carries a chain, some kilobytes: more hosts than this are probed anew.
    static let limit = 10_000
    /// A report with a longer chain, or for more TLSA data, is not kept: it would be a stranger who fills the memory.
    static let sizeLimit = 16 << 10

    private let prober: any Probing
    private let lifetime: Duration
    private let failureLifetime: Duration
    private let journal: (any ReportJournal)?
    private let state = Mutex(State(reports: BoundedCache(limit: limit)))

    /// A cache before a prober.
    ///
    /// - Parameters:
    ///   - prober: Who connects.
    ///   - lifetime: How long a report with a TLS session is kept.
    ///   - failureLifetime: How long any other is.
    ///   - journal: Who is told what is kept.
    public init(
        _ prober: any Probing, lifetime: Duration, failureLifetime: Duration, journal: (any ReportJournal)? = nil
    ) {
        self.journal = journal
        self.prober = prober
        self.lifetime = lifetime
        self.failureLifetime = failureLifetime
    }

    /// The report kept, or a new one.
    public func probe(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> ProbeReport {
        let key = key(target, records)
        switch state.withLock({ find(key, in: &$0) }) {
        case .kept(let report): return report
        case .running(let task): return await task.value
        }
    }

    /// The same hosts past what is kept: each probe is a new connection, and what it shows takes the place of what was kept, so
    /// that the next domain of a host that has been mended need not find that out again.
    public var renewing: any Probing { Renewal(cache: self) }

    private struct Renewal: Probing {
        let cache: ProbeCache

        func probe(_ target: ProbeTarget, publishing records: [TLSARecord]) async -> ProbeReport {
            await cache.renew(cache.key(target, records))
        }
    }

    private func renew(_ key: Key) async -> ProbeReport {
        let report = await prober.probe(key.target, publishing: key.records)
        // A doubt is no reason to forget what was seen, and a caller that gave up sees nothing else.
        if case .unreachable = report.end { return report }
        state.withLock { keep(report, key, in: &$0) }
        return report
    }

    private func key(_ target: ProbeTarget, _ records: [TLSARecord]) -> Key {
        Key(target: target, records: records.sorted { $0.presentation < $1.presentation })
    }

    private enum Found {
        case kept(ProbeReport)
        case running(Task<ProbeReport, Never>)
    }

    private func find(_ key: Key, in state: inout State) -> Found {
        if let report = state.reports.value(for: key, at: .now) { return .kept(report) }
        if let running = state.running[key] { return .running(running) }
        // Not the caller's child: others wait for it too, and a caller that is cancelled must not end it.
        let task = Task { await run(key) }
        state.running[key] = task
        return .running(task)
    }

    private func run(_ key: Key) async -> ProbeReport {
        let report = await prober.probe(key.target, publishing: key.records)
        state.withLock { state in
            state.running[key] = nil
            keep(report, key, in: &state)
        }
        return report
    }

    private func keep(_ report: ProbeReport, _ key: Key, in state: inout State) {
        let kept = self.lifetime(of: report)
        let chain = if case .secured(let session) = report.end { session.chain } else { [[UInt8]]() }
        let size = chain.reduce(0) { $0 + $1.count } + key.records.reduce(0) { $0 + $1.data.count }
        guard kept > .zero, size <= Self.sizeLimit else { return }
        let now = ContinuousClock.now
        state.reports.keep(report, for: key, until: now + kept)
        journal?.kept(
            KeptReport(
                target: key.target, records: key.records, end: report.end, age: max(.zero, now - report.taken),
                lifetime: kept))
    }

    /// Keeps reports from an earlier run for what is left of their time, unless there are newer ones.
    public func restore(_ reports: [KeptReport]) {
        let now = ContinuousClock.now
        for kept in reports {
            let report = ProbeReport(end: kept.end, taken: now - kept.age)
            let left = min(kept.lifetime, lifetime(of: report)) - kept.age
            guard left > .zero else { continue }
            state.withLock { $0.reports.restore(report, for: key(kept.target, kept.records), until: now + left) }
        }
    }

    private func lifetime(of report: ProbeReport) -> Duration {
        switch report.end {
        case .secured: lifetime
        // It says nothing about the host.
        case .notProbed: .zero
        case .unreachable, .startTLSNotOffered, .startTLSRefused, .tlsFailed: failureLifetime
        }
    }
}
