/// Limits how many destinations other hosts may have this one look at anew: administrators are few, and whoever has the
/// key must not empty the cache.
struct SharedOrders {
    /// So many in this time.
    static let limit = 100
    static let window = Duration.seconds(60)

    private var began = ContinuousClock.now
    private var count = 0

    /// Takes one; false if there were too many lately.
    mutating func hasRoom(at now: ContinuousClock.Instant = .now) -> Bool {
        if now - began >= Self.window { (began, count) = (now, 0) }
        count += 1
        return count <= Self.limit
    }
}
