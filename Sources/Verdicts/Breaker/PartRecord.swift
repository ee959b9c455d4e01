import DNSSEC

/// The history of a part of the way to the DNS, and whether the part is reliable now (F-88).
///
/// The part fails with the first test that shows a fault. It works again only after tests have been good for a while,
/// so that a way that works every other time does not open and close the breaker in turn. Each further failure within
/// half an hour doubles that while, up to five minutes. After a further failure the part also stays doubtful for five
/// minutes, because on such a way a failed lookup and the test after it may have seen different states.
struct PartRecord: Sendable {
    /// How long tests must have been good after the first failure.
    static let trial = Duration.seconds(20)
    /// The longest that tests must have been good.
    static let longestTrial = Duration.seconds(300)
    /// How long a failure is remembered.
    static let memory = Duration.seconds(1800)
    /// How long it stays doubtful after it has failed more than once.
    static let wariness = Duration.seconds(300)

    /// Why the part does not work; nil if it does.
    private(set) var fault: ResolverHealth.Fault?
    /// When it began to fail, for each time that is still remembered.
    private var failures: [ContinuousClock.Instant] = []
    private var goodSince: ContinuousClock.Instant?
    private var wary: (until: ContinuousClock.Instant, last: ResolverHealth.Fault)?

    /// The first failure that is remembered.
    var firstFailure: ContinuousClock.Instant? { failures.first }

    /// Whether it does not work, but the last test found it working.
    var isMending: Bool { fault != nil && goodSince != nil }

    /// Enters a test that found a fault.
    mutating func fail(_ fault: ResolverHealth.Fault, at now: ContinuousClock.Instant) {
        if self.fault == nil {
            failures = failures.filter { now - $0 <= Self.memory }.suffix(15) + [now]
        }
        self.fault = fault
        goodSince = nil
        wary = nil
    }

    /// Enters a test that found the part working.
    mutating func succeed(at now: ContinuousClock.Instant) {
        guard let fault else { return }
        let since = goodSince ?? now
        goodSince = since
        // F-88: it works again only after it has worked for a while.
        guard now - since >= min(Self.trial * (1 << (max(1, failures.count) - 1)), Self.longestTrial) else { return }
        self.fault = nil
        goodSince = nil
        if failures.count > 1 { wary = (now + Self.wariness, fault) }
    }

    /// Why an answer that depends on the part proves nothing; nil if it proves something.
    func doubt(at now: ContinuousClock.Instant) -> String? {
        if let fault { return fault.sentence }
        guard let wary, now < wary.until else { return nil }
        return "this has come and gone lately: \(wary.last.sentence)"
    }
}
