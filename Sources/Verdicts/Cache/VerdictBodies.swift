import DANE
import Support
import Synchronization

/// The bodies in use that are remembered. Of equal verdicts, only one body is kept.
///
/// It is limited like any cache, and verdicts that nobody else has make room for those that recur. A body that has been
/// forgotten lives on in the destinations that use it.
final class VerdictBodies: Sendable {
    /// The most bodies. It is more than a large site has providers and causes, and takes some megabytes.
    static let limit = 16_384

    /// The most bytes of the remembered bodies.
    private static let byteLimit = 8 << 20

    private let bodies = Mutex(BoundedCache<VerdictBody, VerdictBody>(limit: limit, weightLimit: byteLimit))

    /// The body for a verdict, and whether others use it already.
    func body(_ verdict: Verdict) -> (body: VerdictBody, isShared: Bool) {
        let new = VerdictBody(verdict)
        let body = shared(new)
        return (body, body !== new)
    }

    /// The body in use that says the same as this one. It may be this one from now on.
    func shared(_ new: VerdictBody) -> VerdictBody {
        bodies.withLock { bodies in
            if let known = bodies.use(new, at: .first, { body, _ in body }) { return known }
            bodies.keep(new, for: new, until: .never, weight: new.byteCount)
            return new
        }
    }
}
