/// Tells somebody who waits for an inspection of each step as soon as it has ended.
///
/// It is a task-local value, so that the types in between need not know of it. What a destination shares with others
/// (answers, probes) is no step.
///
/// The value is an object. A function would do, but a release has no metadata of a function's type (Swift 6.3,
/// -cross-module-optimization): to make it the value of a task ended the process.
package final class StepWatch: Sendable {
    /// Takes the steps of inspections in this task and its children; nil if nobody wants them.
    @TaskLocal package static var current: StepWatch?

    /// Takes a step, on any thread.
    let note: @Sendable (InspectionStep) -> Void

    /// Somebody who waits.
    ///
    /// - Parameter note: Takes a step, on any thread.
    package init(_ note: @escaping @Sendable (InspectionStep) -> Void) { self.note = note }
}
