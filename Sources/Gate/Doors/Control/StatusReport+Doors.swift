import Milter

extension StatusReport {
    /// How the descriptors are shared out.
    public struct Descriptors: Codable, Sendable {
        /// What each part may take, at most.
        struct Budget: Codable, Sendable {
            let connections: Int
            let lookups: Int
            let second_looks: Int
            let probes: Int
            let files: Int
            let reserve: Int
        }

        let limit: Int
        /// So many are open, the reserve included.
        let in_use: Int
        let budget: Budget

        init(_ budget: DescriptorBudget, _ figures: ProcessFigures) {
            limit = figures.descriptorLimit
            in_use = figures.descriptors
            self.budget = Budget(
                connections: budget.connections, lookups: budget.lookups, second_looks: budget.secondLooks,
                probes: budget.probes, files: budget.files, reserve: budget.reserve)
        }

        var text: String {
            "Descriptors: \(in_use) of \(limit); at most connections \(budget.connections), lookups \(budget.lookups), "
                + "second looks \(budget.second_looks), probes \(budget.probes), files \(budget.files), "
                + "reserve \(budget.reserve)"
        }
    }

    /// The connections of MTAs: those that are open, and what became of others since the start.
    public struct Connections: Codable, Sendable {
        let open: Int
        let cap: Int
        /// They did not negotiate in time.
        let ended_silent: Int
        /// They had been idle for longest when there were too many.
        let displaced: Int
        /// They were not served: there were too many, and none could give way.
        let refused: Int

        init(_ counts: ConnectionCounts, _ limits: ConnectionLimits) {
            open = counts.open
            cap = limits.connections
            ended_silent = counts.silent
            displaced = counts.displaced
            refused = counts.rejected
        }

        var text: String {
            "Connections of MTAs: \(open) of \(cap); \(ended_silent) ended that said nothing, \(displaced) displaced, "
                + "\(refused) refused"
        }
    }
}
