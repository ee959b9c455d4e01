public import DANE
public import Probe
import Support
import Synchronization

/// Probe reports by host, port, address and TLSA set. One provider's host serves a million domains, and is probed once.
///
/// A report contains what the host showed, not how it was judged, because under DANE-TA the judgement depends on the
/// next hop. A good report is kept for the set time, a bad one for the time of failures. Callers that come during a
/// probe wait for that probe. It ends early only if all of them have been cancelled.
public final class ProbeCache: Probing {
    private struct Key: Hashable, Sendable {
        let target: ProbeTarget
        let records: [TLSARecord]
    }

    /// A server, whatever it is probed for.
    private struct Place: Hashable, Sendable {
        let address: IPAddress
        let port: UInt16

        init(_ target: ProbeTarget) { (address, port) = (target.address, target.port) }
    }

    /// The result of a connection to a server, and the name that was used.
    private struct Seen {
        let end: ProbeReport.End
        let name: DomainName
    }

    private struct State {
        var reports: BoundedCache<Key, ProbeReport>
        /// The result of the last connection to each server, whatever the name and records.
        var seen: BoundedCache<Place, Seen>
        /// The hosts that were authenticated, as hashes with a seed that nobody outside knows.
        var vouched = BoundedCache<Int, Bool>(limit: vouchedLimit)
    }

    /// The most reports. A report has a chain, which takes some kilobytes. Further hosts are probed again.
    package static let limit = 10_000
    /// The most bytes of all chains and records in the cache (F-124). Usual hosts use half of it.
    public static let weightLimit = 64 << 20
    /// How many hosts are remembered as authenticated, and for how long (F-121).
    static let vouchedLimit = 50_000
    static let vouchedTime = Duration.seconds(7 * 86_400)
    /// The most bytes of a report's chain and TLSA data together (F-124). Larger ones are not kept, because a stranger
    /// could fill the memory with them.
    static let sizeLimit = 16 << 10

    private let prober: any Probing
    private let lifetimes: Mutex<(good: Duration, bad: Duration)>
    private let journal: (any ReportJournal)?
    private let keepsDialogue: Bool
    private let state: Mutex<State>
    /// A probe holds a slot and a connection of a host. Others may wait for both: so it does not go on without callers.
    private let probes = SingleFlight<Key, ProbeReport>(abandoned: .isCancelled)

    /// A cache in front of a prober.
    ///
    /// - Parameters:
    ///   - prober: Makes the connections.
    ///   - lifetime: How long a report with a TLS session is kept.
    ///   - failureLifetime: How long other reports are kept.
    ///   - keepsDialogue: Whether the host's replies are kept too. For commands that show them, whose cache is
    ///     short-lived.
    ///   - weightLimit: The most bytes in the cache.
    ///   - journal: Is told what is kept.
    public init(
        _ prober: any Probing, lifetime: Duration, failureLifetime: Duration, keepsDialogue: Bool = false,
        weightLimit: Int = ProbeCache.weightLimit, journal: (any ReportJournal)? = nil
    ) {
        self.keepsDialogue = keepsDialogue
        state = Mutex(
            State(
                reports: BoundedCache(limit: Self.limit, weightLimit: weightLimit),
                seen: BoundedCache(limit: Self.limit, weightLimit: weightLimit / 4)))
        self.journal = journal
        self.prober = prober
        lifetimes = Mutex((lifetime, failureLifetime))
    }

    /// How many bytes the cached reports take, and their number.
    package var kept: (weight: Int, count: Int) { state.withLock { ($0.reports.weight, $0.reports.count) } }

    /// How many callers have waited for a probe that was under way.
    package var joins: UInt64 { probes.joins }

    /// The cached report, or a new one; `crowded` at once if the task is cancelled. A new one is made on behalf of the
    /// caller that asks first.
    public func probe(
        _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
    ) async -> ProbeReport {
        let key = key(target, records)
        if let report = kept(key) { return report }
        let report = await probes.value(for: key) { await self.newReport(key, asker) }
        // Whether the probe had a connection already is unknown here. So the report says nothing about the host.
        return report ?? ProbeReport(end: .crowded("cancelled"))
    }

