import DANE
import DNSSEC
import DequeModule
import Support
import Synchronization

/// Where failures wait for a second look that bypasses all caches, with a fixed number of resolvers that are used again
/// (F-110).
///
/// A second look must not see anything that was fetched before it was requested. So a resolver with empty caches takes
/// all failures that wait at that moment, up to a limit, and none after them. When the last of these looks has ended,
/// its caches are emptied, and it is ready for those that have come meanwhile. So the names of a zone are looked at
/// together, and the zone's keys are fetched once for all of them, while the records of each name are fetched for that
/// name.
///
/// Domains take turns, and inside a domain its zones do (`LanePath`). A domain uses only a few resolvers at once. If
/// its name servers are slow, they delay these resolvers, and the others go on. If others wait, a resolver that is
/// delayed for long has its looks cancelled.
package final class SecondLookQueue: Sendable {
    /// The limits of a queue.
    struct Bounds: Sendable {
        /// How many resolvers there are.
        var resolvers = 8
        /// How many looks one resolver makes at once: of all domains, and of one domain.
        var together = 64
        var perDomain = 16
        /// How many resolvers a domain may use at once.
        var resolversPerDomain = 2
        /// How many may wait. Beyond that, the domain with the most waiters loses one.
        var waiting = 1024
        /// The shortest time between the starts of two resolvers. Each start costs a context and the root's keys.
        var pace = Duration.milliseconds(25)
        /// After this time the looks of a resolver are cancelled if others wait.
        var patience = Duration.seconds(10)
        /// An unused resolver has its caches emptied again after this time, because its trust anchors are as old as
        /// they.
        var freshness = Duration.seconds(3600)
    }

    /// What a look gets.
    enum Ticket: Sendable {
        /// A resolver that has answered only looks which started together with this one, or none. The root's keys are
        /// secure.
        case open(any Resolving)
        /// The root's keys are not secure.
        case invalid(String)
        /// No resolver can be made.
        case none(String)
    }

    private typealias Waiting = CheckedContinuation<(Ticket, Int)?, Never>

    /// A place for a resolver, and the looks that it makes.
    private struct Slot {
        var resolver: (any Resolving)?
        var isFree = true
        /// When its caches were emptied.
        var emptied = ContinuousClock.now
        /// When its looks started.
        var began = ContinuousClock.now
        /// The looks that have not ended, and how to cancel them.
        var looks: [UInt64: (domain: String, end: (@Sendable () -> Void)?)] = [:]
        /// Whether they have been cancelled.
        var isEnding = false

        func has(_ domain: String) -> Bool { looks.values.contains { $0.domain == domain } }
    }

    private struct State {
        var slots: [Slot]
        var waiters: [UInt64: (path: LanePath, continuation: Waiting)] = [:]
        var shares: FairShares<UInt64>
        var lanes = SecondLookLanes()
        var lastID: UInt64 = 0
        var lastBegan: ContinuousClock.Instant?
        /// When the queue is checked next if nothing happens.
        var alarm: ContinuousClock.Instant?
    }

    private let makeResolver: @Sendable () throws(ResolverError) -> any Resolving
    private let bounds: Bounds
    private let state: Mutex<State>

    /// A queue. `makeResolver` makes each of its resolvers when it is first needed.
    init(
        bounds: Bounds = Bounds(), _ makeResolver: @escaping @Sendable () throws(ResolverError) -> any Resolving
    ) {
        self.makeResolver = makeResolver
        self.bounds = bounds
        state = Mutex(
            State(slots: (0..<bounds.resolvers).map { _ in Slot() }, shares: FairShares(bounds.waiting)))
    }

    /// How many resolvers are in use, how many looks wait, and the domain with the most waiting looks.
    var occupancy: Occupancy {
        state.withLock { state in
            let foremost = state.shares.foremost
            return Occupancy(
                used: state.slots.count { !$0.looks.isEmpty }, limit: state.slots.count, waiting: state.waiters.count,
                foremost: foremost?.domain, foremostCount: foremost?.count ?? 0)
        }
    }

    /// Runs a second look when its turn has come.
    ///
    /// - Parameters:
    ///   - path: Where the name is in the DNS.
    ///   - look: The look. It must honour cancellation, which also happens if it takes long and others wait.
    /// - Returns: nil if it got no turn, because too many others of its domain wait or the task was cancelled.
    func look<Result: Sendable>(
        at path: LanePath, _ look: @escaping @Sendable (Ticket) async -> Result
    ) async -> Result? {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let turn = await withTaskCancellationHandler {
            await withCheckedContinuation { enter(id, path, $0) }
        } onCancel: {
            leave(id)
        }
        guard let (ticket, slot) = turn else { return nil }
        let task = Task.inLane { await look(ticket) }
        let isEnding = state.withLock { state in
            state.slots[slot].looks[id]?.end = { task.cancel() }
            return state.slots[slot].isEnding
        }
        if isEnding { task.cancel() }
        defer { end(id, at: slot) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func enter(_ id: UInt64, _ path: LanePath, _ continuation: Waiting) {
        let gone = state.withLock { state -> Waiting? in
            guard !Task.isCancelled else { return continuation }
            var gone: Waiting?
            switch state.shares.enter(id, at: path) {
            case .full: return continuation
            case .displaced(let other): gone = state.waiters.removeValue(forKey: other)?.continuation
            case .entered: break
            }
            state.waiters[id] = (path, continuation)
            state.lanes.add(id, path)
            return gone
        }
        gone?.resume(returning: nil)
        advance()
    }

    /// Removes a waiter.
    private func leave(_ id: UInt64) {
        let waiter = state.withLock { state in
            let waiter = state.waiters.removeValue(forKey: id)
            if let waiter { state.shares.leave(id, from: waiter.path) }
            return waiter
        }
        waiter?.continuation.resume(returning: nil)
    }

    private func end(_ id: UInt64, at index: Int) {
        let (isBack, resolver) = state.withLock { state in
            state.slots[index].looks[id] = nil
            return (state.slots[index].looks.isEmpty, state.slots[index].resolver)
        }
        if isBack { Task.detached { [self] in free(index, await emptied(resolver)) } }
        advance()
    }

    /// A resolver with its caches emptied; nil if that failed. Another one is then made in its place.
    private func emptied(_ resolver: (any Resolving)?) async -> (any Resolving)? {
        do throws(ResolverError) { try await resolver?.emptyCaches() } catch { return nil }
        return resolver
    }

    /// Notes that a resolver has empty caches, or that it is gone.
    private func free(_ index: Int, _ resolver: (any Resolving)?) {
        state.withLock { state in state.slots[index] = Slot(resolver: resolver) }
        advance()
    }

    // MARK: Turns

    private typealias Party = (slot: Int, resolver: (any Resolving)?, isOld: Bool, looks: [(UInt64, Waiting)])

    /// Starts resolvers as long as there are both resolvers and looks that may start.
    private func advance() {
        let now = ContinuousClock.now
        let (parties, ends, alarm) = state.withLock { state -> ([Party], [@Sendable () -> Void], Duration?) in
            var parties: [Party] = []
            var due: ContinuousClock.Instant?
            while !state.waiters.isEmpty {
                if let last = state.lastBegan, last + bounds.pace > now {
                    due = last + bounds.pace
                    break
                }
                guard let party = next(&state, at: now) else { break }
                parties.append(party)
                state.lastBegan = now
            }
            var ends: [@Sendable () -> Void] = []
            if due == nil, !state.waiters.isEmpty { due = relieve(&state, at: now, ending: &ends) }
            guard let due, state.alarm.map({ due < $0 }) ?? true else { return (parties, ends, nil) }
            state.alarm = due
            return (parties, ends, due - now)
        }
        for end in ends { end() }
        for party in parties { Task.detached { [self] in await setOut(party) } }
        guard let alarm else { return }
        Task.detached { [self] in
            try? await Task.sleep(for: max(alarm, .milliseconds(1)))
            state.withLock { $0.alarm = nil }
            advance()
        }
    }

    private func next(_ state: inout State, at now: ContinuousClock.Instant) -> Party? {
        let free = state.slots.indices.filter { state.slots[$0].isFree }
        // Prefer one that exists already.
        guard let index = free.first(where: { state.slots[$0].resolver != nil }) ?? free.first else { return nil }
        let (slots, waiters) = (state.slots, state.waiters)
        let ids = state.lanes.take(atMost: bounds.together, ofEach: bounds.perDomain) { domain in
            slots.count { $0.has(domain) } < bounds.resolversPerDomain
        } isWaiting: {
            waiters[$0] != nil
        }
        guard !ids.isEmpty else { return nil }
        var looks: [(UInt64, Waiting)] = []
        for id in ids {
            guard let waiter = state.waiters.removeValue(forKey: id) else { continue }
            state.shares.leave(id, from: waiter.path)
            state.slots[index].looks[id] = (waiter.path.domain, nil)
            looks.append((id, waiter.continuation))
        }
        state.slots[index].isFree = false
        state.slots[index].began = now
        let isOld = now - state.slots[index].emptied > bounds.freshness
        return (index, state.slots[index].resolver, isOld, looks)
    }

    /// Cancels the looks of resolvers that are delayed for long, if no resolver is free.
    ///
    /// - Returns: When the next one is due.
    private func relieve(
        _ state: inout State, at now: ContinuousClock.Instant, ending ends: inout [@Sendable () -> Void]
    ) -> ContinuousClock.Instant? {
        guard !state.slots.contains(where: \.isFree) else { return nil }
        var next: ContinuousClock.Instant?
        for index in state.slots.indices where !state.slots[index].isEnding {
            let due = state.slots[index].began + bounds.patience
            guard due <= now else {
                next = min(next ?? due, due)
                continue
            }
            state.slots[index].isEnding = true
            ends += state.slots[index].looks.values.compactMap(\.end)
        }
        return next
    }

    private func setOut(_ party: Party) async {
        let ticket = await ticket(party)
        for (_, continuation) in party.looks { continuation.resume(returning: (ticket, party.slot)) }
    }

    private func ticket(_ party: Party) async -> Ticket {
        let resolver: any Resolving
        do throws(ResolverError) {
            if let kept = party.resolver {
                if party.isOld { try await kept.emptyCaches() }
                resolver = kept
            } else {
                resolver = try makeResolver()
                state.withLock { $0.slots[party.slot].resolver = resolver }
            }
        } catch {
            return .none(error.description)
        }
        // D-01, RFC 7672 §2.1.1: once for all looks that start together.
        if let fault = await resolver.selfTest([.rootKeys]).fault { return .invalid(fault.sentence) }
        return .open(resolver)
    }
}
