/// Tells somebody who waits for an inspection of each step as soon as it has ended.
///
/// It is a task-local value, so that the types in between need not know of it. What a destination shares with others
/// (answers, probes) is no step.
package enum StepWatch {
    /// Takes the steps of inspections in this task and its children, on any thread; nil if nobody wants them.
    @TaskLocal package static var current: (@Sendable (InspectionStep) -> Void)?
}
