package import DANE
package import DNSSEC
package import Inspection
import Logging
public import Policy
public import Records
import Support
import Synchronization

/// Whether the fault is on our side. While it is, the breaker is open: good verdicts count, and failures do not (F-86,
/// F-87, F-88, F-89).
///
/// `TroubleWatch` finds out, and closes it again by itself. This type has the result, for the code that rules on
/// recipients.
public final class Breaker: Sendable {
    /// What is known.
    private struct State {
        /// Why nothing can be validated at all.
        var keys: LocalTrouble? = LocalTrouble(.resolver, "it has not been tried yet")
        var denials = PartRecord()
        var tlsa = PartRecord()
        var descriptors: LocalTrouble?
        var failures: LocalTrouble?
        var isTested = false
        /// What the last self-test tested.
        var tested: Set<ResolverHealth.Part> = []
        var hasWorked = false
        /// When the last test began that found everything working. Before the first one, the start.
        var lastWell = ContinuousClock.now
        var causes = TestCauses()
        /// The cause that was last logged, and when the breaker opened.
        var told: (cause: LocalTrouble.Cause, since: ContinuousClock.Instant)?
        var share = FailureShare(at: .now)
        var known = KnownGood()
        /// Why no lookup will ever work, by the first test.
        var unusable: ResolverError?

        /// The fault that the self-test found.
        var resolver: LocalTrouble? { keys ?? (denials.fault ?? tlsa.fault).map { LocalTrouble($0) } }

        /// The fault that explains the others.
        var trouble: LocalTrouble? { descriptors ?? resolver ?? failures }
    }

    private let state = Mutex(State())
    private let tested = Signal()
    private let log: GateLog
    private let book: SettingsBook
    private let forwarders: [String]
    private let onFirstSuccess: @Sendable () -> Void
    private let onFalseFailures: @Sendable (_ since: ContinuousClock.Instant) -> Void

    /// A breaker that is open until the resolver has been tested.
    ///
    /// - Parameters:
    ///   - log: Where changes are reported.
    ///   - onFirstSuccess: Called once, when the resolver works for the first time.
    ///   - onFalseFailures: Called when answers turn out to be wrong on the way, and when they are right again. DNSSEC
    ///     failures that were seen since the given time may have that cause.
    public convenience init(
        _ settings: Settings, log: GateLog, onFirstSuccess: @escaping @Sendable () -> Void = {},
        onFalseFailures: @escaping @Sendable (_ since: ContinuousClock.Instant) -> Void = { _ in }
    ) {
        self.init(
            following: SettingsBook(settings), log: log, onFirstSuccess: onFirstSuccess,
            onFalseFailures: onFalseFailures)
    }

    /// The same with the settings in force.
    package init(
        following book: SettingsBook, log: GateLog, onFirstSuccess: @escaping @Sendable () -> Void = {},
        onFalseFailures: @escaping @Sendable (_ since: ContinuousClock.Instant) -> Void = { _ in }
    ) {
        self.log = log
        self.book = book
        forwarders = book.settings.forwarderNames
        self.onFirstSuccess = onFirstSuccess
        self.onFalseFailures = onFalseFailures
    }

    /// Why the resolver does not work; nil if it does. While it does not, no inspection begins, because neither "bogus"
    /// nor "no DANE" could be believed (D-01, RFC 7672 §2.1.1). If only some things are lost on the way, inspections go
    /// on, because what validates is true.
    public var fault: String? {
        state.withLock { state in (state.descriptors ?? state.keys)?.sentence }
    }

    /// Why failures do not count; nil if the breaker is closed.
    package var trouble: LocalTrouble? { state.withLock { $0.trouble } }

