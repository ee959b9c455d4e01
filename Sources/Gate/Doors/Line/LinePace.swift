import Glibc
import NIOCore
import Synchronization

/// Lets other threads run where a door's thread has one question after the other to answer: those of the milter, above
/// all, which would wait on its processor until the scheduler's slice is over, some milliseconds.
///
/// A lower priority would not do: the slice is as long, and a door is the only way in for some MTAs.
final class LinePace: Sendable {
    /// How long a door's thread goes on before it gives way.
    private static let span: UInt64 = 100_000

    private let since = Atomic<UInt64>(0)

    /// Gives way if it is time. Called on the door's thread when an answer has left.
    func rest() {
        guard NIODeadline.now().uptimeNanoseconds > since.load(ordering: .relaxed) + Self.span else { return }
        sched_yield()
        since.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
    }
}
