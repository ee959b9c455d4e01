import Synchronization

/// A count of file descriptors that several users share, so that together they stay below a limit.
///
/// Each user takes the most it may need before it opens the first one. All methods may be called on any thread, and
/// none waits.
public final class DescriptorAccount: Sendable {
    /// The most that may be taken at once.
    public let limit: Int
    private let count = Atomic<Int>(0)

    /// An account of `limit` descriptors. Without a limit, `take` always succeeds.
    public init(limit: Int = .max) { self.limit = max(0, limit) }

    /// How many are taken now.
    public var used: Int { count.load(ordering: .relaxed) }

    /// Takes `number` descriptors from the account. It opens nothing.
    ///
    /// - Returns: Whether that many were left. If not, none are taken.
    public func take(_ number: Int) -> Bool {
        guard count.add(number, ordering: .relaxed).newValue <= limit else {
            give(number)
            return false
        }
        return true
    }

    /// Returns `number` descriptors to the account.
    public func give(_ number: Int) { count.subtract(number, ordering: .relaxed) }
}
