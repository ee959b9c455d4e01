import Synchronization

/// Limits how many checks run because administrators ask for them.
final class Rechecks: Sendable {
    /// The most checks at once. Each has a resolver of its own.
    static let limit = 4
    /// The longest time that one may take.
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

    /// Returns a place.
    func leave() { underWay.withLock { $0 -= 1 } }
}
