/// A time limit for work that honours cancellation.
package enum Deadline {
    /// Runs the work, cancels it when the time is over, and returns its result in either case.
    ///
    /// - Parameter limit: The time limit, accurate to about a tenth of a second.
    package static func run<Result: Sendable>(_ limit: Duration, _ work: @escaping @Sendable () async -> Result) async
        -> Result
    {
        let task = Task.inLane { await work() }
        let entry = Timetable.shared.add(after: limit) { task.cancel() }
        defer { Timetable.shared.remove(entry) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
