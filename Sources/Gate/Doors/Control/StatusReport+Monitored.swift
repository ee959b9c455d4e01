extension StatusReport {
    /// Recipients that passed before anything was known, because they are only monitored.
    public struct Monitored: Codable, Sendable {
        /// Those whose ruling is not known yet.
        let open: Int
        /// Those that would have been deferred once, because their ruling came after MILTER_DEADLINE.
        let would_have_waited: Int
        /// Those whose ruling is not recorded, because there were too many.
        let dropped: Int

        init(_ counts: LateRulings.Counts) {
            open = counts.open
            would_have_waited = counts.overdue
            dropped = counts.dropped
        }

        /// The text for people; nil if there is nothing to report.
        var text: String? {
            guard open + would_have_waited + dropped > 0 else { return nil }
            return "Monitored: \(open) to be ruled yet, \(would_have_waited) would have waited once"
                + (dropped > 0 ? ", \(dropped) dropped (too many at a time)" : "")
        }
    }
}
