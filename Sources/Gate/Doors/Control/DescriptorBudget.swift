import DNSSEC
package import Milter
package import Support

/// How the descriptors that the process may have are shared out: the parts together never come to the limit, so that
/// none of them takes what another must have.
package struct DescriptorBudget: Sendable, Equatable {
    /// Too few to work with, as a sentence without a full stop.
    package struct Shortage: Error, Equatable {
        package let sentence: String
    }

    /// What the process may have.
    package let limit: Int
    /// The runtime, the log, the state and the trace, the policy file, the control socket, and the resolver's self-test.
    let files: Int
    /// Held open for what must not fail (`DescriptorReserve`).
    let reserve: Int
    /// Lookups, and their sockets to name servers.
    package let lookups: Int
    /// How many contexts of libunbound share the lookups.
    package let contexts: Int
    /// Second looks past every cache.
    package let secondLooks: Int
    /// Connections to mail hosts.
    package let probes: Int
    /// Connections of MTAs.
    let connections: Int
    /// What all parts would have where there are enough.
    let wanted: Int

    /// About forty are in use where nothing happens; files are opened in passing.
    private static let ownFiles = 72
    /// Connections of MTAs that there must be at least, with their slack.
    private static let leastConnections = 40
    /// Probes that there must be at least, if there are any.
    private static let leastProbes = 8

    /// Shares out a limit.
    ///
    /// - Parameters:
    ///   - limit: What the process may have.
    ///   - contexts: How many contexts of libunbound share the lookups, at most.
    ///   - probes: How many connections to mail hosts the settings allow; 0 where nothing is probed.
    ///   - reserve: How many are held.
    /// - Throws: If it is too low.
    package init(limit: Int, contexts: Int, probes: Int, reserve: Int) throws(Shortage) {
        // Two self-tests at once, at most.
        let selfTests = 2 * ResolverDescriptors.selfTest
        let contexts = min(contexts, max(1, limit / 512))
        let leastLookups = contexts * ResolverDescriptors.leastLookups
        let leastProbes = min(probes, Self.leastProbes)
        let files = Self.ownFiles + ControlServer.connectionLimit + min(selfTests, max(72, limit / 12))
        let fixed = files + reserve
        let least =
            fixed + leastLookups + ResolverDescriptors.leastSecondLooks + leastProbes + Self.leastConnections
        guard limit >= least else {
            throw Shortage(
                sentence:
                    "the process may open \(limit) files (RLIMIT_NOFILE), and at least \(least) are needed: raise "
                    + "LimitNOFILE of the unit, or ulimit -n")
        }
        let free = limit - fixed
        self.limit = limit
        self.files = files
        self.reserve = reserve
        self.contexts = contexts
        let mostConnections = ConnectionLimits().descriptors
        // Shares of what is free, within what each can use; the connections have the rest, which is the largest.
        lookups = min(max(free * 35 / 100, leastLookups), max(ResolverDescriptors.mostLookups, leastLookups))
        secondLooks = min(
            max(free * 13 / 100, ResolverDescriptors.leastSecondLooks), ResolverDescriptors.mostSecondLooks)
        self.probes = min(max(free * 12 / 100, leastProbes), probes)
        connections = min(free - lookups - secondLooks - self.probes, mostConnections)
        wanted =
            Self.ownFiles + ControlServer.connectionLimit + selfTests + reserve + ResolverDescriptors.mostLookups
            + ResolverDescriptors.mostSecondLooks + probes + mostConnections
    }

    /// Whether something is less than it would be with more descriptors.
    package var isScaledDown: Bool { limit < wanted }

    /// The limits of the connections of MTAs.
    package var connectionLimits: ConnectionLimits { ConnectionLimits(descriptors: connections) }

    /// What the log says of it: `event=descriptors`.
    package var line: LogLine {
        LogLine(event: "descriptors").adding("limit", "\(limit)").adding("wanted", "\(wanted)")
            .adding("connections", "\(connectionLimits.connections)").adding("lookups", "\(lookups)")
            .adding("second_looks", "\(secondLooks)").adding("probes", "\(probes)")
    }

    /// The sum of all parts.
    var sum: Int { files + reserve + lookups + secondLooks + probes + connections }
}
