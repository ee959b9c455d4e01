public import DANE
public import Inspection
import Support
import Synchronization

/// The cached verdicts by destination. Their number and bytes are limited, and they are split into shards so that
/// callers rarely meet at a lock.
///
/// A good verdict that has expired may be used for some time, *stale*, while it is being renewed or cannot be. It is
/// distinguished from a fresh one. The cache also knows which verdicts are due: those that are in use and have expired.
public final class VerdictCache: Sendable {
    private struct Entry {
        let body: VerdictBody
        let freshUntil: Tick
        /// When to renew it; `never` until somebody has used it.
        var renewAt = Tick.never
    }

    private final class Shard: Sendable {
        let cache: Mutex<BoundedCache<VerdictKey, Entry>>
        init(limit: Int) {
            cache = Mutex(BoundedCache(limit: limit, weightLimit: limit * VerdictCache.bytesEach))
        }
    }

    /// A verdict that was found.
    enum Found {
        /// It is valid.
        case fresh(VerdictBody)
        /// It is good and has expired, not too long ago.
        case stale(VerdictBody, isDue: Bool)
    }

    /// How many bytes each may have on average, so that a stranger's invented names and causes do not fill the memory
    /// (F-131).
    static let bytesEach = 256
    /// What each takes besides its texts: its slot, and its share of the table.
    private static let bytesAtLeast = 96
    /// A power of two, well above the number of threads that look up verdicts at once.
    static let shardCount = 64
    /// Verdicts in use are renewed within this time after they have expired, spread out so that those of one moment are
    /// not renewed all at once.
    static let spread = Duration.seconds(10)
    /// A caller that was told that a verdict is due must renew it within this time. Then the next caller is told.
    static let claim = Duration.seconds(10)
    /// How long after its expiry a verdict in use is still renewed in the background if it may not be used stale.
    static let grace = Duration.seconds(60)
    /// How many slots are searched under one lock for verdicts that are due.
    private static let stride = 2048

    private let shards: [Shard]
    private let bodies = VerdictBodies()
    /// Where the search for due verdicts continues.
    private let place = Mutex((shard: 0, slot: 0))

    /// A cache of at most about `limit` verdicts.
    public init(limit: Int) {
        shards = (0..<Self.shardCount).map { _ in Shard(limit: max(1, limit / Self.shardCount)) }
    }

    /// The valid verdict on a destination, if there is one. No I/O; one lock, held for a table look-up.
    public func verdict(
        on destination: Destination, demandingDANE: Bool = false, at now: ContinuousClock.Instant = .now
    ) -> Verdict? {
        guard case .fresh(let body) = find(VerdictKey(destination, demandsDANE: demandingDANE), at: now) else {
            return nil
        }
        return body.verdict
    }

    /// The verdict of a key, fresh or stale. No I/O, no allocation; one lock, held for a table look-up.
    ///
    /// Of the callers that find a stale one that is due, one is told so, and must renew it.
    func find(_ key: VerdictKey, at now: ContinuousClock.Instant) -> Found? {
        let tick = Tick(now)
        let found = shard(key).cache.withLockBarging { cache in
            cache.use(key, at: tick) { entry, _ in (entry.body, Self.note(&entry, key, at: tick)) }
        }
        guard let (body, state) = found else { return nil }
        return switch state {
        case .fresh: .fresh(body)
        case .stale(let isDue): .stale(body, isDue: isDue)
        }
    }

    /// What is cached for a key, without using it: it is not renewed and does not stay longer.
    ///
    /// - Returns: The verdict, how much longer it is fresh (negative: since when it is stale), and how much longer it
    ///   may be used.
    package func peek(_ key: VerdictKey, at now: ContinuousClock.Instant) -> (
        body: VerdictBody, fresh: Duration, left: Duration
    )? {
        let tick = Tick(now)
        return shard(key).cache.withLock { cache in
            cache.inspect(key) { entry, until in
                until > tick ? (entry.body, entry.freshUntil - tick, until - tick) : nil
            } ?? nil
        }
    }

    private enum State {
        case fresh
        case stale(isDue: Bool)
    }

    /// Notes that a verdict is in use.
    private static func note(_ entry: inout Entry, _ key: VerdictKey, at now: Tick) -> State {
        if entry.freshUntil > now {
            if entry.renewAt == .never, key.allows(entry.body.verdict) {
                entry.renewAt = entry.freshUntil + spread(key)
            }
            return .fresh
        }
        // A caller need not wait for the turn that the verdict has in the background, but must wait for a later one.
        let isDue = entry.renewAt == .never || entry.renewAt <= max(now, entry.freshUntil + spread)
        if isDue { entry.renewAt = max(now + claim, entry.freshUntil + spread + .milliseconds(100)) }
        return .stale(isDue: isDue)
    }

    private static func spread(_ key: VerdictKey) -> Duration {
        .milliseconds(Int64(UInt(bitPattern: key.spread) >> 6 % UInt(spread.milliseconds)))
    }

