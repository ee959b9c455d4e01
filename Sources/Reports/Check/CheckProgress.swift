import Probe
import Support
import Synchronization

/// The progress of `danegate check`, and the hosts that it waits for.
public final class CheckProgress: Sendable {
    /// A wait that is shorter is not shown.
    private static let patience = Duration.seconds(1)

    private struct State {
        var done = 0
        /// The hosts that are being probed, in the order in which their probes began.
        var hosts: [(number: Int, name: String)] = []
        var next = 0
    }

    private let total: Int
    private let state = Mutex(State())

    /// Makes the progress of a check of so many domains.
    public init(of total: Int) { self.total = total }

    /// Counts a domain whose check has ended.
    public func end() { state.withLock { $0.done += 1 } }

    /// Returns the line for a terminal, which is empty at first.
    ///
    /// - Parameter elapsed: The time since the check began.
    public func line(after elapsed: Duration) -> String {
        guard elapsed >= Self.patience else { return "" }
        let (done, first, others) = state.withLock { ($0.done, $0.hosts.first?.name, max(0, $0.hosts.count - 1)) }
        guard done < total else { return "" }
        let share = total > 1 ? ", \(done) of \(CountText.of(total, "domain")) checked" : ""
        let host = first.map { "waiting for \($0)" + (others > 0 ? " and \(CountText.of(others, "more host"))" : "") }
        return "\(MovingLine.turn(elapsed)) \(DurationText.long(elapsed))\(share), \(host ?? "asking the DNS")"
    }

    /// Notes that the probe of a host begins.
    ///
    /// - Returns: The number to give to `left`.
    func entered(_ target: ProbeTarget) -> Int {
        state.withLock { state in
            state.next += 1
            state.hosts.append((state.next, "\(target.serverName) [\(target.address)]"))
            return state.next
        }
    }

    /// Notes that the probe of a host has ended.
    func left(_ number: Int) { state.withLock { $0.hosts.removeAll { $0.number == number } } }
}
