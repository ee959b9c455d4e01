extension StatusReport {
    /// Recipients that passed because they are monitored, before anything was known.
    public struct Monitored: Codable, Sendable {
        /// Those whose ruling is not known yet.
        let open: Int
        /// Those who would have been put off once: their ruling came after MILTER_DEADLINE.
        let would_have_waited: Int
        /// Those whose ruling nobody will know, for there were too many.
        let dropped: Int

        init(_ counts: LateRulings.Counts) {
            open = counts.open
            would_have_waited = counts.overdue
            dropped = counts.dropped
        }

        /// For a person; nil where there is nothing to tell.
        var text: String? {
            guard open + would_have_waited + dropped > 0 else { return nil }
            return "Monitored: \(open) to be ruled yet, \(would_have_waited) would have waited once"
                + (dropped > 0 ? ", \(dropped) dropped (too many at a time)" : "")
        }
    }
}
