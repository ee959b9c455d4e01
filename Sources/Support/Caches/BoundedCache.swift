/// A cache whose values expire, with a limit on their number and weight. If it is full, values that have not been used
/// for the longest time go first.
///
/// It uses second chance (CLOCK), not LRU: a hit sets a mark and moves nothing. The values are in one array, with their
/// keys and times. Besides that there are only the table of places and the hand that goes round.
public struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    // What a cached verdict is found by is made for its types where it is used (`@inlinable`): a generic function of
    // another target asks for the layout of its types at each call.
    @usableFromInline
    struct Slot: Sendable {
        @usableFromInline var key: Key
        @usableFromInline var wasUsed: Bool
        @usableFromInline var until: Tick
        @usableFromInline var weight: UInt32
        @usableFromInline var value: Value
    }

    /// The most values.
    let limit: Int
    /// The most weight of all values. The caller decides what a weight is; usually bytes.
    let weightLimit: Int
    /// The weight of all values.
    package private(set) var weight = 0
    @usableFromInline var slots: ContiguousArray<Slot> = []
    @usableFromInline var places: [Key: UInt32] = [:]
    /// The place of the next candidate for removal.
    private var hand = 0

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - limit: The most values, at least 1.
    ///   - weightLimit: The most weight of all values. A single one may weigh more.
    package init(limit: Int, weightLimit: Int = .max) {
        self.limit = min(max(1, limit), Int(UInt32.max))
        self.weightLimit = max(0, weightLimit)
    }

    /// The number of values, expired ones included.
    package var count: Int { slots.count }

    /// Whether a new value would replace another one.
    var isFull: Bool { slots.count >= limit }

    /// The value of a key; nil if there is none, or it has expired.
    package mutating func value(for key: Key, at now: ContinuousClock.Instant) -> Value? {
        use(key, at: Tick(now)) { value, _ in value }
    }

    /// Stores a value. A value that has expired already replaces an older one, and is never returned.
    package mutating func keep(_ value: Value, for key: Key, until: ContinuousClock.Instant, weight: Int = 0) {
        keep(value, for: key, until: Tick(until) + .milliseconds(1), weight: weight)
    }

    /// The same with the time given as a tick.
    package mutating func keep(_ value: Value, for key: Key, until: Tick, weight: Int = 0) {
        let slot = Slot(key: key, wasUsed: false, until: until, weight: UInt32(clamping: weight), value: value)
        if let place = places[key] { self.weight -= Int(exchangeWeight(Int(place), 0)) }
        while self.weight > weightLimit - Int(slot.weight), self.weight > 0 { remove() }
        self.weight += Int(slot.weight)
        if let place = places[key] {
            slots[Int(place)] = slot
        } else if slots.count < limit {
            places[key] = UInt32(slots.count)
            slots.append(slot)
        } else {
            let place = vacate()
            places[key] = UInt32(place)
            slots[place] = slot
        }
    }

    /// Allocates room for this many values.
    package mutating func reserve(_ count: Int) {
        places.reserveCapacity(min(count, limit))
        slots.reserveCapacity(min(count, limit))
    }

    /// Stores a value from an earlier run, unless there is a newer one or the cache is full.
    package mutating func restore(_ value: Value, for key: Key, until: ContinuousClock.Instant, weight: Int = 0) {
        restore(value, for: key, until: Tick(until) + .milliseconds(1), weight: weight)
    }

    /// The same with the time given as a tick.
    ///
    /// - Returns: Whether it was stored.
    @discardableResult
    package mutating func restore(_ value: Value, for key: Key, until: Tick, weight: Int = 0) -> Bool {
        let slot = Slot(key: key, wasUsed: false, until: until, weight: UInt32(clamping: weight), value: value)
        guard !isFull, self.weight <= weightLimit - Int(slot.weight) else { return false }
        // A single look into the table, because there may be a million values. A newer one is rare.
        if let newer = places.updateValue(UInt32(slots.count), forKey: key) {
            places[key] = newer
            return false
        }
        self.weight += Int(slot.weight)
        slots.append(slot)
        return true
    }

    /// Uses the value of a key in place. Returns nil if there is none, or it has expired.
    ///
    /// - Parameter body: Gets the value and the time until which it is valid.
    @inlinable @inline(__always)
    public mutating func use<Result>(_ key: Key, at now: Tick, _ body: (inout Value, Tick) -> Result) -> Result? {
        guard let number = places[key] else { return nil }
        let place = Int(number)
        guard slots[place].until > now else { return nil }
        if !slots[place].wasUsed { slots[place].wasUsed = true }
        return body(&slots[place].value, slots[place].until)
    }

    /// Reads or changes the value of a key in place, even if it has expired. This does not count as a use.
    package mutating func inspect<Result>(_ key: Key, _ body: (inout Value, Tick) -> Result) -> Result? {
        guard let place = places[key].map(Int.init) else { return nil }
        return body(&slots[place].value, slots[place].until)
    }

    /// Visits some of the values in place, expired ones included.
    ///
    /// - Parameter range: The places to visit. Those after the last value are ignored.
    package mutating func sweep(_ range: Range<Int>, _ body: (Key, inout Value, Tick) -> Void) {
        for place in range.clamped(to: slots.indices) {
            body(slots[place].key, &slots[place].value, slots[place].until)
        }
    }

    /// Sets another weight for the value at a place.
    ///
    /// - Returns: The previous weight.
    private mutating func exchangeWeight(_ place: Int, _ weight: UInt32) -> UInt32 {
        let former = slots[place].weight
        slots[place].weight = weight
        return former
    }

    /// Removes the next candidate. The last value moves to its place.
    private mutating func remove() {
        let place = vacate()
        let last = slots.removeLast()
        if place < slots.count {
            slots[place] = last
            places[last.key] = UInt32(place)
        }
        hand = slots.isEmpty ? 0 : place % slots.count
    }

    /// Makes room: the hand goes on to a value that has not been used since the hand's last visit, and removes it.
    ///
    /// - Returns: The free place.
    private mutating func vacate() -> Int {
        while true {
            let place = hand
            hand = (hand + 1) % slots.count
            if slots[place].wasUsed {
                slots[place].wasUsed = false
            } else {
                places[slots[place].key] = nil
                weight -= Int(exchangeWeight(place, 0))
                return place
            }
        }
    }
}
