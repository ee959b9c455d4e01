import Synchronization

/// How many looks are taken because an administrator asks for them.
final class Rechecks: Sendable {
    /// So many at once: each has a resolver of its own.
    static let limit = 4
    /// The longest one may take.
    static let patience = Duration.seconds(90)

    private let underWay = Mutex(0)

    /// Takes a place; false if there is none.
    func enter() -> Bool {
        underWay.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
    }

    /// Gives a place back.
    func leave() { underWay.withLock { $0 -= 1 } }
}
