import DANE
import DNSSEC
import Inspection
import Support

/// Finds out whether the trouble is our own, turn by turn.
///
/// The resolver's self-test is made at the start and every five minutes. It is made at once when a recipient met what
/// may be the resolver's fault (`TestCauses`) or somebody has set the clock, and every ten seconds while it fails.
///
/// That the share of failing destinations jumps is only a suspicion: mail to broken domains is cheap to send. It is
/// confirmed by asking again, past every cache, for some destinations that were in order before.
struct TroubleWatch {
    /// How often the self-test is made while all is well.
    static let interval = Duration.seconds(300)
    /// How often anything is tried again while it is not.
    static let retryInterval = Duration.seconds(10)
    /// How often the self-test is made on a way to the DNS that has not let everything through for a long time.
    static let patientInterval = Duration.seconds(60)
    /// After how long that is a long time.
    static let longTrouble = Duration.seconds(900)
    /// How often the self-test is made while a part of the way to the DNS is doubtful.
    static let waryInterval = Duration.seconds(30)
    /// How long a suspicion rests that was not confirmed.
    static let acquittal = Duration.seconds(60)
    /// The longest that asking again may take.
    static let patience = Duration.seconds(30)
    /// So long after the clock was set failures may come from that.
    static let clockMemory = Duration.seconds(900)

    /// What the watch perceives with.
    struct Senses: Sendable {
        /// What works of the resolver; nil if the task was cancelled.
        var selfTest: @Sendable () async -> ResolverHealth?
        /// Whether the root's keys come; nil if that was not tried.
        var keyTest: @Sendable () async -> ResolverHealth? = { nil }
        /// The verdict on a destination past every cache; nil if there was none to be had.
        var reask: @Sendable (Destination) async -> Verdict?
        /// Destinations whose good verdicts are kept.
        var remembered: @Sendable (ContinuousClock.Instant) -> [(VerdictKey, Verdict)] = { _ in [] }
        /// How far the wall clock is ahead of the one that nobody sets.
        var clockOffset: @Sendable () -> Duration = ClockWatch.offset
        /// Why nothing can be opened; nil if it can.
        var descriptorFault: @Sendable () -> String? = Descriptors.fault

        /// Those of the daemon.
        init(_ tests: ResolverTests, _ reask: @escaping @Sendable (Destination) async -> Verdict?) {
            selfTest = { await tests.result(isUrgent: true) }
            self.reask = reask
        }
    }

    private let breaker: Breaker
    private let senses: Senses
    private var clock = ClockWatch()
    private var lastStep: (at: ContinuousClock.Instant, step: Duration)?
    private var nextTest: ContinuousClock.Instant?
    private var nextAsking: ContinuousClock.Instant?

    /// A watch that tells a breaker.
    init(_ breaker: Breaker, _ senses: Senses) {
        self.breaker = breaker
        self.senses = senses
    }

    /// One turn.
    mutating func turn(at now: ContinuousClock.Instant) async {
        if let step = clock.step(to: senses.clockOffset()) {
            lastStep = (now, step)
            breaker.tell(clockStep: step)
            if nextTest != nil { nextTest = now }
        }
        let descriptors = senses.descriptorFault()
        breaker.take(descriptors: descriptors, at: now)
        // Without descriptors a self-test fails for no other reason.
        guard descriptors == nil || nextTest == nil else { return }
        guard await test(at: now) else { return }
        if breaker.hasFailures {
            await lookForRecovery(at: now)
        } else {
            await lookForTrouble(at: now)
        }
    }

    /// Makes the self-test if it is due.
    ///
    /// - Returns: Whether the resolver works, and all that it needs gets through.
    private mutating func test(at now: ContinuousClock.Instant) async -> Bool {
        guard now >= nextTest ?? now || breaker.claimTest(at: now) else { return await testKeys(at: now) }
        let met = breaker.beginTest()
        guard let health = await senses.selfTest(), !Task.isCancelled else { return false }
        breaker.take(health, clearing: met, began: now, at: now)
        nextTest = now + breaker.testInterval(at: now)
        return !breaker.hasResolverTrouble
    }

    /// Asks for the root's keys alone where a lookup had no answer: its verdict may be long in coming, and the zones of
    /// strangers must not hide that nothing answers any more.
    ///
    /// - Returns: Whether the resolver works, and all that it needs gets through.
    private mutating func testKeys(at now: ContinuousClock.Instant) async -> Bool {
        guard !breaker.hasResolverTrouble, let silent = breaker.claimKeyTest(at: now),
            let health = await senses.keyTest(), !Task.isCancelled
        else { return !breaker.hasResolverTrouble }
        guard health.fault != nil else {
            breaker.clearSilence(at: silent, at: now)
            return !breaker.hasResolverTrouble
        }
        breaker.take(health, began: now, at: now)
        nextTest = now + breaker.testInterval(at: now)
        return !breaker.hasResolverTrouble
    }

    private mutating func lookForTrouble(at now: ContinuousClock.Instant) async {
        let (jump, count, share) = breaker.jump(at: now)
        guard jump != .none, now >= nextAsking ?? now else { return }
        let known = breaker.sample(at: now, senses.remembered)
        let failed = await failing(of: known)
        if Task.isCancelled { return }
        // Of few that are known a stranger may own all: then as much must fail as if none were known.
        let isOurs =
            known.count >= 3 ? failed.count * 3 >= known.count * 2 : failed.count == known.count && jump == .plain
        nextAsking = now + (isOurs ? Self.retryInterval : Self.acquittal)
        guard isOurs else {
            breaker.acquit(forgetting: failed)
            return
        }
        let sentence =
            "\(count) destinations failed within a minute, \(Int(share * 100)) % of all"
            + (known.isEmpty ? "" : ", and \(failed.count) of \(known.count) that were in order before")
        if let (when, step) = lastStep, now - when <= Self.clockMemory {
            let seconds = step.milliseconds / 1000
            breaker.take(
                failures: LocalTrouble(.clock, "the clock was set by \(seconds) s, since when \(sentence)"), at: now)
        } else {
            breaker.take(failures: LocalTrouble(.failures, sentence), at: now)
        }
    }

    private mutating func lookForRecovery(at now: ContinuousClock.Instant) async {
        guard now >= nextAsking ?? now else { return }
        nextAsking = now + Self.retryInterval
        let known = breaker.sample(at: now, senses.remembered)
        let failed = await failing(of: known)
        if Task.isCancelled { return }
        let isOver = known.isEmpty ? breaker.jump(at: now).jump == .none : failed.count * 2 < known.count
        guard isOver else { return }
        breaker.acquit(forgetting: failed)
        nextAsking = now + Self.acquittal
        breaker.take(failures: nil, at: now)
    }

    /// Those destinations that are not in order, as far as that can be found out in time.
    private func failing(of keys: [VerdictKey]) async -> [VerdictKey] {
        await withTaskGroup(of: (VerdictKey, Bool).self) { group in
            for key in keys {
                group.addTask { [senses] in
                    let verdict = await Deadline.run(Self.patience) { await senses.reask(key.destination) }
                    return (key, verdict?.outcome.allowsDelivery ?? false)
                }
            }
            var failing: [VerdictKey] = []
            for await (key, isGood) in group where !isGood { failing.append(key) }
            return failing
        }
    }
}
