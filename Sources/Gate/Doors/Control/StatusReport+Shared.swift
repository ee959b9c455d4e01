import Support
import Verdicts

extension StatusReport {
    /// The store that several hosts share.
    public struct Shared: Codable, Sendable {
        /// Where it is, as set.
        let store: String
        /// Whether it is used, since when, and why not.
        let used: Bool
        let since_s: Int64
        @NullableJSON private(set) var cause: String?
        /// By how many seconds its clock is ahead of this host's, if that is so much that no ages of faults are shared.
        @NullableJSON private(set) var clock_ahead_s: Int64?
        /// Connections since the start.
        let connections: Int
        /// What came of asking: used, failure, unknown, unanswered.
        let asked: [String: Int]
        /// What was read and not used: form, mac, time, settings, writer.
        let refused: [String: Int]
        /// How often another host's inspection was waited for.
        let waits: Int
        /// How many verdicts of others were checked, and how many were wrong.
        let checks: Int
        let differences: Int
        /// How long ago one was last found to be wrong.
        @NullableJSON private(set) var differed_ago_s: Int64?
        /// How many verdicts were told to others, and dropped because of them.
        let told: Int
        let dropped: Int
        /// How much was not told, because too much waited to be.
        let untold: Int
        /// How many connections other hosts have made for this one, and how many of its own it has told.
        let findings_used: Int
        let findings_told: Int
        /// How many exemptions the store has, and why this host may not write its own there.
        @NullableJSON private(set) var exemptions: Int?
        @NullableJSON private(set) var exemptions_fault: String?

        init(_ standing: SharedStanding, at now: ContinuousClock.Instant) {
            store = standing.address
            used = standing.isUp
            since_s = standing.lasting.components.seconds
            cause = standing.reason
            clock_ahead_s = standing.clockAhead
            connections = standing.connections
            asked = Dictionary(
                uniqueKeysWithValues: SharedStanding.Result.allCases.map { ($0.rawValue, standing.asked[$0] ?? 0) })
            refused = Dictionary(
                uniqueKeysWithValues: SharedStanding.Refusal.allCases.map { ($0.rawValue, standing.refused[$0] ?? 0) })
            waits = standing.waits
            checks = standing.checks
            differences = standing.differences
            differed_ago_s = standing.lastDifference.map { (now - $0).components.seconds }
            told = standing.told
            dropped = standing.dropped
            untold = standing.untold
            findings_used = standing.findingsUsed
            findings_told = standing.findingsTold
            exemptions = standing.exemptions
            exemptions_fault = standing.exemptionsFault
        }

        /// A store that is away for a moment is no reason for a warning.
        private static let patience: Int64 = 60

        /// What an administrator has to look into; nil if there is nothing.
        var warning: String? {
            // What is over is a reason for a warning only until it has been noticed.
            if let differed_ago_s, differed_ago_s < ControlService.longTrouble.components.seconds {
                return "another host has called good what this one found broken, and is not believed: see event=shared "
                    + "in the log"
            }
            if used, let clock_ahead_s {
                let by = DurationText.brief(.seconds(abs(clock_ahead_s)))
                return "the clock of the shared store \(store) is \(by) \(clock_ahead_s < 0 ? "behind" : "ahead of") "
                    + "this host's, and one of the two is wrong: each host counts by itself how long a fault has lasted"
            }
            guard !used, since_s >= Self.patience else { return nil }
            return "the shared store \(store) has not been used for \(DurationText.brief(.seconds(since_s))): "
                + (cause ?? "no connection yet")
        }

        /// The lines for people.
        var text: String {
            let since = DurationText.brief(.seconds(since_s))
            let state = used ? "used for \(since)" : "NOT USED for \(since): \(cause ?? "no connection yet")"
            var text = "Shared store \(store): \(state); \(asked["used"] ?? 0) verdicts of others used, \(told) told, "
            text += "\(checks) checked, \(differences) of these wrong, \(refused.values.reduce(0, +)) refused"
            text += "; \(findings_used) connections saved"
            if untold > 0 { text += "; \(untold) NOT TOLD, because too much waited" }
            if let exemptions { text += "; \(exemptions) exemptions shared" }
            if let exemptions_fault { text += "; this host's own exemptions are NOT SHARED: \(exemptions_fault)" }
            return text
        }
    }
}
