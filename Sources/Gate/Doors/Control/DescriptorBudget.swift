import DNSSEC
package import Milter
package import Support

/// How the file descriptors of the process are divided. All parts together stay below the limit, so that none takes
/// what another one needs (F-100).
package struct DescriptorBudget: Sendable, Equatable {
    /// The limit of the process.
    package let limit: Int
    /// For the runtime, the log, the state and the trace, the policy file, the control socket, and the resolver's
    /// self-test.
    let files: Int
    /// Held open for uses that must not fail (`DescriptorReserve`).
    let reserve: Int
    /// For lookups: their sockets to name servers.
    package let lookups: Int
    /// How many libunbound contexts share the lookups.
    package let contexts: Int
    /// For second looks, which bypass all caches.
    package let secondLooks: Int
    /// For connections to mail hosts.
    package let probes: Int
    /// For connections of MTAs to the milter.
    let connections: Int
    /// For connections to each of the other doors.
    package let doorConnections: Int
    /// How many other doors there are.
    let doors: Int
    /// For the page's tests: the same for their own resolver and prober.
    package let page: Page
    /// What all parts would get if there were enough.
    let wanted: Int

    /// The part of the page's tests.
    package struct Page: Sendable, Equatable {
        package var lookups = 0
        package var secondLooks = 0
        package var probes = 0

        var sum: Int { lookups + secondLooks + probes }
    }

    /// About forty are open when nothing happens, and files are opened for short times.
    private static let ownFiles = 72
    /// The least for connections of MTAs, including their slack.
    private static let leastConnections = 40
    /// The least for connections to each of the other doors.
    private static let leastDoorConnections = 8
    /// The most for connections to each of the other doors.
    private static let mostDoorConnections = 256
    /// The least for probes, if there are any.
    private static let leastProbes = 8

    /// Divides a limit.
    ///
    /// - Parameters:
    ///   - limit: The limit of the process.
    ///   - contexts: How many libunbound contexts share the lookups, at most.
    ///   - probes: How many connections to mail hosts the settings allow; 0 if nothing is probed.
    ///   - reserve: How many are held open.
    ///   - doors: How many doors there are beside the milter.
    ///   - hasPage: Whether one of them is the page.
    /// - Throws: If the limit is too low.
    package init(
        limit: Int, contexts: Int, probes: Int, reserve: Int, doors: Int = 0, hasPage: Bool = false
    ) throws(DescriptorShortageError) {
        // At most two self-tests at once.
        let selfTests = 2 * ResolverDescriptors.selfTest
        let contexts = min(contexts, max(1, limit / 512))
        let leastLookups = contexts * ResolverDescriptors.leastLookups
        let leastProbes = min(probes, Self.leastProbes)
        let files = Self.ownFiles + ControlServer.connectionLimit + min(selfTests, max(72, limit / 12))
        // A tenth of what the others have, or the least that works.
        let leastPage = Page(
            lookups: hasPage ? ResolverDescriptors.leastLookups : 0,
            secondLooks: hasPage ? ResolverDescriptors.leastSecondLooks : 0, probes: hasPage ? leastProbes : 0)
        let fixed = files + reserve
        let least =
            fixed + leastLookups + ResolverDescriptors.leastSecondLooks + leastProbes + Self.leastConnections
            + doors * Self.leastDoorConnections + leastPage.sum
        guard limit >= least else {
            throw DescriptorShortageError(
                sentence:
                    "the process may open \(limit) files (RLIMIT_NOFILE), and at least \(least) are needed: raise "
                    + "LimitNOFILE of the unit, or ulimit -n")
        }
        var page = leastPage
        if hasPage {
            let rest = limit - fixed
            page.lookups = min(max(rest * 35 / 1000, page.lookups), ResolverDescriptors.mostLookups / 10)
            page.secondLooks = min(max(rest * 13 / 1000, page.secondLooks), ResolverDescriptors.mostSecondLooks / 10)
            page.probes = min(max(rest * 12 / 1000, page.probes), max(probes / 10, page.probes))
        }
        self.page = page
        let free = limit - fixed - page.sum
        self.limit = limit
        self.files = files
        self.reserve = reserve
        self.contexts = contexts
        let mostConnections = ConnectionLimits().descriptors
        // Each part gets a share of what is free, up to what it can use. The connections get the rest, which is the
        // largest share.
        lookups = min(max(free * 35 / 100, leastLookups), max(ResolverDescriptors.mostLookups, leastLookups))
        secondLooks = min(
            max(free * 13 / 100, ResolverDescriptors.leastSecondLooks), ResolverDescriptors.mostSecondLooks)
        self.probes = min(max(free * 12 / 100, leastProbes), probes)
        self.doors = doors
        doorConnections =
            doors == 0 ? 0 : min(max(free * 5 / 100, Self.leastDoorConnections), Self.mostDoorConnections)
        connections = min(free - lookups - secondLooks - self.probes - doors * doorConnections, mostConnections)
        wanted =
            Self.ownFiles + ControlServer.connectionLimit + selfTests + reserve + ResolverDescriptors.mostLookups
            + ResolverDescriptors.mostSecondLooks + probes + mostConnections + doors * Self.mostDoorConnections
            + (hasPage ? (ResolverDescriptors.mostLookups + ResolverDescriptors.mostSecondLooks + probes) / 10 : 0)
    }

    /// Whether a part gets less than it would with more descriptors.
    package var isScaledDown: Bool { limit < wanted }

    /// The limits for connections of MTAs.
    package var connectionLimits: ConnectionLimits { ConnectionLimits(descriptors: connections) }

    /// Whether one of the doors is the page.
    package var hasPage: Bool { page != Page() }

    /// The log line about it: `event=descriptors`.
    package var line: LogLine {
        LogLine(event: "descriptors").adding("limit", "\(limit)").adding("wanted", "\(wanted)")
            .adding("connections", "\(connectionLimits.connections)").adding("lookups", "\(lookups)")
            .adding("second_looks", "\(secondLooks)").adding("probes", "\(probes)")
    }

    /// The sum of all parts.
    var sum: Int {
        files + reserve + lookups + secondLooks + probes + connections + doors * doorConnections + page.sum
    }
}
