import DequeModule

/// Lookups that wait for a place, in nested lanes (`LanePath`), so that no zone can take all places (F-111).
///
/// On each level the lanes take turns. A lane waits while it has too many unfinished lookups, and the other lanes go
/// on.
///
/// A lookup that libunbound has begun cannot be stopped. If the servers are dead, libunbound gives up after 29 s or
/// more. Without lanes, names below one dead zone would take all places.
struct FairQueue {
    /// How many lookups a lane may have under way.
    struct Limits {
        /// All lookups together.
        let inFlight: Int
        /// Those of one domain, and of one zone in it.
        let domain: Int
        let lane: Int
        /// Slow ones of one domain, and of one zone in it. A domain has room for several dead zones beside live ones.
        let slowDomain: Int
        let slow: Int
        /// If this many are under way, a domain with a slow one waits. The rest is for domains whose servers answer.
        let reserved: Int

        /// The limits for this many lookups at once.
        init(inFlight: Int) {
            self.inFlight = max(1, inFlight)
            lane = max(1, inFlight / 4)
            domain = max(lane, inFlight * 3 / 8)
            slow = max(1, min(32, inFlight / 16))
            slowDomain = max(slow, min(128, inFlight / 8))
            reserved = max(1, inFlight * 3 / 4)
        }
    }

    /// The lookups of one domain, one zone or one name.
    final class Lane {
        /// The level: 0 is all lookups, 1 a domain, 2 a zone, 3 a name.
        fileprivate let level: Int
        fileprivate let name: String
        /// The parent's list of children keeps a lane alive as long as it has lookups, and a child its parent.
        fileprivate unowned let parent: Lane?
        fileprivate var children: [String: Lane] = [:]
        /// The children that wait for their turn.
        fileprivate var turns = Deque<Lane>()
        /// The waiting lookups of a name. Empty on other levels.
        fileprivate var waiting = Deque<UInt64>()
        fileprivate var inFlight = 0
        fileprivate var slow = 0
        /// Whether it is in `turns` of its parent.
        fileprivate var hasTurn = false
        /// Whether it waits until fewer lookups are under way.
        fileprivate var isHeld = false

        fileprivate init(_ name: String, in parent: Lane?) {
            self.name = name
            self.parent = parent
            level = (parent?.level ?? -1) + 1
        }

        fileprivate var isIdle: Bool { level == 3 ? waiting.isEmpty : turns.isEmpty }

        /// All lookups in it, waiting or under way, including those that were given up.
        fileprivate var count: Int { inFlight + queued }

        private var queued: Int { waiting.count + children.values.reduce(0) { $0 + $1.queued } }
    }

    /// The limits.
    let limits: Limits
    private let root = Lane("", in: nil)
    /// Domains that wait until fewer lookups are under way.
    private var held: [Lane] = []

    /// An empty queue.
    init(_ limits: Limits) { self.limits = limits }

    /// The number of domains with a lookup waiting or under way.
    var count: Int { root.children.count }

    /// The domain with the most lookups, waiting or under way, and their number. nil if there are no lookups.
    var foremost: (domain: String, count: Int)? {
        root.children.values.lazy.map { ($0.name, $0.count) }.max { $0.1 < $1.1 }
    }

    /// Adds a lookup to the end of its lane.
    ///
    /// - Parameter isWanted: Whether somebody still waits for a lookup. Others at the head of the lane are removed.
    mutating func add(_ id: UInt64, at path: LanePath, isWanted: (UInt64) -> Bool) {
        var lane = root
        for name in [path.domain, path.zone, path.name] {
            let child = lane.children[name] ?? Lane(name, in: lane)
            lane.children[name] = child
            lane = child
        }
        // Trim here, because a lane that may not go on is not looked at otherwise, and its abandoned lookups would pile
        // up.
        lane.waiting.append(id)
        for lane in sequence(first: lane, next: \.parent) { trim(lane, isWanted) }
        offer(lane)
    }

    /// Takes the next lookup that may begin, if any. It is then under way until `finished`.
    mutating func next(isWanted: (UInt64) -> Bool) -> (id: UInt64, lane: Lane)? { take(from: root, isWanted) }

    /// Notes that a lookup under way has become slow.
    func slowed(_ lane: Lane) {
        for lane in sequence(first: lane, next: \.parent) { lane.slow += 1 }
    }

    /// Notes that a lookup is no longer under way.
    mutating func finished(_ lane: Lane, wasSlow: Bool) {
        for lane in sequence(first: lane, next: \.parent) {
            lane.inFlight -= 1
            if wasSlow { lane.slow -= 1 }
        }
        offer(lane)
        drop(lane)
        guard !held.isEmpty, root.inFlight < limits.reserved else { return }
        let released = held
        held = []
        for lane in released {
            lane.isHeld = false
            giveTurn(lane)
        }
    }

    private mutating func take(from lane: Lane, _ isWanted: (UInt64) -> Bool) -> (id: UInt64, lane: Lane)? {
        while let child = lane.turns.popFirst() {
            child.hasTurn = false
            guard mayGo(child) else { continue }
            let found = child.level == 3 ? first(of: child, isWanted) : take(from: child, isWanted)
            guard let found else {
                drop(child)
                continue
            }
            giveTurn(child)
            return found
        }
        return nil
    }

    private func first(of lane: Lane, _ isWanted: (UInt64) -> Bool) -> (id: UInt64, lane: Lane)? {
        while let id = lane.waiting.popFirst() {
            guard isWanted(id) else { continue }
            for lane in sequence(first: lane, next: \.parent) { lane.inFlight += 1 }
            return (id, lane)
        }
        return nil
    }

    /// Removes lookups that nobody waits for from the head of a lane.
    ///
    /// - Returns: Whether the lane is empty now.
    @discardableResult private func trim(_ lane: Lane, _ isWanted: (UInt64) -> Bool) -> Bool {
        while let first = lane.waiting.first, !isWanted(first) { lane.waiting.removeFirst() }
        while let first = lane.turns.first, trim(first, isWanted) {
            lane.turns.removeFirst()
            first.hasTurn = false
            drop(first)
        }
        return lane.isIdle
    }

    private mutating func mayGo(_ lane: Lane) -> Bool {
        switch lane.level {
        case 1:
            // F-111.
            guard lane.inFlight < limits.domain, lane.slow < limits.slowDomain else { return false }
            guard lane.slow == 0 || root.inFlight < limits.reserved else {
                if !lane.isHeld { held.append(lane) }
                lane.isHeld = true
                return false
            }
            return true
        case 2: return lane.inFlight < limits.lane && lane.slow < limits.slow
        default: return true
        }
    }

    /// Gives a lane and its parents a turn, if they have a lookup and may go on.
    private mutating func offer(_ lane: Lane) {
        for lane in sequence(first: lane, next: \.parent) where lane.level > 0 { giveTurn(lane) }
    }

    private mutating func giveTurn(_ lane: Lane) {
        guard !lane.hasTurn, !lane.isIdle, mayGo(lane), let parent = lane.parent else { return }
        lane.hasTurn = true
        parent.turns.append(lane)
    }

    /// Removes a lane that has no lookups, and its parents if they have none either.
    private func drop(_ lane: Lane) {
        for lane in sequence(first: lane, next: \.parent) {
            guard let parent = lane.parent, lane.inFlight == 0, lane.waiting.isEmpty, lane.children.isEmpty,
                !lane.hasTurn
            else { return }
            parent.children[lane.name] = nil
        }
    }
}
