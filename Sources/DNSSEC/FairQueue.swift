import DequeModule

/// Lookups that wait for a place, a lane for each neighbourhood of the DNS: the lanes take turns, and one that has too many under way
/// that do not come back waits, while the others go on.
///
/// A lookup that libunbound has begun cannot be ended, only waited for: for half a minute and more where the servers are dead
/// (libs.md A5). Without lanes, the names below one dead zone take all places.
struct FairQueue {
    /// How much of a resolver one neighbourhood may have.
    struct Limits {
        /// Lookups under way, all together.
        let flights: Int
        /// Those of one neighbourhood.
        let lane: Int
        /// Those of one neighbourhood that are slow.
        let slow: Int

        /// The limits for so many lookups at once.
        init(flights: Int) {
            self.flights = max(1, flights)
            lane = max(1, flights / 4)
            slow = max(1, min(32, flights / 16))
        }
    }

    /// The lookups of one neighbourhood.
    final class Lane {
        fileprivate let neighbourhood: Neighbourhood
        fileprivate var waiting = Deque<UInt64>()
        fileprivate var flying = 0
        fileprivate var slow = 0
        /// Whether it stands among those whose turn will come.
        fileprivate var hasTurn = false

        fileprivate init(_ neighbourhood: Neighbourhood) { self.neighbourhood = neighbourhood }
    }

    /// The limits.
    let limits: Limits
    private var lanes: [Neighbourhood: Lane] = [:]
    private var turns = Deque<Lane>()

    /// An empty queue.
    init(_ limits: Limits) { self.limits = limits }

    /// How many neighbourhoods have a lookup waiting or under way.
    var count: Int { lanes.count }

    /// Puts a lookup at the end of its lane.
    ///
    /// - Parameter isWanted: Whether a lookup still has somebody who waits for it. Those at the head of the lane that have not, go.
    mutating func add(_ id: UInt64, of neighbourhood: Neighbourhood, isWanted: (UInt64) -> Bool) {
        let lane = lanes[neighbourhood] ?? Lane(neighbourhood)
        if lane.waiting.isEmpty, lane.flying == 0 { lanes[neighbourhood] = lane }
        while let first = lane.waiting.first, !isWanted(first) { lane.waiting.removeFirst() }
        lane.waiting.append(id)
        giveTurn(lane)
    }

    /// Takes the next lookup that may begin, if any may: it is then under way, until `landed`.
    mutating func next(isWanted: (UInt64) -> Bool) -> (id: UInt64, lane: Lane)? {
        while let lane = turns.popFirst() {
            lane.hasTurn = false
            guard mayGo(lane) else { continue }
            while let id = lane.waiting.popFirst() {
                guard isWanted(id) else { continue }
                lane.flying += 1
                giveTurn(lane)
                return (id, lane)
            }
            dropIfEmpty(lane)
        }
        return nil
    }

    /// Notes that a lookup under way takes long.
    func slowed(_ lane: Lane) { lane.slow += 1 }

    /// Notes that a lookup is no longer under way.
    mutating func landed(_ lane: Lane, wasSlow: Bool) {
        lane.flying -= 1
        if wasSlow { lane.slow -= 1 }
        giveTurn(lane)
        dropIfEmpty(lane)
    }

    private func mayGo(_ lane: Lane) -> Bool { lane.flying < limits.lane && lane.slow < limits.slow }

    private mutating func giveTurn(_ lane: Lane) {
        guard !lane.hasTurn, !lane.waiting.isEmpty, mayGo(lane) else { return }
        lane.hasTurn = true
        turns.append(lane)
    }

    private mutating func dropIfEmpty(_ lane: Lane) {
        if lane.flying == 0, lane.waiting.isEmpty { lanes[lane.neighbourhood] = nil }
    }
}
