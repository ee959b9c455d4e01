import Probe
import Support
import Synchronization

/// How far `danegate check` is, and which hosts it waits for.
public final class CheckProgress: Sendable {
    /// What takes less time is told by its result alone.
    private static let patience = Duration.seconds(1)

    private struct State {
        var done = 0
        /// The hosts that are being talked to, the one first that was begun first.
        var hosts: [(number: Int, name: String)] = []
        var next = 0
    }

    private let total: Int
    private let state = Mutex(State())

    /// The progress of checking so many domains.
    public init(of total: Int) { self.total = total }

    /// Counts a domain that is checked.
    public func end() { state.withLock { $0.done += 1 } }

    /// The line for a terminal, empty at first.
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

    /// Says that a host is being talked to.
    ///
    /// - Returns: The number to be given to `left`.
    func entered(_ target: ProbeTarget) -> Int {
        state.withLock { state in
            state.next += 1
            state.hosts.append((state.next, "\(target.serverName) [\(target.address)]"))
            return state.next
        }
    }

    /// Says that it is over.
    func left(_ number: Int) { state.withLock { $0.hosts.removeAll { $0.number == number } } }
}
