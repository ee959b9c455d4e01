import HeapModule

/// The connections of one peer, in the order in which they are ended: first those that have not negotiated, then the
/// others. Within each group, the one that has been idle for longest comes first.
///
/// The order is lazy. An entry may be out of date, and is checked again when its turn comes. So callbacks need not
/// maintain the order.
struct ConnectionQueue {
    /// The state of a connection when its turn comes.
    enum Standing {
        /// It is closed or being closed.
        case gone
        /// An MTA waits for an answer on it.
        case busy
        /// It was last active then, in milliseconds of any clock.
        case idle(since: Int64, hasNegotiated: Bool)
    }

    private struct Place: Comparable {
        let id: UInt64
        let heard: Int64
        let hasNegotiated: Bool

        static func < (left: Place, right: Place) -> Bool {
            guard left.hasNegotiated == right.hasNegotiated else { return right.hasNegotiated }
            return (left.heard, left.id) < (right.heard, right.id)
        }
    }

    private var places = Heap<Place>()

    /// Adds a new connection.
    mutating func add(_ id: UInt64, heard: Int64) { places.insert(Place(id: id, heard: heard, hasNegotiated: false)) }

    /// Removes and returns the connection to end; nil if none can be ended.
    ///
    /// - Parameter standing: Returns the present state of a connection.
    mutating func next(_ standing: (UInt64) -> Standing) -> UInt64? {
        var busy: [Place] = []
        defer { places.insert(contentsOf: busy) }
        while let place = places.popMin() {
            switch standing(place.id) {
            case .gone: continue
            case .busy: busy.append(place)
            case .idle(let heard, let hasNegotiated):
                let now = Place(id: place.id, heard: heard, hasNegotiated: hasNegotiated)
                // Neither value ever decreases, so each entry is put back once at most.
                guard place < now else { return place.id }
                places.insert(now)
            }
        }
        return nil
    }

    /// Removes entries that are gone, so that they do not pile up.
    mutating func tidy(_ isGone: (UInt64) -> Bool) {
        guard places.unordered.contains(where: { isGone($0.id) }) else { return }
        places = Heap(places.unordered.filter { !isGone($0.id) })
    }
}
