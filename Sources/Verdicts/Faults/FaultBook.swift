package import DANE
public import Inspection
import Synchronization

/// Since when destinations fail, and how often in a row that was seen: what turns "for now" into "for good".
///
/// A fault that was not seen again for a while is forgotten, so that two faults weeks apart are not one lasting fault.
public final class FaultBook: Sendable {
    /// What the fault is a fault of.
    public enum Subject: Hashable, Sendable {
        /// The destination, as the inspections found it.
        case destination(Destination)
        /// That nothing could be found out about it: kept apart, for a doubt that lasts makes no fault older.
        case doubt(Destination)
        /// The policy that demands DANE of it.
        case policy(Destination)

        /// What fails, or is in doubt.
        var of: Destination {
            switch self {
            case .destination(let destination), .doubt(let destination), .policy(let destination): destination
            }
        }

        var isDoubt: Bool { if case .doubt = self { true } else { false } }
    }

    /// A fault as it stands.
    private struct Fault {
        var first: ContinuousClock.Instant
        var last: ContinuousClock.Instant
        var sightings: Int
        /// Whether the DNS failed at each sighting.
        var isOfDNS = false

        func kept(at now: ContinuousClock.Instant) -> KeptFault {
            KeptFault(age: last - first, sinceLast: now - last, sightings: sightings)
        }
    }

    private struct State {
        var faults: [Subject: Fault] = [:]
        /// What was found in order while faults from before may still come; nil when no more will.
        var cleared: Set<Subject>?
    }

    /// More destinations that fail at a time are not remembered: they are told to try later for longer.
    static let limit = 100_000
    /// More than these are not remembered of doubts, which are cheap to come by for who makes up domains: the rest is for faults.
    static let doubtLimit = limit / 2

    private let remembered: Mutex<Duration>
    private var memory: Duration { remembered.withLock { $0 } }
    private let journal: (any FaultJournal)?
    private let state: Mutex<State>
    /// When the book was last looked through for what can be forgotten.
    private let lastPruning = Mutex(ContinuousClock.now)

    /// A book for faults that must last a given time.
    ///
    /// - Parameters:
    ///   - deferFor: How long a fault must last before a 5xx.
    ///   - journal: Who is told what is entered. Until `endRestoring()`, faults from before may be entered too.
    public init(deferFor: Duration, journal: (any FaultJournal)? = nil) {
        remembered = Mutex(Self.memory(deferFor: deferFor))
        self.journal = journal
        state = Mutex(State(cleared: journal == nil ? nil : []))
    }

    /// How long a fault is remembered after it was last seen: four hours, which is longer than clients wait between tries, or
    /// twice the time that it must last if that is longer.
    public static func memory(deferFor: Duration) -> Duration { max(.seconds(4 * 3600), deferFor * 2) }

    /// Remembers for as long as another time that a fault must last demands, from now on.
    package func adopt(deferFor: Duration) { remembered.withLock { $0 = Self.memory(deferFor: deferFor) } }

    /// Notes that a subject was seen failing.
    ///
    /// - Parameter isOfDNS: Whether the DNS fails. Then the way to it may be at fault.
    /// - Returns: How long it has been failing, and how often in a row that was seen, this time included.
    @discardableResult
    public func note(
        _ subject: Subject, isOfDNS: Bool = false, at now: ContinuousClock.Instant = .now
    ) -> (failingFor: Duration, sightings: Int) {
        state.withLock { state in
            if var fault = state.faults[subject], now - fault.last <= memory {
                fault.last = now
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
                let fault = Fault(first: now, last: now, sightings: 1, isOfDNS: isOfDNS)
                state.faults[subject] = fault
                journal?.noted(fault.kept(at: now), of: subject)
            }
            return (.zero, 1)
        }
    }

    /// Forgets the faults that were first seen since a time and in which only the DNS failed: the way to the DNS was at
    /// fault.
    func forgetDNS(since start: ContinuousClock.Instant) {
        state.withLock { state in
            let subjects = state.faults.filter { $0.value.isOfDNS && $0.value.first >= start }.keys
            for subject in subjects {
                state.faults[subject] = nil
                journal?.cleared(subject)
            }
        }
    }

    /// How long a subject has been failing; zero if it is not known to be.
    public func failingFor(_ subject: Subject, at now: ContinuousClock.Instant = .now) -> Duration {
        state.withLock { $0.faults[subject].map { now - $0.last <= memory ? now - $0.first : .zero } ?? .zero }
    }

    /// The destinations of some names that fail, whatever their port and whether they are looked up or named in brackets.
    ///
    /// - Parameter limit: The most of one name.
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

    /// Once a minute at most: a full book takes a while to look through.
    private func isTimeToPrune(_ now: ContinuousClock.Instant) -> Bool {
        lastPruning.withLock { last in
            guard now - last >= .seconds(60) else { return false }
            last = now
            return true
        }
    }

    /// Notes that a subject is in order.
    public func clear(_ subject: Subject) {
        state.withLock { state in
            let wasKnown = state.faults.isEmpty ? false : state.faults.removeValue(forKey: subject) != nil
            if state.cleared != nil {
                state.cleared?.insert(subject)
                // That many in the moments of a start: rather no faults from before than wrong ones.
                if let cleared = state.cleared, cleared.count > Self.limit { state.cleared = nil }
                journal?.cleared(subject)
            } else if wasKnown {
                journal?.cleared(subject)
            }
        }
    }
}

extension FaultBook {
    /// Enters faults from before. One that was seen since then too is as old as it was, one that was found in order is not
    /// entered.
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
                    known.sightings += fault.sightings
                    state.faults[subject] = known
                    journal?.noted(known.kept(at: now), of: subject)
                } else {
                    guard state.faults.count < (subject.isDoubt ? Self.doubtLimit : Self.limit) else { continue }
                    state.faults[subject] = Fault(first: last - fault.age, last: last, sightings: fault.sightings)
                }
                count += 1
            }
            return count
        }
    }

    /// No more faults from before will come.
    public func endRestoring() { state.withLock { $0.cleared = nil } }

    /// All faults as they stand.
    public func all(at now: ContinuousClock.Instant = .now) -> [(subject: Subject, fault: KeptFault)] {
        state.withLock { $0.faults.map { ($0.key, $0.value.kept(at: now)) } }
    }
}