    /// Watches for a fault and for its end, until it is cancelled.
    ///
    /// - Parameters:
    ///   - tests: The resolver's self-tests.
    ///   - keys: Makes only that part of a self-test which looks up the root's keys; nil if it was not made.
    ///   - cache: Its good verdicts tell which destinations were working, including those from an earlier run.
    ///   - reask: Inspects a destination, bypassing all caches; nil if that was not possible.
    package func watch(
        _ tests: ResolverTests, keys: @escaping @Sendable () async -> ResolverHealth? = { nil }, cache: VerdictCache,
        reask: @escaping @Sendable (Destination) async -> Verdict?
    ) async {
        var senses = TroubleWatch.Senses(tests, reask)
        senses.keyTest = keys
        senses.remembered = { cache.someGood(at: $0) }
        var watch = TroubleWatch(self, senses)
        while !Task.isCancelled {
            await watch.turn(at: .now)
            // Often enough that an outage is noticed soon.
            try? await Task.sleep(for: .seconds(2))
        }
    }

    /// Blocks the calling thread until the first test has ended, or the time is over. Call it only once.
    ///
    /// - Throws: If it has ended, and no lookup will ever work with these settings.
    package func waitForFirstTest(atMost limit: Duration) throws(ResolverError) {
        _ = tested.wait(until: .now + limit)
        if let unusable = state.withLock({ $0.unusable }) { throw unusable }
    }

    /// Notes the result of an inspection.
    func note(_ key: VerdictKey, _ verdict: Verdict, at now: ContinuousClock.Instant = .now) {
        if verdict.outcome == .dnsUnavailable { noteDoubt(at: verdict.host ?? key.destination.name.text, at: now) }
        let isGood = verdict.outcome.allowsDelivery
        // That a domain does not exist or takes no mail is a fact about it.
        guard isGood || verdict.outcome.defaultRuling != .reject else { return }
        state.withLock { state in
            state.share.note(key, isFailing: !isGood, at: now)
            if isGood { state.known.note(key, verdict, at: now) }
        }
    }
}

