import DANE
import NIOCore
import Synchronization

/// A counting semaphore for tasks. It limits how many connections may be open at once, and shares them fairly between
/// zones and networks (F-120, F-127).
///
/// A free slot goes to the waiter whose zone and network have the fewest slots, even if others came first. A slot
/// cannot be taken back from a host that stalls. So no zone and no network may have more slots than are free: the first
/// one gets at most half of all, and a new one always finds a slot. The same holds inside a network for what it may
/// still have: one zone gets a quarter of all slots there, and the network's other zones find some. If there are only a
/// few slots, they are not divided.
///
/// Many zones in as many networks could still take all slots, a few each. So the last eighth is for zones and networks
/// that have none, and the last sixteenth for those of them whose host was authenticated before. Of 512 slots, it takes
/// 480 zones in 480 networks until a stranger has to wait, and more until a known host has to.
final class ProbeSlots: Sendable {
    /// How a wait for a slot ended.
    enum Outcome: Sendable {
        /// The caller holds a slot, and must call `release()`.
        case granted
        /// The time limit passed.
        case timedOut
        /// The waiting task was cancelled.
        case cancelled
        /// The slots were closed.
        case closed
    }

    /// Those that wait together, in order of arrival.
    private struct Queue: Hashable {
        let lane: ProbeLane
        let isVouched: Bool
    }

    private struct Waiter {
        let queue: Queue
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var free: Int
        var closed = false
        var nextID = 0
        /// How many slots each zone and each network has. Those that have none are not listed.
        var zones: [String: Int] = [:]
        var networks: [AddressRange: Int] = [:]
        /// The same for one zone in one network.
        var pairs: [ProbeLane: Int] = [:]
        /// The waiters of each queue in order of arrival. It may contain some that have gone, but never as the first.
        var queues: [Queue: CircularBuffer<Int>] = [:]
        var waiters: [Int: Waiter] = [:]
        var drained: [CheckedContinuation<Void, Never>] = []

        /// How many slots the lane's zone has, how many its network has, and how many the zone has in that network.
        func held(_ lane: ProbeLane) -> (zone: Int, network: Int, pair: Int) {
            (zones[lane.zone] ?? 0, lane.network.flatMap { networks[$0] } ?? 0, pairs[lane] ?? 0)
        }

        mutating func take(_ lane: ProbeLane) {
            free -= 1
            zones[lane.zone, default: 0] += 1
            pairs[lane, default: 0] += 1
            if let network = lane.network { networks[network, default: 0] += 1 }
        }

        mutating func give(_ lane: ProbeLane) {
            free += 1
            zones.lower(lane.zone)
            pairs.lower(lane)
            if let network = lane.network { networks.lower(network) }
        }

        /// Removes a waiter.
        mutating func remove(_ id: Int) -> Waiter? {
            guard let waiter = waiters.removeValue(forKey: id), var queue = queues[waiter.queue] else { return nil }
            while let first = queue.first, waiters[first] == nil { queue.removeFirst() }
            queues[waiter.queue] = queue.isEmpty ? nil : queue
            return waiter
        }
    }

    /// With fewer slots than this, they are not divided.
    private static let parted = 32

    private let count: Int
    private let isParted: Bool
    private let state: Mutex<State>

    /// This many slots, all free.
    ///
    /// - Parameter isParted: Whether some are kept for new zones and networks. false if holders are known to finish
    ///   soon.
    init(_ count: Int, isParted: Bool = true) {
        self.count = count
        self.isParted = isParted && count >= Self.parted
        state = Mutex(State(free: count))
    }

    /// How many slots are held.
    var held: Int { state.withLock { count - $0.free } }

    /// How full they are, and which zone or network has the most.
    var occupancy: Occupancy {
        state.withLock { state in
            var zones = state.zones
            var networks = state.networks
            for waiter in state.waiters.values {
                zones[waiter.queue.lane.zone, default: 0] += 1
                if let network = waiter.queue.lane.network { networks[network, default: 0] += 1 }
            }
            zones[""] = nil
            var occupancy = Occupancy(used: count - state.free, limit: count, waiting: state.waiters.count)
            let zone = zones.max { $0.value < $1.value }
            let network = networks.max { $0.value < $1.value }
            if let zone, zone.value >= network?.value ?? 0 {
                (occupancy.foremost, occupancy.foremostCount) = (zone.key, zone.value)
            } else if let network {
                (occupancy.foremost, occupancy.foremostCount) = ("\(network.key)", network.value)
            }
            return occupancy
        }
    }

