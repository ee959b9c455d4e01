import DANE
import Inspection
import Support
import Synchronization

/// The extents that are known. One delivery asks for the same one several times, and must get the same answer.
///
/// An extent goes with a verdict: if the verdict has changed, or says otherwise, the extent is found out anew, past all
/// caches. Otherwise what is refused at RCPT, after an administrator's `recheck` for instance, could be delivered by an
/// older extent.
final class DANEReaches: Sendable {
    /// The most destinations that are kept. Those that have not been asked for longest go first.
    private static let limit = 10_000

    private struct Question: Hashable {
        let destination: Destination
        let verdict: Verdict
    }

    private struct Kept {
        let extent: DANEReach.Extent
        let verdict: Verdict
    }

    private let reach: DANEReach
    /// It goes on when its callers have gone, because what it finds is kept for the next delivery.
    private let searches = SingleFlight<Question, DANEReach.Extent>(abandoned: .goesOn)
    private let kept = Mutex(BoundedCache<Destination, Kept>(limit: DANEReaches.limit))
    /// Each search past all caches has a resolver of its own.
    private let anew = Rechecks()

    /// Knows none yet.
    init(_ reach: DANEReach) { self.reach = reach }

    /// The extent that goes with a verdict if it is known; nil if it must be found out.
    func known(_ destination: Destination, _ verdict: Verdict) -> DANEReach.Extent? {
        keptLast(destination).flatMap { $0.verdict == verdict ? $0.extent : nil }
    }

    private func keptLast(_ destination: Destination) -> Kept? {
        kept.withLock { $0.value(for: destination, at: .now) }
    }

    /// Whether DANE applies to all mail hosts of a destination.
    ///
    /// - Parameters:
    ///   - verdict: The verdict on it.
    ///   - deadline: When to return `unknown`. The search goes on.
    func extent(
        of destination: Destination, _ verdict: Verdict, before deadline: ContinuousClock.Instant
    ) async -> DANEReach.Extent {
        if let known = known(destination, verdict) { return known }
        let found = await Deadline.run(deadline - .now) { [self] in
            await searches.value(for: Question(destination: destination, verdict: verdict)) { [self] in
                if let known = known(destination, verdict) { return known }
                // A search may ask for many hosts, and each may take its time.
                return await Deadline.run(Self.patience) { [self] in
                    let (extent, lifetime) = await search(destination, verdict)
                    if !Task.isCancelled {
                        let found = Kept(extent: extent, verdict: verdict)
                        kept.withLock { $0.keep(found, for: destination, until: .now + lifetime) }
                    }
                    return extent
                }
            }
        }
        return found ?? .unknown
    }

    private func search(
        _ destination: Destination, _ verdict: Verdict
    ) async -> (extent: DANEReach.Extent, lifetime: Duration) {
        if keptLast(destination) == nil {
            let found = await reach.find(destination)
            guard found.extent.contradicts(verdict) else { return found }
        }
        guard anew.enter() else { return DANEReach.notFound }
        defer { anew.leave() }
        return await reach.findPastCaches(destination)
    }

    /// The longest that a search may take.
    private static let patience = Duration.seconds(60)
}

extension DANEReach.Extent {
    /// Whether a verdict that asks for an extent says otherwise: it has seen TLSA records where there are none, or
    /// none where all hosts have some.
    fileprivate func contradicts(_ verdict: Verdict) -> Bool {
        switch self {
        case .nowhere: verdict.outcome != .opportunistic
        case .everywhere: verdict.outcome == .opportunistic
        case .partly, .unknown: false
        }
    }
}
