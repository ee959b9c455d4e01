/// A bound in time on work that honours cancellation.
enum Deadline {
    /// Runs the work, and cancels it when the time is over; returns what it comes to in either case.
    static func run<Result: Sendable>(_ limit: Duration, _ work: @escaping @Sendable () async -> Result) async -> Result
    {
        let task = Task { await work() }
        let timer = Task {
            do {
                try await Task.sleep(for: limit)
                task.cancel()
            } catch {
                // The work ended in time.
            }
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
