import DequeModule

/// Values kept until a time, that together weigh no more than a bound: what has not been asked for since its turn came
/// goes first.
///
/// For values that strangers may make large. Where they are of one size, `BoundedCache` costs less.
struct WeighedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        var until: ContinuousClock.Instant
        var weight: Int
        var wasUsed = false
    }

    /// The most values, and the most bytes of all of them.
    let limit: Int
    let weightLimit: Int
    /// How much all values weigh, in bytes.
    private(set) var weight = 0
    private var entries: [Key: Entry] = [:]
    /// Every key once, in the order in which their turn comes.
    private var order: Deque<Key> = []

    /// An empty cache.
    init(limit: Int, weightLimit: Int) {
        self.limit = max(1, limit)
        self.weightLimit = weightLimit
    }

    /// How many values there are, out of date or not.
    var count: Int { entries.count }

    /// The value of a key, if it is there and in date.
    mutating func value(for key: Key, at now: ContinuousClock.Instant) -> Value? {
        guard let entry = entries[key], entry.until > now else { return nil }
        if !entry.wasUsed { entries[key]?.wasUsed = true }
        return entry.value
    }

    /// The value of a key, in date or not; to look at it here is not to use it.
    func last(_ key: Key) -> Value? { entries[key]?.value }

    /// Keeps a value, in the place of an older one; not if it is heavier than all may be.
    mutating func keep(_ value: Value, for key: Key, weight: Int, until: ContinuousClock.Instant) {
        guard weight <= weightLimit else { return }
        if let old = entries[key] { self.weight -= old.weight } else { order.append(key) }
        entries[key] = Entry(value: value, until: until, weight: weight)
        self.weight += weight
        while entries.count > limit || self.weight > weightLimit { makeRoom(sparing: key) }
    }

    /// Keeps a value from before, unless there is a newer one or no room.
    mutating func restore(_ value: Value, for key: Key, weight: Int, until: ContinuousClock.Instant) {
        guard entries[key] == nil, entries.count < limit, self.weight + weight <= weightLimit else { return }
        keep(value, for: key, weight: weight, until: until)
    }

    /// Removes the value whose turn has come, unless it was used since, or is the one there is to be room for.
    private mutating func makeRoom(sparing spared: Key) {
        guard let key = order.popFirst() else { return }
        guard key != spared, entries[key]?.wasUsed == false else {
            entries[key]?.wasUsed = false
            order.append(key)
            return
        }
        if let entry = entries.removeValue(forKey: key) { weight -= entry.weight }
    }
}
