import Dispatch

/// A semaphore for threads that may block: libmilter's, and our own.
struct Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Lets one waiter go.
    func signal() { semaphore.signal() }

    /// Waits to be let go.
    func wait() { semaphore.wait() }

    /// Waits to be let go, or for the time to come.
    ///
    /// - Returns: Whether it was let go.
    func wait(until deadline: ContinuousClock.Instant) -> Bool {
        let left = max(.zero, deadline - .now)
        return semaphore.wait(timeout: .now() + .milliseconds(Int(clamping: left.milliseconds) + 1)) == .success
    }
}