    /// Stores a verdict.
    ///
    /// - Parameters:
    ///   - fresh: How long it is valid.
    ///   - stale: How much longer it may be used if it is good.
    func keep(
        _ verdict: Verdict, for key: VerdictKey, fresh: Duration, stale: Duration = .zero,
        at now: ContinuousClock.Instant
    ) {
        let (body, isShared) = bodies.body(verdict)
        let freshUntil = Tick(now) + fresh
        let until = key.allows(verdict) ? freshUntil + stale : freshUntil
        let weight = Self.weight(key, body, isShared: isShared)
        shard(key).cache.withLock {
            $0.keep(Entry(body: body, freshUntil: freshUntil), for: key, until: until, weight: weight)
        }
    }

    private static func weight(_ key: VerdictKey, _ body: VerdictBody, isShared: Bool) -> Int {
        bytesAtLeast + key.heapBytes + (isShared ? 0 : body.byteCount)
    }

    /// Stores a verdict from an earlier run, unless there is no room or a newer one. For a good verdict, a newer doubt
    /// does not count. It may be called while the cache is in use.
    ///
    /// - Parameters:
    ///   - freshFor: How much longer it is valid; zero if it has expired.
    ///   - staleFor: How much longer after that it may be used if it is good.
    /// - Returns: Whether it was stored.
    @discardableResult
    public func restore(
        _ verdict: Verdict, on destination: Destination, demandingDANE: Bool, freshFor: Duration, staleFor: Duration,
        at now: ContinuousClock.Instant = .now
    ) -> Bool {
        let key = VerdictKey(destination, demandsDANE: demandingDANE)
        let (body, isShared) = bodies.body(verdict)
        return shard(key).cache.withLock {
            Self.restore(
                body, isShared: isShared, for: key, freshFor: freshFor, staleFor: staleFor, at: Tick(now), in: &$0)
        }
    }

    private static func restore(
        _ body: VerdictBody, isShared: Bool, for key: VerdictKey, freshFor: Duration, staleFor: Duration, at now: Tick,
        in cache: inout BoundedCache<VerdictKey, Entry>
    ) -> Bool {
        let freshUntil = now + max(.zero, freshFor)
        let until = key.allows(body.verdict) ? freshUntil + max(.zero, staleFor) : freshUntil
        guard until > now else { return false }
        let entry = Entry(body: body, freshUntil: freshUntil)
        let weight = weight(key, body, isShared: isShared)
        if cache.restore(entry, for: key, until: until, weight: weight) { return true }
        // A doubt from the moments since the start proves nothing against a good verdict.
        let isInDoubt = cache.inspect(key) { newer, _ in newer.body.verdict.outcome.isDoubt } ?? false
        guard isInDoubt, key.allows(body.verdict) else { return false }
        cache.keep(entry, for: key, until: until, weight: weight)
        return true
    }

    /// Allocates room for this many verdicts, so that the tables do not grow step by step while a million are read.
    func reserve(_ count: Int) {
        // The shards are not filled quite evenly.
        let each = count / Self.shardCount
        for shard in shards { shard.cache.withLock { $0.reserve(each + each / 16) } }
    }

    /// The body to use for verdicts that say the same.
    func shared(_ body: VerdictBody) -> VerdictBody { bodies.shared(body) }

    /// Stores verdicts from an earlier run, unless there are newer ones or no room. It handles many at once and takes
    /// each lock once.
    ///
    /// - Parameters:
    ///   - kept: The verdicts. Their bodies are used as they are.
    ///   - time: Returns how much longer a verdict is valid, and how much longer it may be used after that if it is
    ///     good.
    func restore(
        _ kept: [KeptVerdict], at now: ContinuousClock.Instant = .now,
        time: (KeptVerdict) -> (freshFor: Duration, staleFor: Duration)
    ) {
        let tick = Tick(now)
        var places = [[Int]](repeating: [], count: Self.shardCount)
        let keys = kept.map { VerdictKey($0.destination, demandsDANE: $0.demandsDANE) }
        for (index, key) in keys.enumerated() { places[key.spread & (Self.shardCount - 1)].append(index) }
        var seen: Set<ObjectIdentifier> = []
        for (shard, places) in zip(shards, places) where !places.isEmpty {
            shard.cache.withLock { cache in
                for place in places {
                    let (freshFor, staleFor) = time(kept[place])
                    let body = kept[place].body
                    let isShared = !seen.insert(ObjectIdentifier(body)).inserted
                    _ = Self.restore(
                        body, isShared: isShared, for: keys[place], freshFor: freshFor, staleFor: staleFor, at: tick,
                        in: &cache)
                }
            }
        }
    }

