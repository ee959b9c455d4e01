import DANE
import DNSSEC
import Logging
import Synchronization

/// Whether the trouble is our own. While it is, the breaker is open: good verdicts count, and nothing that fails does.
///
/// `TroubleWatch` finds out, and closes it again by itself; here is what it found, for those who rule on recipients.
public final class Breaker: Sendable {
    /// So many inspections in a row that found no DNS are a reason to ask at once.
    static let doubtLimit = 5

    /// What has been found out.
    private struct State {
        var selfTest: LocalTrouble? = LocalTrouble(.resolver, "it has not been tried yet")
        var descriptors: LocalTrouble?
        var failures: LocalTrouble?
        var isTested = false
        /// The cause that the log was told last, and when the breaker opened.
        var told: (cause: LocalTrouble.Cause, since: ContinuousClock.Instant)?
        var share = FailureShare(at: .now)
        var known = KnownGood()
        /// Why no lookup will ever work, as the first test found.
        var unusable: ResolverError?

        /// The trouble that explains the others.
        var trouble: LocalTrouble? { descriptors ?? selfTest ?? failures }
    }

    private let state = Mutex(State())
    private let doubts = Atomic<Int>(0)
    private let tested = Signal()
    private let log: GateLog
    private let ruling: Settings.LocalTroubleRuling
    private let onFirstSuccess: @Sendable () -> Void

    /// A breaker that is open until the resolver has been tried.
    ///
    /// - Parameters:
    ///   - log: Where changes are told.
    ///   - onFirstSuccess: Called once, when the resolver works for the first time.
    public init(_ settings: Settings, log: GateLog, onFirstSuccess: @escaping @Sendable () -> Void = {}) {
        self.log = log
        ruling = settings.onLocalTrouble
        self.onFirstSuccess = onFirstSuccess
    }

    /// Why the resolver does not work; nil if it does. While it does not no inspection is begun: neither "bogus" nor "no DANE"
    /// could be believed.
    public var fault: String? {
        state.withLock { state in (state.descriptors ?? state.selfTest)?.sentence }
    }

    /// Why nothing that fails counts; nil if the breaker is closed.
    var trouble: LocalTrouble? { state.withLock { $0.trouble } }

    /// Watches for trouble, and for its end, until it is cancelled.
    ///
    /// - Parameters:
    ///   - resolver: Whose self-test is made.
    ///   - cache: Whose good verdicts tell which destinations were in order, an earlier run's among them.
    ///   - reask: Inspects a destination past every cache; nil if that could not be done.
    func watch(
        _ resolver: any Resolving, cache: VerdictCache, reask: @escaping @Sendable (Destination) async -> Verdict?
    ) async {
        var senses = TroubleWatch.Senses(resolver, reask)
        senses.remembered = { cache.someGood(at: $0) }
        var watch = TroubleWatch(self, senses)
        while !Task.isCancelled {
            await watch.turn(at: .now)
            // In short turns: an outage is not to go unnoticed.
            try? await Task.sleep(for: .seconds(2))
        }
    }

    /// Blocks the calling thread until the first test has ended, or the time is over. Once only.
    ///
    /// - Throws: If it has ended and no lookup will ever work with these settings.
    func waitForFirstTest(atMost limit: Duration) throws(ResolverError) {
        _ = tested.wait(until: .now + limit)
        if let unusable = state.withLock({ $0.unusable }) { throw unusable }
    }

    /// Notes what an inspection found.
    func note(_ key: VerdictKey, _ verdict: Verdict, at now: ContinuousClock.Instant = .now) {
        if verdict.outcome == .dnsUnavailable {
            doubts.add(1, ordering: .relaxed)
        } else {
            doubts.store(0, ordering: .relaxed)
        }
        let isGood = verdict.outcome.allowsDelivery
        // That a domain does not exist, or takes no mail, is a fact about it.
        guard isGood || verdict.outcome.defaultRuling != .reject else { return }
        state.withLock { state in
            state.share.note(key, isFailing: !isGood, at: now)
            if isGood { state.known.note(key, verdict, at: now) }
        }
    }
}

extension Breaker {
    /// Whether so much failed that the resolver is to be tried at once.
    var isInDoubt: Bool { doubts.load(ordering: .relaxed) >= Self.doubtLimit }

