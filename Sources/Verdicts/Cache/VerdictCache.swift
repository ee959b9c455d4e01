public import DANE
public import Inspection
import Support
import Synchronization

/// The verdicts kept, by destination: bounded in number and in bytes, and split so that callers seldom meet at a lock.
///
/// A good verdict that has run out may serve for some time more, *stale*, while it is being renewed or cannot be; it is told apart
/// from a fresh one. The cache also knows which verdicts are due: those that were asked for and have run out.
public final class VerdictCache: Sendable {
    private struct Entry {
        let body: VerdictBody
        let freshUntil: Tick
        /// When it is to be renewed; `never` until somebody has asked for it.
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
        /// It is in date.
        case fresh(VerdictBody)
        /// It is good and has run out, not too long ago.
        case stale(VerdictBody, isDue: Bool)
    }

    /// So many bytes each may have on average: names and causes that a stranger makes up do not fill the memory (F-131).
    static let bytesEach = 256
    /// What each takes beside its texts: its slot, and its share of the table of places.
    private static let bytesAtLeast = 96
    /// A power of two, well above the number of threads that ask at once.
    static let shardCount = 64
    /// Verdicts in use are renewed within this time after they have run out, so that those of one moment do not all come at once.
    static let spread = Duration.seconds(10)
    /// Who was told that a verdict is due renews it in this time; then the next one is told.
    static let claim = Duration.seconds(10)
    /// How long after its end a verdict in use is still renewed by itself where it may not serve stale.
    static let grace = Duration.seconds(60)
    /// So many are looked at under one lock when those that are due are looked for.
    private static let stride = 2048

    private let shards: [Shard]
    private let bodies = VerdictBodies()
    /// Where the search for those that are due goes on.
    private let place = Mutex((shard: 0, slot: 0))

    /// A cache of at most about `limit` verdicts.
    public init(limit: Int) {
        shards = (0..<Self.shardCount).map { _ in Shard(limit: max(1, limit / Self.shardCount)) }
    }

    /// The verdict on a destination, if one is kept and in date. No I/O; one lock, held for a table look-up.
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
    /// Of those who find a stale one that is due, one is told so: the caller is to renew it.
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

    /// What is kept of a key, without using it: nothing is renewed for it, and it does not stay longer.
    ///
    /// - Returns: The verdict, how much longer it is fresh (negative: since when it is stale), and how much longer it may serve.
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
        // Whoever asks need not wait for the turn that the verdict would have by itself; but for a later one he does.
        let isDue = entry.renewAt == .never || entry.renewAt <= max(now, entry.freshUntil + spread)
        if isDue { entry.renewAt = max(now + claim, entry.freshUntil + spread + .milliseconds(100)) }
        return .stale(isDue: isDue)
    }

    private static func spread(_ key: VerdictKey) -> Duration {
        .milliseconds(Int64(UInt(bitPattern: key.spread) >> 6 % UInt(spread.milliseconds)))
    }

    /// Keeps a verdict.
    ///
    /// - Parameters:
    ///   - fresh: How long it counts.
    ///   - stale: How much longer it may serve if it is good.
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

    /// Keeps a verdict from an earlier run, unless there is no room or a newer one, which for a good one must be more than a doubt.
    /// May be called while the cache is in use.
    ///
    /// - Parameters:
    ///   - freshFor: How much longer it counts; zero if it has run out.
    ///   - staleFor: How much longer after that it may serve if it is good.
    /// - Returns: Whether it was taken.
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
        // A doubt of the moments since the start says nothing against what was in order.
        let isInDoubt = cache.inspect(key) { newer, _ in newer.body.verdict.outcome.isDoubt } ?? false
        guard isInDoubt, key.allows(body.verdict) else { return false }
        cache.keep(entry, for: key, until: until, weight: weight)
        return true
    }

    /// Makes room for so many verdicts at once, so that a million that are read do not have the tables grow step by step.
    func reserve(_ count: Int) {
        // The shards are not filled quite evenly.
        let each = count / Self.shardCount
        for shard in shards { shard.cache.withLock { $0.reserve(each + each / 16) } }
    }

    /// The body that is used for verdicts that say the same.
    func shared(_ body: VerdictBody) -> VerdictBody { bodies.shared(body) }

    /// Keeps verdicts from an earlier run, unless there are newer ones or no room: many at once, each lock taken once.
    ///
    /// - Parameters:
    ///   - kept: The verdicts; their bodies are used as they are.
    ///   - time: Their times: how much longer one counts, and how much longer it may serve after that if it is good.
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

    /// Puts the renewal of a good verdict off, which has just been tried in vain.
    ///
    /// - Parameter least: The shortest time until the next try; the longer it has run out, the longer that is.
    /// - Returns: Whether there is a good verdict that may still serve, fresh or stale.
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
    /// - Parameter isMeant: Whether a verdict is of the kind.
    /// - Returns: The verdicts that were withdrawn.
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

    /// Whether there is a verdict that is no longer fresh.
    func hasRunOut(_ key: VerdictKey, at now: ContinuousClock.Instant) -> Bool {
        let tick = Tick(now)
        return shard(key).cache.withLock { $0.inspect(key) { entry, _ in entry.freshUntil <= tick } } ?? false
    }

    /// Looks on for verdicts in use that have run out, and takes their turn: an eighth of the cache, or fewer if enough are found.
    ///
    /// A search instead of a queue in order of time: it takes no memory a verdict and nothing of a caller's time.
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
                // What there was no room for is found the next time.
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

    /// Some good verdicts that may serve, from all over the cache.
    func someGood(at now: ContinuousClock.Instant) -> [(VerdictKey, Verdict)] {
        let tick = Tick(now)
        var found: [(VerdictKey, Verdict)] = []
        for shard in shards {
            shard.cache.withLock { cache in
                let first = Int.random(in: 0...max(0, cache.count - 16))
                cache.sweep(first..<first + 16) { key, entry, until in
                    if until > tick, key.allows(entry.body.verdict) { found.append((key, entry.body.verdict)) }
                }
            }
        }
        return found.shuffled()
    }

    /// How many verdicts there are.
    public var count: Int { shards.reduce(0) { $0 + $1.cache.withLock(\.count) } }

    private func shard(_ key: VerdictKey) -> Shard { shards[key.spread & (Self.shardCount - 1)] }
}
