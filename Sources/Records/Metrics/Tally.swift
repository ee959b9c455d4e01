import Synchronization

/// Counts by the cases of a fixed set. Any thread counts, without a lock and without memory.
package final class Tally: Sendable {
    /// The most cases.
    private static let limit = 32

    private let counts = InlineArray<32, Atomic<UInt64>> { _ in Atomic(0) }

    /// All counts are zero.
    package init() {}

    /// Counts one.
    ///
    /// - Parameter index: The case, from 0 to 31. Another one is not counted.
    package func add(_ index: Int) {
        guard (0..<Self.limit).contains(index) else { return }
        counts[index].wrappingAdd(1, ordering: .relaxed)
    }

    /// The count of a case.
    package subscript(index: Int) -> UInt64 { counts[index].load(ordering: .relaxed) }
}
