package import DANE
public import Inspection
import Synchronization

/// Since when destinations fail, and how many times in a row that was seen. A temporary refusal becomes permanent by
/// this.
///
/// A fault that was not seen again for some time is forgotten, so that two faults weeks apart do not count as one
/// lasting fault.
public final class FaultBook: Sendable {
    /// What has the fault.
    public enum Subject: Hashable, Sendable {
        /// The destination, by its inspections.
        case destination(Destination)
        /// That nothing could be found out about the destination. It is separate, because a lasting doubt must not make
        /// a fault older.
        case doubt(Destination)
        /// The policy that demands DANE for the destination.
        case policy(Destination)

        /// The destination that fails or is in doubt.
        var of: Destination {
            switch self {
            case .destination(let destination), .doubt(let destination), .policy(let destination): destination
            }
        }

        var isDoubt: Bool { if case .doubt = self { true } else { false } }
    }

    /// The state of a fault.
    private struct Fault {
        var first: ContinuousClock.Instant
        /// When this host first saw it. Others may have seen it before.
        var firstHere: ContinuousClock.Instant
        var last: ContinuousClock.Instant
        var sightings: Int
        /// Whether the DNS failed each time it was seen.
        var isOfDNS = false

        func kept(at now: ContinuousClock.Instant) -> KeptFault {
            KeptFault(age: last - first, sinceLast: now - last, sightings: sightings)
        }
    }

    private struct State {
        var faults: [Subject: Fault] = [:]
        /// What was cleared while stored faults may still be restored; nil when no more will come.
        var cleared: Set<Subject>?
    }

    /// The most failing destinations that are remembered. Senders to others are told to try later for longer.
    static let limit = 100_000
    /// The most doubts among them. Doubts are easy to cause by inventing domains, so the rest is reserved for faults.
    static let doubtLimit = limit / 2

    private let remembered: Mutex<Duration>
    private var memory: Duration { remembered.withLock { $0 } }
    private let journal: (any FaultJournal)?
    private let state: Mutex<State>
    /// When the book was last searched for what can be forgotten.
    private let lastPruning = Mutex(ContinuousClock.now)

    /// A book for faults that must last for a given time.
    ///
    /// - Parameters:
    ///   - deferFor: How long a fault must last before a 5xx.
    ///   - journal: Is told what is entered. Until `endRestoring()`, stored faults may be entered too.
    public init(deferFor: Duration, journal: (any FaultJournal)? = nil) {
        remembered = Mutex(Self.memory(deferFor: deferFor))
        self.journal = journal
        state = Mutex(State(cleared: journal == nil ? nil : []))
    }

    /// How long a fault is remembered after it was last seen: four hours, which is longer than clients wait between two
    /// tries, or twice the time that it must last if that is longer.
    public static func memory(deferFor: Duration) -> Duration { max(.seconds(4 * 3600), deferFor * 2) }

    /// From now on, remembers as long as this time demands.
    package func adopt(deferFor: Duration) { remembered.withLock { $0 = Self.memory(deferFor: deferFor) } }

    /// Notes that a subject was seen failing.
    ///
    /// - Parameters:
    ///   - isOfDNS: Whether the DNS fails, so that the way to it may be at fault.
    ///   - others: For how long other hosts have seen it failing.
    /// - Returns: How long it has been failing, and how many times in a row that was seen, this one included.
    @discardableResult
    public func note(
        _ subject: Subject, isOfDNS: Bool = false, seenByOthersFor others: Duration = .zero,
        at now: ContinuousClock.Instant = .now
    ) -> (failingFor: Duration, sightings: Int) {
        state.withLock { state in
            let others = min(max(others, .zero), memory)
            if var fault = state.faults[subject], now - fault.last <= memory {
                fault.last = now
                fault.first = min(fault.first, now - others)
                fault.sightings += 1
                fault.isOfDNS = fault.isOfDNS && isOfDNS
                state.faults[subject] = fault
                journal?.noted(fault.kept(at: now), of: subject)
                return (now - fault.first, fault.sightings)
            }
            let limit = subject.isDoubt ? Self.doubtLimit : Self.limit
            if state.faults.count >= limit, isTimeToPrune(now) {
                state.faults = state.faults.filter { now - $0.value.last <= memory }
            }
            if state.faults.count < limit {
                let fault = Fault(first: now - others, firstHere: now, last: now, sightings: 1, isOfDNS: isOfDNS)
                state.faults[subject] = fault
                journal?.noted(fault.kept(at: now), of: subject)
                return (others, 1)
            }
            return (.zero, 1)
        }
    }