    /// Waits for a slot.
    ///
    /// - Parameters:
    ///   - isVouched: Whether the host was authenticated before.
    ///   - limit: How long to wait at most.
    func acquire(
        for lane: ProbeLane = .shared, isVouched: Bool = false, within limit: Duration
    ) async -> Outcome {
        let queue = Queue(lane: lane, isVouched: isVouched)
        let (outcome, id) = state.withLock { state -> (Outcome?, Int) in
            if state.closed { return (.closed, 0) }
            if isOpen(queue, state) {
                state.take(lane)
                return (.granted, 0)
            }
            state.nextID += 1
            return (nil, state.nextID)
        }
        if let outcome { return outcome }
        return await withTaskCancellationHandler {
            var timer: Task<Void, Never>?
            defer { timer?.cancel() }
            return await withCheckedContinuation { continuation in
                wait(Waiter(queue: queue, continuation: continuation), id: id)
                // If the task was cancelled before the line above, nobody was there to be woken.
                if Task.isCancelled { end(id, with: .cancelled) }
                timer = Task {
                    try? await Task.sleep(for: limit)
                    end(id, with: .timedOut)
                }
            }
        } onCancel: {
            end(id, with: .cancelled)
        }
    }

    /// Returns a slot. It goes to a waiter in the lane that has the fewest.
    func release(_ lane: ProbeLane = .shared) {
        typealias Woken = (next: [Waiter], drained: [CheckedContinuation<Void, Never>])
        let (next, drained) = state.withLock { state -> Woken in
            state.give(lane)
            var next: [Waiter] = []
            while let waiter = grant(&state) { next.append(waiter) }
            guard state.free == count else { return (next, []) }
            defer { state.drained = [] }
            return (next, state.drained)
        }
        for waiter in next { waiter.continuation.resume(returning: .granted) }
        for continuation in drained { continuation.resume() }
    }

    /// Grants no more slots, and ends all waits.
    func close() {
        let waiters = state.withLock { state in
            state.closed = true
            state.queues = [:]
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.continuation.resume(returning: .closed) }
    }

    /// Waits until all slots are free.
    func drain() async {
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if state.free < count { state.drained.append(continuation) }
                return state.free == count
            }
            if isDrained { continuation.resume() }
        }
    }

    /// Whether a waiter of the queue may have a slot.
    private func isOpen(_ queue: Queue, _ state: State) -> Bool {
        guard state.free > 0 else { return false }
        guard isParted else { return true }
        let held = state.held(queue.lane)
        // F-127: a zone and network without any slot may have one of the last, otherwise these would be of no use.
        guard max(held.zone, held.network) > 0 else { return queue.isVouched || state.free > count / 16 }
        // F-120: no zone and no network may have more than what is left.
        let left = state.free - count / 8
        return held.zone < left && held.network < left && held.pair < max(2, (state.free - held.network) / 2)
    }

    /// Takes a slot for the waiter whose turn it is.
    private func grant(_ state: inout State) -> Waiter? {
        guard state.free > 0 else { return nil }
        var best: (held: Int, pair: Int, id: Int)?
        for (queue, ids) in state.queues {
            guard let id = ids.first, isOpen(queue, state) else { continue }
            let held = state.held(queue.lane)
            let turn = (held: max(held.zone, held.network), pair: held.pair, id: id)
            if let best, best < turn { continue }
            best = turn
        }
        guard let best, let waiter = state.remove(best.id) else { return nil }
        state.take(waiter.queue.lane)
        return waiter
    }

    private func wait(_ waiter: Waiter, id: Int) {
        let outcome = state.withLock { state -> Outcome? in
            if state.closed { return .closed }
            // A slot may have become free since acquire(within:) looked.
            if isOpen(waiter.queue, state) {
                state.take(waiter.queue.lane)
                return .granted
            }
            state.queues[waiter.queue, default: []].append(id)
            state.waiters[id] = waiter
            return nil
        }
        if let outcome { waiter.continuation.resume(returning: outcome) }
    }

    private func end(_ id: Int, with outcome: Outcome) {
        state.withLock { $0.remove(id) }?.continuation.resume(returning: outcome)
    }
}

extension Dictionary where Value == Int {
    /// Subtracts one, and removes the key at zero.
    fileprivate mutating func lower(_ key: Key) { self[key] = self[key].flatMap { $0 > 1 ? $0 - 1 : nil } }
}