extension Breaker {
    /// Notes that an answer about a name was missing or could not be used. The cause may be the name's zone or the way
    /// to the DNS.
    func noteDoubt(at name: String, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.causes.note(Neighbourhood(of: name), isKnownGood: state.known.holds(name), at: now)
        }
    }

    /// Whether recipients gave a reason to test the resolver now. A call that returns true uses part of the allowance.
    func claimTest(at now: ContinuousClock.Instant) -> Bool { state.withLock { $0.causes.claim(at: now) } }

    /// Notes that a lookup of a name had no answer.
    func noteSilence(at name: String, at now: ContinuousClock.Instant = .now) {
        state.withLock { $0.causes.noteSilence(Neighbourhood(of: name), at: now) }
    }

    /// Notes that an MX lookup was answered.
    func noteAnswer() { state.withLock { $0.causes.noteAnswer() } }

    /// Whether recipients gave a reason to look up only the root's keys now.
    ///
    /// - Returns: The parts of the DNS that are silent; nil if there is no reason.
    func claimKeyTest(at now: ContinuousClock.Instant) -> Set<Neighbourhood>? {
        state.withLock { $0.causes.claimKeys(at: now) }
    }

    /// Notes that the root's keys arrived although parts of the DNS were silent.
    func clearSilence(at places: Set<Neighbourhood>, at now: ContinuousClock.Instant) {
        state.withLock { $0.causes.clearSilence(places, at: now) }
    }

    /// Why an answer that depends on these parts of the way to the DNS proves nothing; nil if no fault of them is
    /// known.
    func trouble(
        with parts: Set<ResolverHealth.Part>, at now: ContinuousClock.Instant = .now
    ) -> String? {
        state.withLock { state in
            if let keys = state.keys { return keys.sentence }
            if parts.contains(.denials), let why = state.denials.doubt(at: now) { return why }
            return parts.contains(.tlsa) ? state.tlsa.doubt(at: now) : nil
        }
    }

    /// The time until the next self-test if nothing happens.
    func testInterval(at now: ContinuousClock.Instant) -> Duration {
        state.withLock { state in
            let parts = [state.denials, state.tlsa]
            guard state.keys == nil else { return TroubleWatch.retryInterval }
            guard parts.contains(where: { $0.fault != nil }) else {
                return parts.contains { $0.doubt(at: now) != nil } ? TroubleWatch.waryInterval : TroubleWatch.interval
            }
            let lasts = state.told.map { now - $0.since >= TroubleWatch.longTrouble } ?? false
            return lasts && !parts.contains(where: \.isMending)
                ? TroubleWatch.patientInterval : TroubleWatch.retryInterval
        }
    }

    /// Whether the self-test found a fault, and has not yet found everything working for long enough.
    package var hasResolverTrouble: Bool { state.withLock { $0.resolver != nil } }

    /// Whether a part of the way to the DNS is reliable; nil if unknown.
    package func works(_ part: ResolverHealth.Part) -> Bool? {
        state.withLock { state in
            let fault =
                switch part {
                case .rootKeys: state.isTested && state.keys != nil
                case .denials: state.denials.fault != nil
                case .tlsa: state.tlsa.fault != nil
                }
            return fault ? false : state.tested.contains(part) ? true : nil
        }
    }

    /// Notes the start of a test by the watch.
    ///
    /// - Returns: The parts of the DNS that the test clears if it finds everything working.
    func beginTest() -> Set<Neighbourhood> { state.withLock { $0.causes.begin() } }

    /// Why it is open, and for how long; nil if it is closed. Until the resolver has been tested, the time is nil.
    package func status(at now: ContinuousClock.Instant = .now) -> (trouble: LocalTrouble, openFor: Duration?)? {
        state.withLock { state in state.trouble.map { ($0, state.told.map { now - $0.since }) } }
    }

    /// Whether the breaker is open because of the failures themselves.
    var hasFailures: Bool { state.withLock { $0.failures != nil } }

    /// Enters the result of a self-test by the watch.
    ///
    /// - Parameters:
    ///   - met: The parts of the DNS that it clears if it found everything working.
    ///   - began: When it began.
    func take(
        _ health: ResolverHealth, clearing met: Set<Neighbourhood> = [], began: ContinuousClock.Instant,
        at now: ContinuousClock.Instant
    ) {
        let keys = health.faults[.rootKeys].map { LocalTrouble($0) }
        let (isFirst, worksFirst, isBack) = update(health, at: now) { state in
            defer { (state.isTested, state.hasWorked) = (true, state.hasWorked || keys == nil) }
            state.tested = health.tested
            if !state.isTested { state.unusable = health.unusable }
            if health.fault == nil {
                state.lastWell = began
                state.causes.clear(met, at: now)
            }
            return (!state.isTested, !state.hasWorked && keys == nil, state.keys != nil && keys == nil)
        }
        if let keys {
            log.event(.error, repeated: "resolver-down", LogLine(event: "resolver-down").adding("cause", keys.sentence))
        } else if isBack {
            log.event(.notice, LogLine(event: "resolver-up"))
        }
        if isFirst { tested.signal() }
        if worksFirst { onFirstSuccess() }
    }

    /// Enters the result of a self-test after a failure. A proven fault opens the breaker at once. For any other fault,
    /// the watch makes a test of its own.
    func take(found health: ResolverHealth, at now: ContinuousClock.Instant = .now) {
        guard let fault = health.fault else { return }
        update(fault.isProven ? health : nil, isWatch: false, at: now) { $0.causes.urge() }
    }

    /// Enters the result of a self-test. Only a test by the watch can close the breaker.
    private func update<Result: Sendable>(
        _ health: ResolverHealth?, isWatch: Bool = true, at now: ContinuousClock.Instant,
        _ body: (inout sending State) -> sending Result
    ) -> Result {
        let (result, falseSince) = change(at: now) { state in
            let before = state.isTested ? state.resolver : nil
            // On a way that fails every now and then, a good test says little about failures before it.
            let since = [state.denials.firstFailure, state.tlsa.firstFailure].compactMap { $0 }
                .reduce(state.lastWell, min)
            let result = body(&state)
            guard let health else { return (result, nil as ContinuousClock.Instant?) }
            if let fault = health.faults[.rootKeys] {
                state.keys = LocalTrouble(fault)
            } else if isWatch {
                state.keys = nil
            }
            for (part, record) in [(ResolverHealth.Part.denials, \State.denials), (.tlsa, \State.tlsa)] {
                if let fault = health.faults[part] {
                    state[keyPath: record].fail(fault, at: now)
                } else if isWatch, health.tested.contains(part) {
                    state[keyPath: record].succeed(at: now)
                }
            }
            // If there are no answers at all, nothing becomes bogus. When the fault ends, verdicts from an earlier run
            // are withdrawn that were loaded meanwhile.
            let after = state.resolver
            let mayFalsify = (after ?? before).map { $0.cause != .resolver } ?? false
            return (result, mayFalsify && (before == nil) != (after == nil) ? since : nil)
        }
        if let falseSince { onFalseFailures(falseSince) }
        return result
    }

    /// Enters whether there are file descriptors left.
    func take(descriptors sentence: String?, at now: ContinuousClock.Instant) {
        change(at: now) { $0.descriptors = sentence.map { LocalTrouble(.descriptors, $0) } }
    }

    /// Enters whether destinations fail because of us.
    func take(failures trouble: LocalTrouble?, at now: ContinuousClock.Instant) {
        change(at: now) { $0.failures = trouble }
    }

    /// Logs that somebody has set the clock.
    func tell(clockStep step: Duration) {
        let seconds = step.milliseconds / 1000
        log.event(.warning, LogLine(event: "clock").adding("step", "\(seconds > 0 ? "+" : "")\(seconds)s"))
    }

    /// Whether the share of failures has jumped, and how many destinations fail.
    func jump(at now: ContinuousClock.Instant) -> (jump: FailureShare.Jump, failing: Int, share: Double) {
        state.withLock { state in
            let jump = state.share.jump(at: now)
            let (failing, share) = state.share.count
            return (jump, failing, share)
        }
    }

    /// Some destinations that worked recently.
    ///
    /// - Parameter remembered: Returns others, if too few are known.
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

    /// Makes a self-test, including what only a daemon can look up: records of destinations that worked recently
    /// (F-87).
    package func test(_ resolver: any Resolving, at now: ContinuousClock.Instant = .now) async -> ResolverHealth {
        let health = await resolver.selfTest()
        guard health.fault == nil, let fault = await state.withLock({ $0.known.witnesses(at: now) }).fault(resolver)
        else { return health }
        return ResolverHealth(faults: [fault])
    }

    /// Notes that the failures were investigated and are not our fault, and that some destinations no longer work.
    func acquit(forgetting keys: [VerdictKey]) {
        state.withLock { state in
            state.share.accept()
            state.known.forget(keys)
        }
    }

    /// Changes the state, and logs it if the breaker opens, closes, or stays open for another cause.
    @discardableResult
    private func change<Result: Sendable>(
        at now: ContinuousClock.Instant, _ body: (inout sending State) -> sending Result
    ) -> Result {
        let (result, lines) = state.withLock { state in
            let result = body(&state)
            var lines: [LogLine] = []
            // Until the first test, it is open only because there was no test, which is not worth a line.
            let trouble = state.isTested ? state.trouble : state.descriptors
            if trouble == nil, let told = state.told {
                let line = LogLine(event: "breaker").adding("state", "closed").adding("cause", told.cause.rawValue)
                lines.append(line.adding("open_for", DurationText.brief(now - told.since)))
                state.told = nil
            }
            if let trouble, trouble.cause != state.told?.cause {
                state.told = (trouble.cause, state.told?.since ?? now)
                let line = LogLine(event: "breaker").adding("state", "open").adding("cause", trouble.cause.rawValue)
                    .adding("ruling", book.settings.onLocalTrouble.rawValue).adding("message", trouble.sentence)
                let advice = trouble.cause.advice(forwarders: forwarders)
                lines.append(advice.map { line.adding("advice", $0) } ?? line)
            }
            return (result, lines)
        }
        for line in lines { log.event(.error, line) }
        return result
    }
}
