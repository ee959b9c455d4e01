public import DANE
import Synchronization

/// How many recipients were ruled upon since the start, by ruling and outcome.
///
/// Relaxed atomics and nothing else: a recipient costs an addition or two.
public final class RulingCounts: Sendable {
    /// The counts of one moment.
    public struct Snapshot: Sendable {
        /// Recipients by ruling and outcome; those that are zero are left out.
        public var rulings: [(ruling: Ruling.Action, outcome: Outcome, count: Int)] = []
        /// Accepted because they are merely monitored.
        public var monitored = 0
        /// Accepted without a look: exempt by policy or local part, or not by DNS.
        public var passed = 0
        /// Ruled by a verdict that was kept.
        public var cached = 0
        /// Ruled by one that was not.
        public var uncached = 0
    }

    private static let actions: [Ruling.Action] = [.accept, .tempfail, .reject]
    private static let outcomes = Outcome.allCases

    // An array of atomics: Array holds nothing that cannot be copied.
    private nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<Int>>
    private let monitored = Atomic<Int>(0)
    private let passed = Atomic<Int>(0)
    private let cached = Atomic<Int>(0)

    /// Counts that are zero.
    public init() {
        cells = .allocate(capacity: Self.actions.count * Self.outcomes.count)
        for index in 0..<Self.actions.count * Self.outcomes.count { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: Self.actions.count * Self.outcomes.count)
        cells.deallocate()
    }

    /// Counts a ruling.
    ///
    /// - Parameters:
    ///   - passed: Whether nobody looked.
    ///   - isCached: Whether the verdict was kept from before.
    public func note(_ ruling: Ruling, passed: Bool, isCached: Bool = false) {
        if passed { return notePassed() }
        let row = ruling.action.index * Self.outcomes.count
        cells[row + ruling.outcome.index].add(1, ordering: .relaxed)
        if ruling.would != nil { monitored.add(1, ordering: .relaxed) }
        if isCached { cached.add(1, ordering: .relaxed) }
    }

    /// Counts a recipient that was let pass without a look.
    public func notePassed() { passed.add(1, ordering: .relaxed) }

    /// The counts as they stand.
    public var snapshot: Snapshot {
        var snapshot = Snapshot()
        var sum = 0
        for action in Self.actions {
            for outcome in Self.outcomes {
                let count = cells[action.index * Self.outcomes.count + outcome.index].load(ordering: .relaxed)
                if count > 0 { snapshot.rulings.append((action, outcome, count)) }
                sum += count
            }
        }
        snapshot.monitored = monitored.load(ordering: .relaxed)
        snapshot.passed = passed.load(ordering: .relaxed)
        snapshot.cached = cached.load(ordering: .relaxed)
        snapshot.uncached = max(0, sum - snapshot.cached)
        return snapshot
    }
}

extension Ruling.Action {
    /// The place in a table.
    fileprivate var index: Int {
        switch self {
        case .accept: 0
        case .tempfail: 1
        case .reject: 2
        }
    }
}

extension Outcome {
    /// The place in a table: that of `allCases`. A switch, for to compare raw values is to compare texts.
    fileprivate var index: Int {
        switch self {
        case .verified: 0
        case .encrypted: 1
        case .opportunistic: 2
        case .unprobed: 3
        case .startTLSNotSupported: 4
        case .tlsFailed: 5
        case .certificateExpired: 6
        case .tlsaInvalid: 7
        case .dnssecInvalid: 8
        case .certificateHostMismatch: 9
        case .daneRequired: 10
        case .nullMX: 11
        case .noSuchDomain: 12
        case .noMailHost: 13
        case .dnsUnavailable: 14
        case .unreachable: 15
        case .pending: 16
        }
    }
}
