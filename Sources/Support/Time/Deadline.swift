/// A bound in time on work that honours cancellation.
package enum Deadline {
    /// Runs the work, and cancels it when the time is over; returns what it comes to in either case.
    ///
    /// - Parameter limit: The time, kept to about a tenth of a second.
    package static func run<Result: Sendable>(_ limit: Duration, _ work: @escaping @Sendable () async -> Result) async
        -> Result
    {
        let task = Task { await work() }
        let entry = Timetable.shared.add(after: limit) { task.cancel() }
        defer { Timetable.shared.remove(entry) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
