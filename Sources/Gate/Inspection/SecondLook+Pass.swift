extension SecondLook {
    /// A second look: what the first one came to, and how far it has come itself.
    struct Pass {
        let outcome: String
        let cause: String
        /// The first look, or its last part if it had several.
        let first: Inspection?
        /// Whether the first look was one.
        let isWhole: Bool
        var progress: WalkProgress

        /// A second look that begins.
        init(_ first: Inspection, isWhole: Bool) {
            outcome = first.verdict.outcome.rawValue
            cause = first.verdict.cause
            self.first = first
            self.isWhole = isWhole
            progress = WalkProgress()
        }

        /// A second look that goes on.
        init(_ first: WalkBook.FirstLook, _ progress: WalkProgress) {
            outcome = first.outcome
            cause = first.cause
            self.first = nil
            isWhole = false
            self.progress = progress
        }

        /// What is kept for the next look.
        var kept: WalkBook.Walk {
            let first = WalkBook.FirstLook(
                outcome: outcome, cause: TraceEntry.bounded(cause, TraceEntry.Limit.cause))
            return WalkBook.Walk(progress: progress, first: first)
        }
    }
}
