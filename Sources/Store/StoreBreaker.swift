package import NIOCore

/// Leaves a store alone that fails or is slow, and tries it now and then (a circuit breaker).
///
/// A value without a clock: whoever has it says what happens and when.
package struct StoreBreaker: Sendable {
    /// What opens it, and for how long.
    package struct Limits: Sendable, Hashable {
        /// So many failures within `window` open it.
        package var failures = 3
        /// So many slow answers within `window` open it.
        package var slowAnswers = 5
        /// How long a failure or a slow answer counts.
        package var window: Duration = .seconds(10)
        /// How long it stays open before the store is tried once.
        package var pause: Duration = .seconds(5)

        /// The usual limits.
        package init() {}
    }

    /// What may be sent.
    package enum Phase: Sendable {
        /// Everything.
        case closed
        /// Nothing.
        case open
        /// One trial, whose end decides.
        case halfOpen
    }

    /// What may be sent now.
    package private(set) var phase = Phase.closed
    /// When the store is to be tried; nil unless it is open.
    package private(set) var nextTrial: NIODeadline?

    private let limits: Limits
    private var failures: [NIODeadline] = []
    private var slowAnswers: [NIODeadline] = []

    /// A breaker that is closed.
    package init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Notes that the store has failed: a connection that ended or could not be made, an answer that says so.
    ///
    /// - Returns: Whether this has opened it.
    package mutating func noteFailure(at now: NIODeadline) -> Bool {
        Self.note(now, in: &failures, most: limits.failures, within: limits.window)
        return openIfDue(failures.count >= limits.failures, at: now)
    }

    /// Notes that an answer was slow.
    ///
    /// - Returns: Whether this has opened it.
    package mutating func noteSlow(at now: NIODeadline) -> Bool {
        Self.note(now, in: &slowAnswers, most: limits.slowAnswers, within: limits.window)
        return openIfDue(slowAnswers.count >= limits.slowAnswers, at: now)
    }

    /// Begins a trial if one is due.
    ///
    /// - Returns: Whether one is to be made now.
    package mutating func beginTrial(at now: NIODeadline) -> Bool {
        guard phase == .open, let nextTrial, now >= nextTrial else { return false }
        phase = .halfOpen
        self.nextTrial = nil
        return true
    }

    /// Ends a trial.
    ///
    /// - Parameter isGood: Whether the store has answered soon enough.
    package mutating func endTrial(isGood: Bool, at now: NIODeadline) {
        guard phase == .halfOpen else { return }
        (failures, slowAnswers) = ([], [])
        if isGood { phase = .closed } else { open(at: now) }
    }

    private mutating func openIfDue(_ isDue: Bool, at now: NIODeadline) -> Bool {
        guard isDue, phase == .closed else { return false }
        open(at: now)
        return true
    }

    private mutating func open(at now: NIODeadline) {
        phase = .open
        nextTrial = now + TimeAmount(limits.pause)
    }

    private static func note(_ now: NIODeadline, in list: inout [NIODeadline], most: Int, within window: Duration) {
        list.removeAll { now - $0 > TimeAmount(window) }
        list.append(now)
        if list.count > most { list.removeFirst() }
    }
}
