import DANE
import Support
import Synchronization

/// The bodies in use, as far as they are remembered: of equal verdicts one is kept.
///
/// Bounded like any cache: verdicts that nobody else has make room for those that recur. One that has been forgotten lives on
/// with the destinations that have it.
final class VerdictBodies: Sendable {
    /// More than a large site's providers and causes; some megabytes at most.
    static let limit = 16_384

    /// The bytes of those that are remembered.
    private static let byteLimit = 8 << 20

    private let bodies = Mutex(BoundedCache<VerdictBody, VerdictBody>(limit: limit, weightLimit: byteLimit))

    /// The body of a verdict, and whether others have it already.
    func body(_ verdict: Verdict) -> (body: VerdictBody, isShared: Bool) {
        let new = VerdictBody(verdict)
        let body = shared(new)
        return (body, body !== new)
    }

    /// The body in use that says the same as this one, which may be this one from now on.
    func shared(_ new: VerdictBody) -> VerdictBody {
        bodies.withLock { bodies in
            if let known = bodies.use(new, at: .first, { body, _ in body }) { return known }
            bodies.keep(new, for: new, until: .never, weight: new.byteCount)
            return new
        }
    }
}
