package import Inspection

/// What several hosts know together, over a store that they share. It may fail at any time: then each host goes on
/// alone.
package protocol SharedVerdicts: Sendable {
    /// Asks what the others know, before an inspection. It returns at once if the store fails, and otherwise soon
    /// enough for whoever waits. It honours cancellation.
    func ask(about key: VerdictKey, _ occasion: SharedOccasion) async -> SharedAnswer

    /// Tells the others what an inspection has found. It does not wait.
    ///
    /// - Parameters:
    ///   - kept: What this host keeps of it; nil if it counts for nobody.
    ///   - claim: What the inspection began with; nil if the others were not asked.
    ///   - isOrdered: Whether an administrator has ordered it, so that all others look anew too.
    func ended(_ key: VerdictKey, _ kept: KeptVerdict?, _ claim: SharedClaim?, isOrdered: Bool)
}
