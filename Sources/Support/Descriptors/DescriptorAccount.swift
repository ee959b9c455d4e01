import Synchronization

/// A share of the process's descriptors that several users draw from: each takes as many as it may come to have, before
/// it has the first of them.
public final class DescriptorAccount: Sendable {
    /// The most that may be taken at once.
    public let limit: Int
    private let count = Atomic<Int>(0)

    /// An account of so many; without a bound where none is given.
    public init(limit: Int = .max) { self.limit = max(0, limit) }

    /// How many are taken.
    public var used: Int { count.load(ordering: .relaxed) }

    /// Takes some.
    ///
    /// - Returns: Whether there were as many; if not, none are taken.
    public func take(_ number: Int) -> Bool {
        guard count.add(number, ordering: .relaxed).newValue <= limit else {
            give(number)
            return false
        }
        return true
    }

    /// Gives back what was taken.
    public func give(_ number: Int) { count.subtract(number, ordering: .relaxed) }
}
