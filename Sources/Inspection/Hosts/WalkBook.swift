import Support
import Synchronization

/// How far the walks have come that no single look could finish: bounded in number, and each for a time.
///
/// A walk takes some 20 KB at most (`WalkProgress`), and nearly no domain needs a second look.
package final class WalkBook: Sendable {
    /// A walk that goes on with the next look.
    struct Walk: Sendable {
        /// How far it has come.
        var progress: WalkProgress
        /// What the first look came to, where this is the second look at a failure; nil where this is the first one.
        var first: FirstLook?
    }

    /// What is kept of a first look that found a failure, until the second one has seen all hosts too.
    struct FirstLook: Sendable {
        let outcome: String
        let cause: String
    }

    /// More walks are not remembered; then one begins anew.
    static let limit = 500

    private let walks = Mutex(BoundedCache<VerdictKey, Walk?>(limit: limit))

    /// A book without walks.
    init() {}

    /// The walk that goes on; nil if one begins.
    func walk(_ key: VerdictKey, at now: ContinuousClock.Instant = .now) -> Walk? {
        walks.withLock { $0.value(for: key, at: now) ?? nil }
    }

    /// Keeps a walk for the next look.
    func keep(_ walk: Walk, for key: VerdictKey) {
        walks.withLock { $0.keep(walk, for: key, until: walk.progress.began + WalkProgress.window) }
    }

    /// Forgets a walk that is at its end.
    func forget(_ key: VerdictKey) {
        walks.withLock { walks in
            // Most destinations never had one: nothing is written down for them.
            guard walks.inspect(key, { walk, _ in walk = nil }) != nil else { return }
        }
    }

    /// How many walks there are, out of date or not.
    var count: Int { walks.withLock(\.count) }
}
