import Milter

extension StatusReport {
    /// How the file descriptors are divided.
    public struct Descriptors: Codable, Sendable {
        /// The most that each part may use.
        struct Budget: Codable, Sendable {
            let connections: Int
            let door_connections: Int
            let lookups: Int
            let second_looks: Int
            let probes: Int
            let files: Int
            let reserve: Int
        }

        let limit: Int
        /// How many are open, including the reserve.
        let in_use: Int
        let budget: Budget

        init(_ budget: DescriptorBudget, _ figures: ProcessFigures) {
            limit = figures.descriptorLimit
            in_use = figures.descriptors
            self.budget = Budget(
                connections: budget.connections, door_connections: budget.doorConnections,
                lookups: budget.lookups, second_looks: budget.secondLooks,
                probes: budget.probes, files: budget.files, reserve: budget.reserve)
        }

        var text: String {
            "Descriptors: \(in_use) of \(limit); at most connections \(budget.connections), lookups \(budget.lookups), "
                + "second looks \(budget.second_looks), probes \(budget.probes), files \(budget.files), "
                + "reserve \(budget.reserve)"
        }
    }

    /// A door beside the milter, its connections, and what has happened to others since the start.
    public struct Door: Codable, Sendable {
        /// `query`, `tls-policy` or `web`.
        let door: String
        let socket: String
        let open: Int
        let cap: Int
        /// Those that gave way to others: they had asked nothing yet, nothing for longest, or waited for longest.
        let displaced: Int
        /// Those that were refused, because too many others were waiting for an answer.
        let refused: Int

        init(_ standing: DoorStanding) {
            door = standing.name.rawValue
            socket = standing.socket.postfixForm
            open = standing.open
            cap = standing.limit
            displaced = standing.displaced
            refused = standing.refused
        }

        private var name: DoorStanding.Name? { DoorStanding.Name(rawValue: door) }

        /// From how many connections on it is a reason for a warning; nil for never. Browsers keep theirs open, and
        /// those give way: that says nothing about the gate.
        var warning: Int? { name == .web ? nil : cap * 9 / 10 }

        /// Whether nine tenths of its places are taken, and that is a reason for a warning.
        var isFull: Bool { name != .web && open * 10 >= cap * 9 }

        /// The door and its socket.
        var place: String {
            switch name {
            case .tlsPolicy: "the TLS policy socket \(socket)"
            case .web: "the page \(socket)"
            case .query, nil: "the query socket \(socket)"
            }
        }

        var text: String {
            "Connections at \(place): \(open) of \(cap); \(displaced) displaced, \(refused) refused"
        }
    }

    /// The connections of MTAs: those that are open, and what has happened to others since the start.
    public struct Connections: Codable, Sendable {
        let open: Int
        let cap: Int
        /// Those that did not negotiate in time.
        let ended_silent: Int
        /// Those that had been idle for longest when there were too many.
        let displaced: Int
        /// Those that were not served, because there were too many and none could be ended instead.
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
