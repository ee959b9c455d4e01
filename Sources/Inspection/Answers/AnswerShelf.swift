package import DANE
package import DNSSEC
import Synchronization

/// Validated answers to one kind of question, kept until their time to live has run out; whoever asks while a lookup runs waits for
/// that one.
///
/// Bounded in number and in bytes by two generations: when the young one has half of either, it becomes the old one, and what of
/// that has not been asked for since goes.
package final class AnswerShelf<Record: Sendable>: Sendable {
    private struct Kept {
        let answer: Answer<Record>
        let since: ContinuousClock.Instant
        let until: ContinuousClock.Instant
        let size: Int
    }

    private struct Flight {
        let began: ContinuousClock.Instant
        var waiters: [UInt64: CheckedContinuation<Answer<Record>, Never>] = [:]
    }

    private struct State {
        var young: [DomainName: Kept] = [:]
        var youngBytes = 0
        var old: [DomainName: Kept] = [:]
        var running: [DomainName: Flight] = [:]
        var lastID: UInt64 = 0
    }

    private let countLimit: Int
    private let byteLimit: Int
    private let size: @Sendable (Record) -> Int
    private let lookUp: @Sendable (DomainName) async -> Answer<Record>
    private let state = Mutex(State())

    /// An empty shelf.
    ///
    /// - Parameters:
    ///   - countLimit: The most answers kept.
    ///   - byteLimit: The most bytes that they have, roughly.
    ///   - size: The bytes of a record, what it has on the heap included.
    ///   - lookUp: Who is asked for what is not there.
    package init(
        countLimit: Int, byteLimit: Int, size: @escaping @Sendable (Record) -> Int,
        lookUp: @escaping @Sendable (DomainName) async -> Answer<Record>
    ) {
        self.countLimit = max(2, countLimit)
        self.byteLimit = byteLimit
        self.size = size
        self.lookUp = lookUp
    }

    /// How many answers there are, out of date or not.
    var count: Int { state.withLock { $0.young.count + $0.old.count } }

    /// The answer kept, with the time that it has left; nil if there is none. Never waits.
    package func kept(_ name: DomainName) -> Answer<Record>? { state.withLock { find(name, at: .now, in: &$0) } }

    /// The answer kept, with the time that it has left, or a new one. A cancellation ends the caller's wait alone.
    package func answer(_ name: DomainName) async -> Answer<Record> {
        if let answer = kept(name) { return answer }
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(continuation, id: id, for: name)
                // A cancellation that came before the line above found nobody to wake.
                if Task.isCancelled { giveUp(id, name) }
            }
        } onCancel: {
            giveUp(id, name)
        }
    }

    /// Keeps an answer that was had in another way, past the caches; it takes the place of an older one. One that proves nothing
    /// is no reason to forget what was proven.
    func renew(_ name: DomainName, _ answer: Answer<Record>) {
        state.withLock { keep(answer, name, at: .now, in: &$0) }
    }

    private func wait(
        _ continuation: CheckedContinuation<Answer<Record>, Never>, id: UInt64, for name: DomainName
    ) {
        let now = ContinuousClock.now
        let (answer, begins) = state.withLock { state -> (Answer<Record>?, Bool) in
            // A lookup may have ended since the caller looked.
            if let answer = find(name, at: now, in: &state) { return (answer, false) }
            let begins = state.running[name] == nil
            state.running[name, default: Flight(began: now)].waiters[id] = continuation
            return (nil, begins)
        }
        if let answer { continuation.resume(returning: answer) }
        // Not the caller's child: others wait for it too, and a caller that is cancelled must not end it.
        if begins { Task { land(name, await lookUp(name)) } }
    }

    private func giveUp(_ id: UInt64, _ name: DomainName) {
        let waiter = state.withLock { $0.running[name]?.waiters.removeValue(forKey: id) }
        waiter?.resume(returning: .failed("cancelled"))
    }

    private func land(_ name: DomainName, _ answer: Answer<Record>) {
        let waiters = state.withLock { state -> [UInt64: CheckedContinuation<Answer<Record>, Never>] in
            guard let flight = state.running.removeValue(forKey: name) else { return [:] }
            // A second look may have been past the caches in the meantime, while this answer comes from one.
            let since = (state.young[name] ?? state.old[name])?.since
            if since.map({ $0 < flight.began }) ?? true { keep(answer, name, at: .now, in: &state) }
            return flight.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: answer) }
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
        // The tables' own share, the name twice (its text and the canonical name's), and the records.
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
    /// The same answer with the time that it may still be kept, in whole seconds as records have it; nil if there is none left.
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
