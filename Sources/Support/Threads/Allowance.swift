/// Limits how often something is done: so many times in a row, and after that once per interval.
package struct Allowance: Sendable {
    private let limit: Int
    private let interval: Duration
    /// When the whole allowance is available again.
    private var full: ContinuousClock.Instant?

    /// The whole allowance.
    ///
    /// - Parameters:
    ///   - limit: How many times in a row.
    ///   - interval: The time after which one more is allowed.
    package init(_ limit: Int, every interval: Duration) {
        self.limit = max(1, limit)
        self.interval = interval
    }

    /// The time until it may be done again; zero if it may be done now.
    package func wait(at now: ContinuousClock.Instant) -> Duration {
        guard let full else { return .zero }
        return max(.zero, full - now - interval * (limit - 1))
    }

    /// Uses one time, even if none is left.
    package mutating func take(at now: ContinuousClock.Instant) { full = max(full ?? now, now) + interval }
}
