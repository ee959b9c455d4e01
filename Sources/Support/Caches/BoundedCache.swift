/// Values kept until a time, at most so many and of so much weight: what has not been asked for since its turn came goes
/// first.
///
/// Second chance (CLOCK) rather than LRU: a hit sets a mark and moves nothing. The values lie in one array, beside their keys and
/// times; the table of places and the hand that goes round are all there is besides.
package struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Slot {
        var key: Key
        var wasUsed: Bool
        var until: Tick
        var weight: UInt32
        var value: Value
    }

    /// The most values kept.
    let limit: Int
    /// The most that they weigh together: bytes, as far as who keeps them tells.
    let weightLimit: Int
    /// What they weigh together.
    package private(set) var weight = 0
    private var slots: ContiguousArray<Slot> = []
    private var places: [Key: UInt32] = [:]
    /// Whose turn it is to go.
    private var hand = 0

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - limit: The most values kept, at least 1.
    ///   - weightLimit: The most that they weigh together; a single one may weigh more.
    package init(limit: Int, weightLimit: Int = .max) {
        self.limit = min(max(1, limit), Int(UInt32.max))
        self.weightLimit = max(0, weightLimit)
    }

    /// How many values there are, out of date or not.
    package var count: Int { slots.count }

    /// Whether another value would take the place of one that is there.
    var isFull: Bool { slots.count >= limit }

    /// The value of a key, if it is there and in date.
    package mutating func value(for key: Key, at now: ContinuousClock.Instant) -> Value? {
        use(key, at: Tick(now)) { value, _ in value }
    }

    /// Keeps a value; a value that is out of date already takes the place of an older one and is never given out.
    package mutating func keep(_ value: Value, for key: Key, until: ContinuousClock.Instant, weight: Int = 0) {
        keep(value, for: key, until: Tick(until) + .milliseconds(1), weight: weight)
    }

    /// The same with a time that is a tick already.
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

    /// Makes room for so many values at once.
    package mutating func reserve(_ count: Int) {
        places.reserveCapacity(min(count, limit))
        slots.reserveCapacity(min(count, limit))
    }

    /// Keeps a value from before, unless there is a newer one or no room.
    package mutating func restore(_ value: Value, for key: Key, until: ContinuousClock.Instant, weight: Int = 0) {
        restore(value, for: key, until: Tick(until) + .milliseconds(1), weight: weight)
    }

    /// The same with a time that is a tick already.
    ///
    /// - Returns: Whether it was taken.
    @discardableResult
    package mutating func restore(_ value: Value, for key: Key, until: Tick, weight: Int = 0) -> Bool {
        let slot = Slot(key: key, wasUsed: false, until: until, weight: UInt32(clamping: weight), value: value)
        guard !isFull, self.weight <= weightLimit - Int(slot.weight) else { return false }
        // One look into the table, as there may be a million; that there is a newer one is rare.
        if let newer = places.updateValue(UInt32(slots.count), forKey: key) {
            places[key] = newer
            return false
        }
        self.weight += Int(slot.weight)
        slots.append(slot)
        return true
    }

    /// Uses the value of a key, if it is there and in date, in its place. Of an older one, who asks is told nothing.
    ///
    /// - Parameter body: Gets the value and the time until which it is in date.
    package mutating func use<Result>(_ key: Key, at now: Tick, _ body: (inout Value, Tick) -> Result) -> Result? {
        guard let place = places[key].map(Int.init), slots[place].until > now else { return nil }
        if !slots[place].wasUsed { slots[place].wasUsed = true }
        return body(&slots[place].value, slots[place].until)
    }

    /// The value of a key in its place, in date or not; to look at it here is not to use it.
    package mutating func inspect<Result>(_ key: Key, _ body: (inout Value, Tick) -> Result) -> Result? {
        guard let place = places[key].map(Int.init) else { return nil }
        return body(&slots[place].value, slots[place].until)
    }

    /// Goes through a part of the values in their places, in date or not.
    ///
    /// - Parameter range: The places; those beyond the last one are passed over.
    package mutating func sweep(_ range: Range<Int>, _ body: (Key, inout Value, Tick) -> Void) {
        for place in range.clamped(to: slots.indices) {
            body(slots[place].key, &slots[place].value, slots[place].until)
        }
    }

    /// Gives the value at a place another weight.
    ///
    /// - Returns: The one that it had.
    private mutating func exchangeWeight(_ place: Int, _ weight: UInt32) -> UInt32 {
        let former = slots[place].weight
        slots[place].weight = weight
        return former
    }

    /// Removes the value whose turn it is; the last one takes its place.
    private mutating func remove() {
        let place = vacate()
        let last = slots.removeLast()
        if place < slots.count {
            slots[place] = last
            places[last.key] = UInt32(place)
        }
        hand = slots.isEmpty ? 0 : place % slots.count
    }

    /// Makes room: the hand goes on to a value that has not been used since it was there last, and removes it.
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
