import Support
import Synchronization

/// How far the walks have come that one look could not finish (F-92). Their number is limited, and each is kept for a
/// limited time.
///
/// A walk takes about 20 KB at most (`WalkProgress`), and almost no domain needs another look.
package final class WalkBook: Sendable {
    /// A walk that the next look continues.
    struct Walk: Sendable {
        /// How far it has come.
        var progress: WalkProgress
        /// The result of the first look if this is the second look at a failure; nil if this is the first one.
        var first: FirstLook?
    }

    /// What is kept of a first look that found a failure, until the second one has seen all hosts too.
    struct FirstLook: Sendable {
        let outcome: String
        let cause: String
    }

    /// The most walks that are remembered. Another one begins anew.
    static let limit = 500

    private let walks = Mutex(BoundedCache<VerdictKey, Walk?>(limit: limit))

    /// A book without walks.
    init() {}

    /// The walk to continue; nil if a new one begins.
    func walk(_ key: VerdictKey, at now: ContinuousClock.Instant = .now) -> Walk? {
        walks.withLock { $0.value(for: key, at: now) ?? nil }
    }

    /// Keeps a walk for the next look.
    func keep(_ walk: Walk, for key: VerdictKey) {
        walks.withLock { $0.keep(walk, for: key, until: walk.progress.began + WalkProgress.window) }
    }

    /// Forgets a walk that has ended.
    func forget(_ key: VerdictKey) {
        walks.withLock { walks in
            // Most destinations never had one, and then nothing is written.
            guard walks.inspect(key, { walk, _ in walk = nil }) != nil else { return }
        }
    }

    /// How many walks there are, expired ones included.
    var count: Int { walks.withLock(\.count) }
}
