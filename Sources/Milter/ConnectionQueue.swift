import HeapModule

/// The connections of one peer, in the order in which they give way: those that have said nothing before those that
/// have, each from the one that has been idle for longest.
///
/// The order is kept lazily: what is known of a connection may be out of date, and it is looked at again when its
/// turn comes. Its callbacks so have nothing to do with the order.
struct ConnectionQueue {
    /// What is known of a connection when its turn comes.
    enum Standing {
        /// It is closed, or is being closed.
        case gone
        /// Somebody waits for an answer on it.
        case busy
        /// It was last heard of then, in milliseconds of any clock.
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

    /// Enters a new connection.
    mutating func add(_ id: UInt64, heard: Int64) { places.insert(Place(id: id, heard: heard, hasNegotiated: false)) }

    /// Takes out the connection that gives way; nil if none can.
    ///
    /// - Parameter standing: How a connection stands now.
    mutating func next(_ standing: (UInt64) -> Standing) -> UInt64? {
        var busy: [Place] = []
        defer { places.insert(contentsOf: busy) }
        while let place = places.popMin() {
            switch standing(place.id) {
            case .gone: continue
            case .busy: busy.append(place)
            case .idle(let heard, let hasNegotiated):
                let now = Place(id: place.id, heard: heard, hasNegotiated: hasNegotiated)
                // Neither goes back, so each is put back once at most.
                guard place < now else { return place.id }
                places.insert(now)
            }
        }
        return nil
    }

    /// Forgets what is gone, lest connections that came and went be remembered.
    mutating func tidy(_ isGone: (UInt64) -> Bool) {
        guard places.unordered.contains(where: { isGone($0.id) }) else { return }
        places = Heap(places.unordered.filter { !isGone($0.id) })
    }
}
