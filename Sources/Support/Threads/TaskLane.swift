/// Where the tasks run that the work of a task begins on its own account.
///
/// `Task {}` leaves the executor of the task that it comes from, and runs in the pool that all share. So work that is
/// to stay out of that pool would be back in it as soon as somebody keeps time for it, or others join it.
package enum TaskLane {
    /// The executor of the current task's lane; nil for the pool that all share.
    @TaskLocal package static var executor: (any TaskExecutor)?
}

extension Task where Failure == Never {
    /// Begins a task in the lane of the current one. It is no child of it: neither waits for the other, and neither is
    /// cancelled with the other.
    package static func inLane(_ work: @escaping @Sendable () async -> Success) -> Task {
        Task(executorPreference: TaskLane.executor, operation: work)
    }
}