    /// Postpones the renewal of a good verdict that has just failed.
    ///
    /// - Parameter least: The shortest time until the next try. The longer the verdict has been expired, the longer it
    ///   is.
    /// - Returns: Whether there is a good verdict that may still be used, fresh or stale.
    func postpone(_ key: VerdictKey, least: Duration, at now: ContinuousClock.Instant) -> Bool {
        let tick = Tick(now)
        return shard(key).cache.withLock { cache in
            cache.inspect(key) { entry, until in
                guard until > tick, key.allows(entry.body.verdict) else { return false }
                if entry.freshUntil <= tick {
                    let wait = max(least, tick - entry.freshUntil)
                    entry.renewAt = max(tick + wait, entry.freshUntil + Self.spread + .milliseconds(100))
                }
                return true
            } ?? false
        }
    }

    /// Withdraws all verdicts of a kind. It goes through the whole cache, one lock at a time.
    ///
    /// - Parameter isMeant: Whether a verdict is of that kind.
    /// - Returns: The withdrawn verdicts.
    func withdraw(
        where isMeant: (Verdict) -> Bool, at now: ContinuousClock.Instant
    ) -> [(key: VerdictKey, verdict: Verdict)] {
        let tick = Tick(now)
        var withdrawn: [(key: VerdictKey, verdict: Verdict)] = []
        for shard in shards {
            shard.cache.withLock { cache in
                var found: [(VerdictKey, Entry)] = []
                cache.sweep(0..<cache.count) { key, entry, until in
                    if until > tick, isMeant(entry.body.verdict) { found.append((key, entry)) }
                }
                for (key, entry) in found {
                    cache.keep(entry, for: key, until: tick, weight: Self.bytesAtLeast + key.heapBytes)
                    withdrawn.append((key, entry.body.verdict))
                }
            }
        }
        return withdrawn
    }

    /// Withdraws the verdict of a key if it is meant.
    ///
    /// - Returns: The withdrawn verdict; nil if there is none, or another one.
    func withdraw(_ key: VerdictKey, where isMeant: (Verdict) -> Bool, at now: ContinuousClock.Instant) -> Verdict? {
        let tick = Tick(now)
        return shard(key).cache.withLock { cache in
            let found = cache.inspect(key) { entry, until in
                until > tick && isMeant(entry.body.verdict) ? entry : nil
            }
            guard let entry = found ?? nil else { return nil }
            cache.keep(entry, for: key, until: tick, weight: Self.bytesAtLeast + key.heapBytes)
            return entry.body.verdict
        }
    }

    /// Whether there is a verdict that is no longer fresh.
    func hasRunOut(_ key: VerdictKey, at now: ContinuousClock.Instant) -> Bool {
        let tick = Tick(now)
        return shard(key).cache.withLock { $0.inspect(key) { entry, _ in entry.freshUntil <= tick } } ?? false
    }

    /// Continues the search for verdicts in use that have expired, and marks them as handled. It searches an eighth of
    /// the cache, or less if it finds enough.
    ///
    /// It is a search and not a queue in order of time, because that costs no memory per verdict and no time of a
    /// caller.
    ///
    /// - Parameter limit: The most that are returned.
    func due(atMost limit: Int, at now: ContinuousClock.Instant) -> [VerdictKey] {
        let tick = Tick(now)
        var keys: [VerdictKey] = []
        return place.withLock { place in
            var left = Self.shardCount / 8
            while left > 0 {
                let range = place.slot..<place.slot + Self.stride
                let isLast = shards[place.shard].cache.withLock { cache in
                    cache.sweep(range) { key, entry, until in
                        guard entry.renewAt <= tick, entry.freshUntil <= tick, keys.count < limit,
                            tick < max(until, entry.freshUntil + Self.grace), key.allows(entry.body.verdict)
                        else { return }
                        keys.append(key)
                        entry.renewAt = tick + Self.claim
                    }
                    return range.upperBound >= cache.count
                }
                // What did not fit is found the next time.
                if keys.count >= limit { break }
                place.slot = range.upperBound
                if isLast {
                    place = ((place.shard + 1) % Self.shardCount, 0)
                    left -= 1
                }
            }
            return keys
        }
    }

    /// Some good verdicts that may be used, from all parts of the cache. What other hosts have found is not among them:
    /// it says nothing about whether this host sees well.
    func someGood(at now: ContinuousClock.Instant) -> [(VerdictKey, Verdict)] {
        let tick = Tick(now)
        var found: [(VerdictKey, Verdict)] = []
        for shard in shards {
            shard.cache.withLock { cache in
                let first = Int.random(in: 0...max(0, cache.count - 16))
                cache.sweep(first..<first + 16) { key, entry, until in
                    if until > tick, key.allows(entry.body.verdict), !entry.body.verdict.isForeign {
                        found.append((key, entry.body.verdict))
                    }
                }
            }
        }
        return found.shuffled()
    }

    /// The number of verdicts.
    public var count: Int { shards.reduce(0) { $0 + $1.cache.withLock(\.count) } }

    private func shard(_ key: VerdictKey) -> Shard { shards[key.spread & (Self.shardCount - 1)] }
}
