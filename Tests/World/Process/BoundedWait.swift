public import Dispatch

extension DispatchSemaphore {
    /// Waits for a signal, but not for ever: whoever was to give it may have failed, and a thread that is blocked keeps
    /// its test from ending, whatever the test's time limit.
    ///
    /// - Parameter limit: How long it waits at most, in seconds.
    /// - Returns: Whether the signal came.
    @discardableResult
    public func wait(atMost limit: Double) -> Bool { wait(timeout: .now() + limit) == .success }
}
