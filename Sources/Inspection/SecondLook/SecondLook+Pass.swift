import DANE
import Support

extension SecondLook {
    /// A second look: the result of the first one, and how far the second one has come.
    struct Pass {
        let outcome: String
        let cause: String
        /// The first look, or its last part if it had several.
        let first: Inspection?
        /// Whether the first look had only one part.
        let isWhole: Bool
        /// How many connections the first look has made for the same recipient. The second one may make so many fewer.
        let connections: Int
        var progress: WalkProgress

        /// A second look that begins.
        ///
        /// - Parameters:
        ///   - first: The first look.
        ///   - isWhole: Whether the first look had only one part.
        ///   - connections: How many connections the first look has made.
        init(_ first: Inspection, isWhole: Bool, connections: Int) {
            outcome = first.verdict.outcome.rawValue
            cause = first.verdict.cause
            self.first = first
            self.isWhole = isWhole
            self.connections = connections
            progress = WalkProgress()
        }

        /// A second look that continues.
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
