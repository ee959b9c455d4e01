extension SecondLook {
    /// A second look: what the first one came to, and how far it has come itself.
    struct Pass {
        let outcome: String
        let cause: String
        /// The first look, or its last part if it had several.
        let first: Inspection?
        /// Whether the first look was one.
        let isWhole: Bool
        /// How many connections the first look has made for the same recipient, which the second one goes without.
        let connections: Int
        var progress: WalkProgress

        /// A second look that begins.
        ///
        /// - Parameter connections: How many connections the first look has made.
        init(_ first: Inspection, isWhole: Bool, connections: Int) {
            outcome = first.verdict.outcome.rawValue
            cause = first.verdict.cause
            self.first = first
            self.isWhole = isWhole
            self.connections = connections
            progress = WalkProgress()
        }

        /// A second look that goes on.
        init(_ first: WalkBook.FirstLook, _ progress: WalkProgress) {
            outcome = first.outcome
            cause = first.cause
            self.first = nil
            isWhole = false
            connections = 0
            self.progress = progress
        }

        /// What is kept for the next look.
        var kept: WalkBook.Walk {
            let first = WalkBook.FirstLook(
                outcome: outcome, cause: BoundedText.of(cause, WalkProgress.textLimit))
            return WalkBook.Walk(progress: progress, first: first)
        }
    }
}
