import Logging
package import DANE
package import Records
import Support
import Synchronization

/// Checks the load once per second, and logs when others begin to suffer because of a neighbourhood, and when that is
/// over.
package final class LoadWatch: Sendable {
    private struct State {
        var level = StatusLevel.ok
        /// When the reported level was last seen. Trouble that comes and goes counts as one.
        var seen = ContinuousClock.now
        var foremost: String?
    }

    /// How long nothing may be wrong until it counts as over.
    static let calm = Duration.seconds(30)

    /// Recipients by neighbourhood.
    let counts: NeighbourhoodCounts
    /// What is held back.
    let holds: HoldBook
    private let occupancies: @Sendable () -> [LoadReport.Part: Occupancy]
    private let state = Mutex(State())

    /// A watch.
    ///
    /// - Parameter occupancies: Returns how full the parts are. It is called once per second.
    package init(
        counts: NeighbourhoodCounts, holds: HoldBook,
        occupancies: @escaping @Sendable () -> [LoadReport.Part: Occupancy]
    ) {
        self.counts = counts
        self.holds = holds
        self.occupancies = occupancies
    }

    /// How the gate copes with its load.
    func report(at now: ContinuousClock.Instant = .now) -> LoadReport {
        LoadReport(counts.all(at: now), occupancies(), holds: holds.live())
    }

    /// Checks once per second, until it is cancelled.
    package func run(_ log: GateLog) async {
        while !Task.isCancelled {
            if let line = look(report(), at: .now) { log.event(line.level == .ok ? .notice : .warning, line.line) }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Takes a report into account.
    ///
    /// - Returns: The level and its log line, if there is something new.
    func look(_ report: LoadReport, at now: ContinuousClock.Instant) -> (level: StatusLevel, line: LogLine)? {
        let trouble = report.trouble
        let level = trouble?.level ?? .ok
        let isTold = state.withLock { state -> Bool in
            if level >= state.level { state.seen = now }
            let isNew =
                level > state.level || level < state.level && now - state.seen >= Self.calm
                || level == state.level && level != .ok && report.foremost != nil && report.foremost != state.foremost
            guard isNew else { return false }
            state.level = level
            state.seen = now
            state.foremost = report.foremost
            return true
        }
        guard isTold else { return nil }
        var line = LogLine(event: "load").adding("level", level.rawValue)
        if let foremost = report.foremost, level != .ok { line = line.adding("neighbourhood", foremost) }
        line = line.adding("pending", "\(report.pending_percent)%").adding("doubtful", "\(report.doubtful_percent)%")
        if let trouble { line = line.adding("cause", trouble.sentence) }
        return (level, line)
    }
}