    /// Whether a report on a host is cached.
    package func isKept(_ target: ProbeTarget, publishing records: [TLSARecord]) -> Bool {
        kept(key(target, records)) != nil
    }

    private func kept(_ key: Key) -> ProbeReport? { state.withLock { $0.reports.value(for: key, at: .now) } }

    private func newReport(_ key: Key, _ asker: ProbeAsker) async -> ProbeReport {
        // A probe may have ended since the caller looked.
        if let report = kept(key) { return report }
        let report = await prober.probe(key.target, publishing: key.records, for: known(asker, key))
        // If nobody waits for it any more, it may have failed for that reason alone.
        return Task.isCancelled ? report : keptAndShown(report, key)
    }

    private func keptAndShown(_ report: ProbeReport, _ key: Key) -> ProbeReport {
        state.withLock { state in
            keep(report, key, in: &state)
            return withShown(report, key, in: &state)
        }
    }

    /// Remembers for a week that a host was authenticated by its records (F-121).
    public func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
        let number = key(target, records).hashValue
        state.withLock { $0.vouched.keep(true, for: number, until: .now + Self.vouchedTime) }
    }

    private func known(_ asker: ProbeAsker, _ key: Key) -> ProbeAsker {
        let isVouched = state.withLock { $0.vouched.value(for: key.hashValue, at: .now) } == true
        return ProbeAsker(zone: asker.zone, isVouched: isVouched)
    }

    /// Probes the same hosts, bypassing the cache: each probe makes a new connection. Its report replaces the cached
    /// one. So if a host has been repaired, that need not be discovered again for the next domain with that host.
    public var renewing: any Probing { Renewal(cache: self) }

    private struct Renewal: Probing {
        let cache: ProbeCache

        func probe(
            _ target: ProbeTarget, publishing records: [TLSARecord], for asker: ProbeAsker
        ) async -> ProbeReport {
            await cache.renew(cache.key(target, records), asker)
        }

        func vouch(for target: ProbeTarget, publishing records: [TLSARecord]) {
            cache.vouch(for: target, publishing: records)
        }
    }

    private func renew(_ key: Key, _ asker: ProbeAsker) async -> ProbeReport {
        let report = await prober.probe(key.target, publishing: key.records, for: known(asker, key))
        // A doubt does not remove what is known, and a caller that was cancelled learns nothing else.
        if case .unreachable = report.end { return report }
        return keptAndShown(report, key)
    }

    private func key(_ target: ProbeTarget, _ records: [TLSARecord]) -> Key {
        Key(target: target, records: records.sorted { $0.presentation < $1.presentation })
    }

    /// A report which says only that the host was not probed, together with what is known about its address (F-125).
    ///
    /// If a host shows the same to all names, one name is as good as another. Otherwise a stranger's name with records
    /// that cannot match would pass just because it came after many others.
    private func withShown(_ report: ProbeReport, _ key: Key, in state: inout State) -> ProbeReport {
        guard case .withheld(let why, nil) = report.end, key.target.offer == .any else { return report }
        let now = Tick(.now)
        let own = state.reports.inspect(key) { report, until in (end: report.end, isInDate: until > now) }
        let seen = state.seen.value(for: Place(key.target), at: .now)
        let earlier: ProbeReport.Earlier? =
            // If the host failed the last time, and nobody has looked since, this is a doubt, even if that result has
            // expired.
            if let own, own.isInDate || own.end.isFailure {
                ProbeReport.Earlier(own.end, .same)
            } else if let seen {
                ProbeReport.Earlier(seen.end, seen.name == key.target.serverName ? .sameName : .otherName)
            } else {
                own.map { ProbeReport.Earlier($0.end, .sameOutOfDate) }
            }
        return ProbeReport(end: .withheld(why, earlier: earlier), taken: report.taken)
    }

    /// Remembers the result of a connection to a server, whatever records it was for.
    private func note(_ report: ProbeReport, _ target: ProbeTarget, in state: inout State) {
        let size = Self.size(of: report)
        guard target.offer == .any, size <= Self.sizeLimit else { return }
        let now = ContinuousClock.now
        let until: ContinuousClock.Instant
        switch report.end {
        case .notProbed, .crowded, .withheld, .foreign: return
        case .secured, .startTLSNotOffered, .startTLSRefused, .tlsFailed:
            until = now + lifetimes.withLock { $0.good }
        case .unreachable:
            // A doubt does not remove what is known.
            guard state.seen.value(for: Place(target), at: now) == nil else { return }
            until = now + lifetimes.withLock { $0.bad }
        }
        guard until > now else { return }
        let seen = Seen(end: report.end, name: target.serverName)
        state.seen.keep(seen, for: Place(target), until: until, weight: Self.overhead + size)
    }

    private func keep(_ report: ProbeReport, _ key: Key, in state: inout State) {
        note(report, key.target, in: &state)
        let kept = self.lifetime(of: report)
        let size = Self.size(of: report, key)
        guard kept > .zero, size <= Self.sizeLimit else { return }
        let now = ContinuousClock.now
        let weight = Self.overhead + size + (keepsDialogue ? report.replies.reduce(0) { $0 + $1.utf8.count } : 0)
        state.reports.keep(
            keepsDialogue ? report : report.withoutDialogue, for: key, until: now + kept, weight: weight)
        journal?.kept(
            KeptReport(
                target: key.target, records: key.records, end: report.end, age: max(.zero, now - report.taken),
                lifetime: kept))
    }

    /// Stores reports from an earlier run for the rest of their time, unless there are newer ones.
    public func restore(_ reports: [KeptReport]) {
        let now = ContinuousClock.now
        for kept in reports {
            let report = ProbeReport(end: kept.end, taken: now - kept.age)
            let left = min(kept.lifetime, lifetime(of: report)) - kept.age
            guard left > .zero else { continue }
            let key = key(kept.target, kept.records)
            let size = Self.size(of: report, key)
            guard size <= Self.sizeLimit else { continue }
            state.withLock {
                $0.reports.restore(report, for: key, until: now + left, weight: Self.overhead + size)
            }
        }
    }

    /// The bytes of a report without its chain and records.
    private static let overhead = 1024

    /// The bytes of chain and records in a report.
    private static func size(of report: ProbeReport, _ key: Key) -> Int {
        size(of: report) + key.records.reduce(0) { $0 + $1.data.count + 64 }
    }

    /// The bytes of the chain only.
    private static func size(of report: ProbeReport) -> Int {
        let chain = if case .secured(let session) = report.end { session.chain } else { [[UInt8]]() }
        // An array has a header, and a record has some fields.
        return chain.reduce(0) { $0 + $1.count + 64 }
    }

    /// Uses these times for reports from now on.
    package func adopt(lifetime: Duration, failureLifetime: Duration) {
        lifetimes.withLock { $0 = (lifetime, failureLifetime) }
    }

    private func lifetime(of report: ProbeReport) -> Duration {
        switch report.end {
        case .secured: lifetimes.withLock { $0.good }
        // It says nothing about the host, or nothing that was seen here.
        case .notProbed, .crowded, .withheld, .foreign: .zero
        case .unreachable, .startTLSNotOffered, .startTLSRefused, .tlsFailed: lifetimes.withLock { $0.bad }
        }
    }
}

extension ProbeReport.End {
    /// Whether the host was reached and TLS was not available.
    fileprivate var isFailure: Bool {
        switch self {
        case .startTLSNotOffered, .startTLSRefused, .tlsFailed: true
        case .notProbed, .crowded, .withheld, .foreign, .unreachable, .secured: false
        }
    }
}

extension ProbeReport {
    /// What a verdict needs of the report: how it ended, and when. The replies are not kept (F-124).
    fileprivate var withoutDialogue: ProbeReport { ProbeReport(end: end, taken: taken) }
}
