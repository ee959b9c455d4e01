/// The steps of an inspection, each with the time since the one before.
struct Trail {
    /// What the steps are about.
    let subject: String
    private(set) var steps: [InspectionStep] = []
    private var last = ContinuousClock.now

    init(subject: String) { self.subject = subject }

    /// Adds a step that has just ended.
    mutating func add(_ kind: InspectionStep.Kind, _ result: InspectionStep.Result, _ detail: String) {
        let now = ContinuousClock.now
        let step = InspectionStep(kind: kind, subject: subject, result: result, detail: detail, elapsed: now - last)
        steps.append(step)
        last = now
        StepWatch.current?.note(step)
    }
}