    /// Enters for how long other hosts have seen a subject failing. It counts only if this host has seen it too.
    package func note(
        othersHaveSeen subject: Subject, for others: Duration, at now: ContinuousClock.Instant = .now
    ) {
        state.withLock { state in
            guard var fault = state.faults[subject], now - fault.last <= memory else { return }
            let first = now - min(max(others, .zero), memory)
            guard first < fault.first else { return }
            fault.first = first
            state.faults[subject] = fault
            journal?.noted(fault.kept(at: now), of: subject)
        }
    }

    /// Whether a subject was seen failing, and not too long ago.
    package func knows(_ subject: Subject, at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in state.faults[subject].map { now - $0.last <= memory } ?? false }
    }

    /// Forgets the faults that were first seen since a time and in which only the DNS failed, because the way to the
    /// DNS was at fault.
    ///
    /// - Returns: Which.
    @discardableResult
    func forgetDNS(since start: ContinuousClock.Instant) -> [Subject] {
        state.withLock { state in
            let subjects = state.faults.filter { $0.value.isOfDNS && $0.value.firstHere >= start }.map(\.key)
            for subject in subjects {
                state.faults[subject] = nil
                journal?.cleared(subject)
            }
            return subjects
        }
    }

    /// How long a subject has been failing; zero if it is not known to fail.
    public func failingFor(_ subject: Subject, at now: ContinuousClock.Instant = .now) -> Duration {
        state.withLock { $0.faults[subject].map { now - $0.last <= memory ? now - $0.first : .zero } ?? .zero }
    }

    /// The failing destinations with certain names, with any port, whether looked up or named in brackets.
    ///
    /// - Parameter limit: The most per name.
    package func failing(named names: Set<DomainName>, atMost limit: Int) -> [DomainName: Set<Destination>] {
        guard !names.isEmpty else { return [:] }
        return state.withLock { state in
            var found: [DomainName: Set<Destination>] = [:]
            for subject in state.faults.keys {
                let destination = subject.of
                guard names.contains(destination.name), found[destination.name]?.count ?? 0 < limit else { continue }
                found[destination.name, default: []].insert(destination)
            }
            return found
        }
    }

    /// How many faults and doubts are in the book.
    public var count: Int { state.withLock { $0.faults.count } }

    /// Whether to search the book now. At most once per minute, because a full book takes a while.
    private func isTimeToPrune(_ now: ContinuousClock.Instant) -> Bool {
        lastPruning.withLock { last in
            guard now - last >= .seconds(60) else { return false }
            last = now
            return true
        }
    }

    /// Notes that a subject has no fault any more.
    public func clear(_ subject: Subject) {
        state.withLock { state in
            let wasKnown = state.faults.isEmpty ? false : state.faults.removeValue(forKey: subject) != nil
            if state.cleared != nil {
                state.cleared?.insert(subject)
                // This many within moments after the start: no stored faults are better than wrong ones.
                if let cleared = state.cleared, cleared.count > Self.limit { state.cleared = nil }
                journal?.cleared(subject)
            } else if wasKnown {
                journal?.cleared(subject)
            }
        }
    }
}

extension FaultBook {
    /// Enters stored faults. One that was seen again meanwhile gets the older start. One that was cleared meanwhile is
    /// not entered.
    ///
    /// - Returns: How many are in the book now.
    @discardableResult
    public func restore(
        _ kept: [(subject: Subject, fault: KeptFault)], at now: ContinuousClock.Instant = .now
    ) -> Int {
        state.withLock { state in
            guard let cleared = state.cleared else { return 0 }
            var count = 0
            for (subject, fault) in kept where !cleared.contains(subject) && fault.sinceLast <= memory {
                let last = now - fault.sinceLast
                if var known = state.faults[subject] {
                    known.first = min(known.first, last - fault.age)
                    known.firstHere = min(known.firstHere, last - fault.age)
                    known.sightings += fault.sightings
                    state.faults[subject] = known
                    journal?.noted(known.kept(at: now), of: subject)
                } else {
                    guard state.faults.count < (subject.isDoubt ? Self.doubtLimit : Self.limit) else { continue }
                    let first = last - fault.age
                    state.faults[subject] = Fault(
                        first: first, firstHere: first, last: last, sightings: fault.sightings)
                }
                count += 1
            }
            return count
        }
    }

    /// Says that no more stored faults will come.
    public func endRestoring() { state.withLock { $0.cleared = nil } }

    /// All faults in their present state.
    public func all(at now: ContinuousClock.Instant = .now) -> [(subject: Subject, fault: KeptFault)] {
        state.withLock { $0.faults.map { ($0.key, $0.value.kept(at: now)) } }
    }
}
