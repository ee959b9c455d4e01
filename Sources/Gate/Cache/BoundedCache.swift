import DequeModule

/// Values kept until a time, at most so many: what has not been asked for since its turn came goes first.
///
/// Second chance (CLOCK) rather than LRU: a hit sets a mark and moves nothing.
struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        var until: ContinuousClock.Instant
        var wasUsed: Bool
    }

    /// The most values kept.
    let limit: Int
    private var entries: [Key: Entry] = [:]
    /// The keys in the order in which they come up for eviction; each key of `entries` once.
    private var turns: Deque<Key> = []

    /// An empty cache.
    ///
    /// - Parameter limit: The most values kept, at least 1.
    init(limit: Int) { self.limit = max(1, limit) }

    /// How many values there are, out of date or not.
    var count: Int { entries.count }

    /// The value of a key, if it is there and in date.
    mutating func value(for key: Key, at now: ContinuousClock.Instant) -> Value? {
        guard let index = entries.index(forKey: key), entries.values[index].until > now else { return nil }
        if !entries.values[index].wasUsed { entries.values[index].wasUsed = true }
        return entries.values[index].value
    }

    /// Keeps a value; a value that is out of date already takes the place of an older one and is never given out.
    mutating func keep(_ value: Value, for key: Key, until: ContinuousClock.Instant) {
        let entry = Entry(value: value, until: until, wasUsed: false)
        if entries.updateValue(entry, forKey: key) == nil {
            turns.append(key)
            if entries.count > limit { evict() }
        }
    }

    /// Keeps a value from before, unless there is a newer one or no room.
    mutating func restore(_ value: Value, for key: Key, until: ContinuousClock.Instant) {
        if entries.count < limit, entries[key] == nil { keep(value, for: key, until: until) }
    }

    private mutating func evict() {
        while let key = turns.popFirst() {
            guard let index = entries.index(forKey: key) else { continue }
            if entries.values[index].wasUsed {
                entries.values[index].wasUsed = false
                turns.append(key)
            } else {
                entries.removeValue(forKey: key)
                return
            }
        }
    }
}
