import DNSSEC
import Support

/// Decides when an answer that was missing or could not be used is a reason to test the resolver out of turn.
///
/// One recipient is reason enough, for there may be little mail. But most often the fault is that of the recipient's
/// domain, and the test asks the root, which must not be polled. So a test that finds all in order clears the parts
/// of the DNS that were its reason: for five minutes they are no reason for another test. Other parts are a reason
/// for three tests in a row and then for one a minute, so that the owner of many broken zones cannot cause more. A
/// true failure must not hide behind such zones. Therefore destinations that were in order lately have an allowance
/// of their own.
///
/// And a dead DNS must be seen soon, before the first verdict that it spoils, and where the verdict accepts all the
/// same. So a lookup without any answer is a reason to ask for the root's keys alone, which is one question: every ten
/// seconds at most, only if no MX lookup has been answered since, and for a part of the DNS once in five minutes.
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
    ///   - place: The part of the DNS that was asked about.
    ///   - isKnownGood: Whether a destination there was in order lately.
    mutating func note(_ place: Neighbourhood, isKnownGood: Bool, at now: ContinuousClock.Instant) {
        if let until = cleared[place], now < until { return }
        if met.count < Self.limit { met.insert(place) }
        self.isKnownGood = self.isKnownGood || isKnownGood
    }

    /// Notes that a lookup had no answer at all.
    ///
    /// - Parameter place: The part of the DNS that was asked about.
    mutating func noteSilence(_ place: Neighbourhood, at now: ContinuousClock.Instant) {
        if let until = clearedOfSilence[place], now < until { return }
        if silent.count < Self.limit { silent.insert(place) }
    }

    /// Notes that a lookup was answered: whoever is silent is so by himself.
    mutating func noteAnswer() {
        if !silent.isEmpty { silent = [] }
    }

    /// Notes that a test after a failure found a fault: the watch is to test at once.
    mutating func urge() { isUrgent = true }

    /// Whether there is a reason for a test now. A call that returns true uses up a part of the allowance.
    mutating func claim(at now: ContinuousClock.Instant) -> Bool {
        if isUrgent { return true }
        guard !met.isEmpty else { return false }
        if strangers.wait(at: now) == .zero {
            strangers.take(at: now)
            return true
        }
        guard isKnownGood, acquaintances.wait(at: now) == .zero else { return false }
        acquaintances.take(at: now)
        return true
    }

    /// Whether there is a reason to ask for the root's keys now.
    ///
    /// - Returns: The parts of the DNS that are silent, to be cleared if the keys come; nil if there is no reason, or
    ///   the time has not come. They are a reason no longer.
    mutating func claimKeys(at now: ContinuousClock.Instant) -> Set<Neighbourhood>? {
        guard !silent.isEmpty, keys.wait(at: now) == .zero else { return nil }
        keys.take(at: now)
        defer { silent = [] }
        return silent
    }

    /// Notes that the root's keys came.
    mutating func clearSilence(_ places: Set<Neighbourhood>, at now: ContinuousClock.Instant) {
        Self.clear(places, in: &clearedOfSilence, at: now)
    }

    /// Notes that a test begins. What is noted from now on is a reason for the next one.
    ///
    /// - Returns: The parts of the DNS that the test clears if it finds all in order.
    mutating func begin() -> Set<Neighbourhood> {
        defer { (met, silent, isKnownGood, isUrgent) = ([], [], false, false) }
        return met
    }

    /// Notes that a test found all in order.
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
