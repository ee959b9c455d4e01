/// A bound on how often something is told: so many times in an interval. What exceeds it is only counted.
package struct RateLimit: Sendable {
    private let most: Int
    private let interval: Duration
    private var left = 0
    /// When the next interval begins; nil before the first.
    private var renewal: ContinuousClock.Instant?
    private var held = 0

    /// A bound.
    ///
    /// - Parameters:
    ///   - most: How many times in an interval.
    ///   - interval: It begins with the first time after the one before is over.
    package init(most: Int, per interval: Duration) {
        self.most = most
        self.interval = interval
    }

    /// Takes one of the times, if one is left.
    ///
    /// - Returns: How many were held back since the last one that was not; nil if this one is to be held back too.
    package mutating func take(at now: ContinuousClock.Instant = .now) -> Int? {
        if renewal.map({ now >= $0 }) ?? true { (left, renewal) = (most, now + interval) }
        guard left > 0 else {
            held += 1
            return nil
        }
        left -= 1
        defer { held = 0 }
        return held
    }
}