    /// Why it is open, and for how long; nil if it is closed. Until the resolver has been tried, the time is not told.
    func status(at now: ContinuousClock.Instant = .now) -> (trouble: LocalTrouble, openFor: Duration?)? {
        state.withLock { state in state.trouble.map { ($0, state.told.map { now - $0.since }) } }
    }

    /// Whether the breaker is open for the failures themselves.
    var hasFailures: Bool { state.withLock { $0.failures != nil } }

    /// Takes what a self-test found.
    ///
    /// - Parameters:
    ///   - sentence: Why the resolver does not work; nil if it does.
    ///   - unusable: Why it never will.
    ///   - test: Which one this was, and whether one has succeeded before.
    func take(
        selfTest sentence: String?, unusable: ResolverError?, isFirst: Bool, hasWorked: Bool,
        at now: ContinuousClock.Instant
    ) {
        doubts.store(0, ordering: .relaxed)
        let trouble = sentence.map(LocalTrouble.init(selfTest:))
        let before = change(at: now) { state in
            defer { state.selfTest = trouble }
            state.isTested = true
            if isFirst { state.unusable = unusable }
            return state.selfTest
        }
        if let sentence {
            log.event(.error, repeated: "resolver-down", LogLine(event: "resolver-down").adding("cause", sentence))
        } else if before != nil {
            log.event(.notice, LogLine(event: "resolver-up"))
        }
        if isFirst { tested.signal() }
        if sentence == nil, !hasWorked { onFirstSuccess() }
    }

    /// Takes whether there are file descriptors left.
    func take(descriptors sentence: String?, at now: ContinuousClock.Instant) {
        change(at: now) { $0.descriptors = sentence.map { LocalTrouble(.descriptors, $0) } }
    }

    /// Takes whether destinations fail through our fault.
    func take(failures trouble: LocalTrouble?, at now: ContinuousClock.Instant) {
        change(at: now) { $0.failures = trouble }
    }

    /// Tells that somebody has set the clock.
    func tell(clockStep step: Duration) {
        let seconds = step.milliseconds / 1000
        log.event(.warning, LogLine(event: "clock").adding("step", "\(seconds > 0 ? "+" : "")\(seconds)s"))
    }

    /// How the share of failures stands, and how many fail.
    func jump(at now: ContinuousClock.Instant) -> (jump: FailureShare.Jump, failing: Int, share: Double) {
        state.withLock { state in
            let jump = state.share.jump(at: now)
            let (failing, share) = state.share.count
            return (jump, failing, share)
        }
    }

    /// Some destinations that were in order lately.
    ///
    /// - Parameter remembered: Others, where too few are known.
    func sample(
        at now: ContinuousClock.Instant, _ remembered: (ContinuousClock.Instant) -> [(VerdictKey, Verdict)]
    ) -> [VerdictKey] {
        let known = state.withLock { $0.known.sample(at: now) }
        guard known.count < KnownGood.sample else { return known }
        let others = remembered(now)
        return state.withLock { state in
            for (key, verdict) in others { state.known.note(key, verdict, at: now) }
            return state.known.sample(at: now)
        }
    }

    /// The failures were looked into, and are not ours; nor are some destinations in order any longer.
    func acquit(forgetting keys: [VerdictKey]) {
        state.withLock { state in
            state.share.accept()
            state.known.forget(keys)
        }
    }

    /// Changes the state, and tells the log if the breaker opens or closes by that, or stays open for another cause.
    @discardableResult
    private func change<Result: Sendable>(
        at now: ContinuousClock.Instant, _ body: (inout sending State) -> sending Result
    ) -> Result {
        let (result, lines) = state.withLock { state in
            let result = body(&state)
            var lines: [LogLine] = []
            // Until the first test it is open for want of one, which is no news.
            let trouble = state.isTested ? state.trouble : state.descriptors
            if trouble == nil, let told = state.told {
                let line = LogLine(event: "breaker").adding("state", "closed").adding("cause", told.cause.rawValue)
                lines.append(line.adding("open_for", DurationText.brief(now - told.since)))
                state.told = nil
            }
            if let trouble, trouble.cause != state.told?.cause {
                state.told = (trouble.cause, state.told?.since ?? now)
                let line = LogLine(event: "breaker").adding("state", "open").adding("cause", trouble.cause.rawValue)
                lines.append(line.adding("ruling", ruling.rawValue).adding("message", trouble.sentence))
            }
            return (result, lines)
        }
        for line in lines { log.event(.error, line) }
        return result
    }
}
