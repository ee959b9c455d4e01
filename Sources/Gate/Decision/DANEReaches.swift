import Inspection
import Support
import Synchronization

/// The extents that are known. One delivery asks for the same one several times, and must get the same answer.
final class DANEReaches: Sendable {
    /// The most destinations that are kept. Those that have not been asked for longest go first.
    private static let limit = 10_000

    private let reach: DANEReach
    private let kept = Mutex(BoundedCache<Destination, DANEReach.Extent>(limit: DANEReaches.limit))

    /// Knows none yet.
    init(_ reach: DANEReach) { self.reach = reach }

    /// The extent if it is known; nil if it must be found out.
    func known(_ destination: Destination) -> DANEReach.Extent? {
        kept.withLock { $0.value(for: destination, at: .now) }
    }

    /// Whether DANE applies to all mail hosts of a destination.
    func extent(of destination: Destination) async -> DANEReach.Extent {
        if let known = known(destination) { return known }
        let (extent, lifetime) = await reach.find(destination)
        kept.withLock { $0.keep(extent, for: destination, until: .now + lifetime) }
        return extent
    }
}
