public import DANE
import Synchronization

/// The verdicts kept, by destination: bounded, and split so that callers seldom meet at a lock.
public final class VerdictCache: Sendable {
    private final class Shard: Sendable {
        let cache: Mutex<BoundedCache<Destination, Verdict>>
        init(limit: Int) { cache = Mutex(BoundedCache(limit: limit)) }
    }

    /// A power of two, well above the number of threads that ask at once.
    private static let shardCount = 64
    private let shards: [Shard]

    /// A cache of at most about `limit` verdicts.
    public init(limit: Int) {
        shards = (0..<Self.shardCount).map { _ in Shard(limit: max(1, limit / Self.shardCount)) }
    }

    /// The verdict on a destination, if one is kept and in date. No I/O; one lock, held for a table look-up.
    public func verdict(on destination: Destination, at now: ContinuousClock.Instant = .now) -> Verdict? {
        shard(destination).cache.withLock { $0.value(for: destination, at: now) }
    }

    /// Keeps a verdict until a time.
    public func keep(_ verdict: Verdict, on destination: Destination, until: ContinuousClock.Instant) {
        shard(destination).cache.withLock { $0.keep(verdict, for: destination, until: until) }
    }

    /// Keeps a verdict from an earlier run, unless there is a newer one or no room.
    public func restore(
        _ verdict: Verdict, on destination: Destination, demandingDANE: Bool, freshFor: Duration, staleFor: Duration,
        at now: ContinuousClock.Instant = .now
    ) {
        guard freshFor > .zero else { return }
        shard(destination).cache.withLock { $0.restore(verdict, for: destination, until: now + freshFor) }
    }

    /// How many verdicts there are.
    public var count: Int { shards.reduce(0) { $0 + $1.cache.withLock(\.count) } }

    private func shard(_ destination: Destination) -> Shard {
        shards[destination.hashValue & (Self.shardCount - 1)]
    }
}
