import DANE
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
    }

    /// A fault as it stands.
    private struct Fault {
        let first: ContinuousClock.Instant
        var last: ContinuousClock.Instant
        var sightings: Int
    }

    /// More destinations that fail at a time are not remembered: they are told to try later for longer.
    static let limit = 100_000
    /// More than these are not remembered of doubts, which are cheap to come by for who makes up domains: the rest is for faults.
    static let doubtLimit = limit / 2

    private let memory: Duration
    private let faults = Mutex<[Subject: Fault]>([:])
    /// When the book was last looked through for what can be forgotten.
    private let lastPruning = Mutex(ContinuousClock.now)

    /// A book for faults that must last a given time.
    ///
    /// - Parameter deferFor: How long a fault must last before a 5xx. A fault is forgotten four hours after it was last seen,
    ///   which is longer than clients wait between tries, or twice that time if that is longer.
    public init(deferFor: Duration) { memory = max(.seconds(4 * 3600), deferFor * 2) }

    /// Notes that a subject was seen failing.
    ///
    /// - Returns: How long it has been failing, and how often in a row that was seen, this time included.
    @discardableResult
    public func note(_ subject: Subject, at now: ContinuousClock.Instant = .now) -> (
        failingFor: Duration, sightings: Int
    ) {
        faults.withLock { faults in
            if var fault = faults[subject], now - fault.last <= memory {
                fault.last = now
                fault.sightings += 1
                faults[subject] = fault
                return (now - fault.first, fault.sightings)
            }
            let limit = if case .doubt = subject { Self.doubtLimit } else { Self.limit }
            if faults.count >= limit, isTimeToPrune(now) {
                faults = faults.filter { now - $0.value.last <= memory }
            }
            if faults.count < limit { faults[subject] = Fault(first: now, last: now, sightings: 1) }
            return (.zero, 1)
        }
    }

    /// How long a subject has been failing; zero if it is not known to be.
    public func failingFor(_ subject: Subject, at now: ContinuousClock.Instant = .now) -> Duration {
        faults.withLock { $0[subject].map { now - $0.last <= memory ? now - $0.first : .zero } ?? .zero }
    }

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
        faults.withLock { if !$0.isEmpty { $0[subject] = nil } }
    }
}
