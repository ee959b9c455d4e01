import Reports
import Synchronization

/// Asks the hosts of a site for the pages, within bounds, until the pages are closed. Each call blocks its thread.
final class HostsInquiry: Sendable {
    private struct State {
        var isOver = false
        var running = 0
    }

    /// How many hosts are asked at once for one thing. For each an ssh runs here.
    private static let width = 16
    /// How long the commands under way may take to end.
    private static let patience = Duration.seconds(2)

    /// The hosts.
    let site: Site
    private let limit: Duration
    private let state = Mutex(State())

    /// Makes the means to ask.
    ///
    /// - Parameter limit: How long one host may take.
    init(_ site: Site, limit: Duration) {
        self.site = site
        self.limit = limit
    }

    /// Gives a command to hosts. Parameters and returned value are those of `Site.ask`.
    ///
    /// - Parameters:
    ///   - site: The hosts that are asked; nil for all.
    ///   - bytes: The most bytes that a host may print.
    /// - Throws: That the pages are closed.
    func ask(
        _ name: [String], _ arguments: [String], of site: Site? = nil, bytes: Int, statuses: Set<Int32> = [0],
        older: [String]? = nil, failed: (SiteAnswer, Int, String) -> Void = { _, _, _ in },
        _ take: (SiteAnswer, Int) throws -> Void
    ) throws -> [Site.Loss] {
        state.withLock { $0.running += 1 }
        defer { state.withLock { $0.running -= 1 } }
        return try (site ?? self.site).ask(
            name, arguments, SiteCalls(limit: limit, bytes: bytes, width: Self.width), statuses: statuses,
            older: older, isWanted: { !state.withLock { $0.isOver } }, failed: failed, take)
    }

    /// Ends what is under way, and waits for that.
    func end() async {
        state.withLock { $0.isOver = true }
        let deadline = ContinuousClock.now + Self.patience
        while state.withLock({ $0.running > 0 }), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}
