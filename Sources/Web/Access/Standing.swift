/// What somebody may do with the page.
enum Standing: Sendable, Comparable {
    /// Nothing.
    case stranger
    /// Tests of domains, the codes, the metrics.
    case visitor
    /// The message trace too, the overview, and what acts.
    case administrator
}
