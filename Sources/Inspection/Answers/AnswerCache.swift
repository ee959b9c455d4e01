package import DANE
package import DNSSEC
import Support
import Synchronization

/// Validated answers to one kind of question, kept until their TTL has expired. Callers that come during a lookup wait
/// for that lookup.
///
/// Two generations limit their number and bytes. When the young one has half of either, it becomes the old one, and
/// answers in the old one that nobody has asked for since are dropped.
package final class AnswerCache<Record: Sendable>: Sendable {
    private struct Kept {
        let answer: Answer<Record>
        let since: ContinuousClock.Instant
        let until: ContinuousClock.Instant
        let size: Int
    }

    private struct State {
        var young: [DomainName: Kept] = [:]
        var youngBytes = 0
        var old: [DomainName: Kept] = [:]
    }

    private let countLimit: Int
    private let byteLimit: Int
    private let size: @Sendable (Record) -> Int
    private let lookUp: @Sendable (DomainName) async -> Answer<Record>
    private let state = Mutex(State())
    /// A lookup has a time limit of its own, and its answer serves others: so it goes on without its callers.
    private let lookups = SingleFlight<DomainName, Answer<Record>>(abandoned: .goesOn)

    /// A cache without answers.
    ///
    /// - Parameters:
    ///   - countLimit: The most answers.
    ///   - byteLimit: The most bytes of all answers, roughly.
    ///   - size: The bytes of a record, including what it has on the heap.
    ///   - lookUp: Looks up an answer that is not in the cache.
    package init(
        countLimit: Int, byteLimit: Int, size: @escaping @Sendable (Record) -> Int,
        lookUp: @escaping @Sendable (DomainName) async -> Answer<Record>
    ) {
        self.countLimit = max(2, countLimit)
        self.byteLimit = byteLimit
        self.size = size
        self.lookUp = lookUp
    }

    /// The number of answers, expired ones included.
    var count: Int { state.withLock { $0.young.count + $0.old.count } }

    /// How many callers have waited for a lookup that was under way.
    var joins: UInt64 { lookups.joins }

    /// The cached answer with its remaining TTL; nil if there is none. Never waits.
    package func kept(_ name: DomainName) -> Answer<Record>? { state.withLock { find(name, at: .now, in: &$0) } }

    /// The cached answer with its remaining TTL, or a new one. A cancellation ends only the caller's own wait.
    package func answer(_ name: DomainName) async -> Answer<Record> {
        if let answer = kept(name) { return answer }
        return await lookups.value(for: name) { await self.newAnswer(name) } ?? .failed(.cancelled)
    }

    /// Stores an answer that was looked up bypassing the caches. It replaces an older one, unless it is bogus or
    /// failed: that proves nothing, and does not remove what was proven.
    func renew(_ name: DomainName, _ answer: Answer<Record>) {
        state.withLock { keep(answer, name, at: .now, in: &$0) }
    }

    private func newAnswer(_ name: DomainName) async -> Answer<Record> {
        // A lookup may have ended since the caller looked.
        if let answer = kept(name) { return answer }
        let began = ContinuousClock.now
        let answer = await lookUp(name)
        state.withLock { state in
            // A second look may have bypassed the caches meanwhile, whereas this answer may come from a cache.
            let since = (state.young[name] ?? state.old[name])?.since
            if since.map({ $0 < began }) ?? true { keep(answer, name, at: .now, in: &state) }
        }
        return answer
    }

    private func find(
        _ name: DomainName, at now: ContinuousClock.Instant, in state: inout State
    ) -> Answer<Record>? {
        if let kept = state.young[name] { return kept.answer.aged(to: kept.until - now) }
        guard let kept = state.old[name], let answer = kept.answer.aged(to: kept.until - now) else { return nil }
        state.old[name] = nil
        put(kept, name, in: &state)
        return answer
    }

    private func keep(
        _ answer: Answer<Record>, _ name: DomainName, at now: ContinuousClock.Instant, in state: inout State
    ) {
        guard let found = answer.found?.found, found.ttl >= .seconds(1) else { return }
        // The share of the tables, the name twice (its own text and that of the canonical name), and the records.
        let bytes = 256 + 2 * name.text.utf8.count + found.records.reduce(0) { $0 + size($1) }
        guard bytes <= byteLimit / 16 else { return }
        state.old[name] = nil
        put(Kept(answer: answer, since: now, until: now + found.ttl, size: bytes), name, in: &state)
    }

    private func put(_ kept: Kept, _ name: DomainName, in state: inout State) {
        if let former = state.young.updateValue(kept, forKey: name) { state.youngBytes -= former.size }
        state.youngBytes += kept.size
        guard state.young.count > countLimit / 2 || state.youngBytes > byteLimit / 2 else { return }
        state.old = state.young
        state.young = [:]
        state.youngBytes = 0
    }
}

extension Answer {
    /// The same answer with the remaining time as its TTL, in whole seconds like a record; nil if no time is left.
    fileprivate func aged(to left: Duration) -> Answer? {
        guard left >= .seconds(1) else { return nil }
        func aged(_ found: Found<Record>) -> Found<Record> {
            Found(
                records: found.records, existence: found.existence, canonicalName: found.canonicalName,
                ttl: .seconds(left.components.seconds))
        }
        switch self {
        case .secure(let found): return .secure(aged(found))
        case .insecure(let found): return .insecure(aged(found))
        case .bogus, .failed: return nil
        }
    }
}
