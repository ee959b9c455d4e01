import DANE
import DNSSEC
import Inspection
import Support

/// Finds out, step by step, whether the fault is on our side.
///
/// The resolver's self-test is made at the start and every five minutes. It is made at once if a recipient met what may
/// be the resolver's fault (`TestCauses`) or somebody has set the clock, and every ten seconds while it fails.
///
/// If the share of failing destinations jumps, that is only a suspicion, because mail to broken domains is cheap to
/// send. It is confirmed by inspecting again, bypassing all caches, some destinations that worked before.
struct TroubleWatch {
    /// How often the self-test is made while everything works.
    static let interval = Duration.seconds(300)
    /// How often it is repeated while something does not work.
    static let retryInterval = Duration.seconds(10)
    /// How often the self-test is made after the way to the DNS has been faulty for a long time.
    static let patientInterval = Duration.seconds(60)
    /// What counts as a long time.
    static let longTrouble = Duration.seconds(900)
    /// How often the self-test is made while a part of the way to the DNS is doubtful.
    static let waryInterval = Duration.seconds(30)
    /// How long a suspicion that was not confirmed is not investigated again.
    static let acquittal = Duration.seconds(60)
    /// The longest time for an inspection.
    static let patience = Duration.seconds(30)
    /// How long after the clock was set it may be the cause of failures.
    static let clockMemory = Duration.seconds(900)

    /// What the watch uses to observe.
    struct Senses: Sendable {
        /// Makes a self-test of the resolver; nil if the task was cancelled.
        var selfTest: @Sendable () async -> ResolverHealth?
        /// Looks up only the root's keys; nil if that was not done.
        var keyTest: @Sendable () async -> ResolverHealth? = { nil }
        /// The verdict on a destination, bypassing all caches; nil if there was none.
        var reask: @Sendable (Destination) async -> Verdict?
        /// Destinations whose good verdicts are cached.
        var remembered: @Sendable (ContinuousClock.Instant) -> [(VerdictKey, Verdict)] = { _ in [] }
        /// How far the wall clock is ahead of the one that cannot be set.
        var clockOffset: @Sendable () -> Duration = ClockWatch.offset
        /// Why no file can be opened; nil if one can.
        var descriptorFault: @Sendable () -> String? = Descriptors.fault

        /// What the daemon uses.
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

    /// A watch that reports to a breaker.
    init(_ breaker: Breaker, _ senses: Senses) {
        self.breaker = breaker
        self.senses = senses
    }

    /// One step.
    mutating func turn(at now: ContinuousClock.Instant) async {
        if let step = clock.step(to: senses.clockOffset()) {
            lastStep = (now, step)
            breaker.tell(clockStep: step)
            if nextTest != nil { nextTest = now }
        }
        let descriptors = senses.descriptorFault()
        breaker.take(descriptors: descriptors, at: now)
        // Without descriptors a self-test can only fail for that reason.
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
    /// - Returns: Whether the resolver works and nothing is lost on the way.
    private mutating func test(at now: ContinuousClock.Instant) async -> Bool {
        guard now >= nextTest ?? now || breaker.claimTest(at: now) else { return await testKeys(at: now) }
        let met = breaker.beginTest()
        guard let health = await senses.selfTest(), !Task.isCancelled else { return false }
        breaker.take(health, clearing: met, began: now, at: now)
        nextTest = now + breaker.testInterval(at: now)
        return !breaker.hasResolverTrouble
    }

    /// Looks up only the root's keys if a lookup had no answer. Its verdict may come much later, and the zones of
    /// strangers must not hide that nothing answers any more.
    ///
    /// - Returns: Whether the resolver works and nothing is lost on the way.
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
        // If only a few are known, a stranger may own them all. Then as much must fail as if none were known.
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

    /// Those destinations that do not work, as far as that can be found out in time.
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
