import DNSSEC
import Support

/// Decides when a missing or unusable answer is a reason for an extra test of the resolver (F-89).
///
/// One recipient is reason enough, because there may be little mail. But usually the fault is that of the recipient's
/// domain, and the test queries the root, which must not be polled. So a test that finds everything working clears the
/// parts of the DNS that were its reason: for five minutes they are no reason for another test. Other parts are a
/// reason for three tests in a row and then for one per minute, so that the owner of many broken zones cannot cause
/// more. A real failure must not hide behind such zones. Therefore destinations that worked recently have an allowance
/// of their own.
///
/// A dead DNS must be noticed soon: before the first verdict that it spoils, and even if that verdict accepts. So a
/// lookup without any answer is a reason to look up only the root's keys, which is one query. This happens every ten
/// seconds at most, only if no MX lookup has been answered since, and once in five minutes per part of the DNS.
struct TestCauses: Sendable {
    /// How long a part of the DNS stays cleared.
    static let clearance = TroubleWatch.interval
    /// The most parts that are remembered.
    static let limit = 1024

    private var met: Set<Neighbourhood> = []
    private var cleared: [Neighbourhood: ContinuousClock.Instant] = [:]
    private var isKnownGood = false
    private var isUrgent = false
    private var strangers = Allowance(3, every: .seconds(60))
    private var silent: Set<Neighbourhood> = []
    private var clearedOfSilence: [Neighbourhood: ContinuousClock.Instant] = [:]
    private var keys = Allowance(1, every: .seconds(10))
    private var acquaintances = Allowance(10, every: .seconds(30))

    /// Notes that an answer was missing or could not be used.
    ///
    /// - Parameters:
    ///   - place: The part of the DNS that the name belongs to.
    ///   - isKnownGood: Whether a destination there worked recently.
    mutating func note(_ place: Neighbourhood, isKnownGood: Bool, at now: ContinuousClock.Instant) {
        if let until = cleared[place], now < until { return }
        if met.count < Self.limit { met.insert(place) }
        self.isKnownGood = self.isKnownGood || isKnownGood
    }

    /// Notes that a lookup had no answer at all.
    ///
    /// - Parameter place: The part of the DNS that the name belongs to.
    mutating func noteSilence(_ place: Neighbourhood, at now: ContinuousClock.Instant) {
        if let until = clearedOfSilence[place], now < until { return }
        if silent.count < Self.limit { silent.insert(place) }
    }

    /// Notes that a lookup was answered. Then those that are silent are silent for reasons of their own.
    mutating func noteAnswer() {
        if !silent.isEmpty { silent = [] }
    }

    /// Notes that a test after a failure found a fault, so that the watch must test at once.
    mutating func urge() { isUrgent = true }

    /// Whether there is a reason for a test now. A call that returns true uses part of the allowance.
    mutating func claim(at now: ContinuousClock.Instant) -> Bool {
        if isUrgent { return true }
        guard !met.isEmpty else { return false }
        // F-89: one recipient is reason enough.
        if strangers.wait(at: now) == .zero {
            strangers.take(at: now)
            return true
        }
        guard isKnownGood, acquaintances.wait(at: now) == .zero else { return false }
        acquaintances.take(at: now)
        return true
    }

    /// Whether there is a reason to look up the root's keys now. The reason is then used up.
    ///
    /// - Returns: The parts of the DNS that are silent, to be cleared if the keys arrive; nil if there is no reason or
    ///   it is too early.
    mutating func claimKeys(at now: ContinuousClock.Instant) -> Set<Neighbourhood>? {
        guard !silent.isEmpty, keys.wait(at: now) == .zero else { return nil }
        keys.take(at: now)
        defer { silent = [] }
        return silent
    }

    /// Notes that the root's keys arrived.
    mutating func clearSilence(_ places: Set<Neighbourhood>, at now: ContinuousClock.Instant) {
        Self.clear(places, in: &clearedOfSilence, at: now)
    }

    /// Notes the start of a test. Reasons that are noted from now on count for the next one.
    ///
    /// - Returns: The parts of the DNS that the test clears if it finds everything working.
    mutating func begin() -> Set<Neighbourhood> {
        defer { (met, silent, isKnownGood, isUrgent) = ([], [], false, false) }
        return met
    }

    /// Notes that a test found everything working.
    mutating func clear(_ places: Set<Neighbourhood>, at now: ContinuousClock.Instant) {
        Self.clear(places, in: &cleared, at: now)
    }

    private static func clear(
        _ places: Set<Neighbourhood>, in cleared: inout [Neighbourhood: ContinuousClock.Instant],
        at now: ContinuousClock.Instant
    ) {
        if cleared.count + places.count > Self.limit { cleared = cleared.filter { now < $0.value } }
        if cleared.count + places.count > Self.limit { cleared = [:] }
        for place in places { cleared[place] = now + Self.clearance }
    }
}
