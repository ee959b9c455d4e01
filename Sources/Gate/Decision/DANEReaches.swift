import Inspection
import Support
import Synchronization

/// The extents that are known. One delivery asks for the same one several times, and must get the same answer.
final class DANEReaches: Sendable {
    /// The most destinations that are kept. Those that have not been asked for longest go first.
    private static let limit = 10_000

    private let reach: DANEReach
    /// It goes on when its callers have gone, because what it finds is kept for the next delivery.
    private let searches = SingleFlight<Destination, DANEReach.Extent>(abandoned: .goesOn)
    private let kept = Mutex(BoundedCache<Destination, DANEReach.Extent>(limit: DANEReaches.limit))

    /// Knows none yet.
    init(_ reach: DANEReach) { self.reach = reach }

    /// The extent if it is known; nil if it must be found out.
    func known(_ destination: Destination) -> DANEReach.Extent? {
        kept.withLock { $0.value(for: destination, at: .now) }
    }

    /// Whether DANE applies to all mail hosts of a destination.
    ///
    /// - Parameter deadline: When to return `unknown`. The search goes on.
    func extent(of destination: Destination, before deadline: ContinuousClock.Instant) async -> DANEReach.Extent {
        if let known = known(destination) { return known }
        let found = await Deadline.run(deadline - .now) { [self] in
            await searches.value(for: destination) { [self] in
                if let known = known(destination) { return known }
                // A search may ask for many hosts, and each may take its time.
                return await Deadline.run(Self.patience) { [self] in
                    let (extent, lifetime) = await reach.find(destination)
                    if !Task.isCancelled { kept.withLock { $0.keep(extent, for: destination, until: .now + lifetime) } }
                    return extent
                }
            }
        }
        return found ?? .unknown
    }

    /// The longest that a search may take.
    private static let patience = Duration.seconds(60)
}
