public import Inspection
public import Records
public import Support
import Synchronization

/// What outlives the process: verdicts, probe reports and the book of faults, in a file of the state directory.
///
/// It is written behind, in one transaction every second or so, by a thread of its own, and read by it after the start. Whoever
/// hands something over takes one short lock. What cannot be written is lost, counted and logged, and mail knows nothing of it.
public final class StateStore: VerdictJournal, FaultJournal, ReportJournal {
    /// How the store goes about it.
    public struct Configuration: Sendable {
        /// The state directory; made if it is not there.
        public var directory: String
        /// How many verdicts are kept at most.
        public var limit = 1_000_000
        /// How long a fault is remembered after its last sighting.
        public var faultMemory = Duration.seconds(4 * 3600)
        /// What stands for the settings that decide what is true: what was found out with others is forgotten.
        public var world: Int64 = 0
        /// The clocks.
        public var clock = StateClock.system
        /// The time in which changes are collected.
        public var interval = Duration.seconds(1)
        /// The time between two looks through the file for what has run out.
        public var sweepInterval = Duration.seconds(600)

        /// A configuration with the daemon's usual times.
        public init(directory: String) { self.directory = directory }
    }

    private let configuration: Configuration
    private let log: GateLog
    private let changes: WriteBehind<StateBatch>
    private let lost = Mutex(Losses())

    /// A store; nothing is opened yet.
    public init(_ configuration: Configuration, log: GateLog) {
        self.configuration = configuration
        self.log = log
        // A second's changes are one transaction.
        changes = WriteBehind(interval: configuration.interval)
    }

    /// Opens the file, reads it for the holders, and writes from then on; all that on a thread of its own.
    public func begin(_ holders: StateHolders) {
        changes.begin("state") {
            let writer = StateWriter(self.configuration, holders, self.log)
            if !writer.open(isStopped: { self.changes.isClosed }) { self.changes.switchOff() }
            self.run(writer)
        }
    }

    /// Writes what is pending, and closes the file. Waits for that, so long at most; what comes later is lost.
    public func close(within limit: Duration = .seconds(2)) { changes.close(within: limit) }

    /// Waits until all that was handed over before is written or lost.
    ///
    /// - Returns: Whether that was so in time.
    public func settle(within limit: Duration) -> Bool { changes.settle(within: limit) }

    /// Notes a verdict. Its making is now, whatever the wall clock says.
    public func kept(_ verdict: KeptVerdict) {
        let now = configuration.clock.sinceBoot()
        changes.add { $0.add(verdict, made: now) }
    }

    /// Notes a fault.
    public func noted(_ fault: KeptFault, of subject: FaultBook.Subject) {
        let times = FaultTable.Times(fault, at: configuration.clock.sinceBoot())
        changes.add { $0.add(times, of: subject) }
    }

    /// Notes that a subject is in order.
    public func cleared(_ subject: FaultBook.Subject) { changes.add { $0.add(nil, of: subject) } }

    /// Notes a report.
    public func kept(_ report: KeptReport) {
        let taken = configuration.clock.sinceBoot() - report.age.milliseconds
        changes.add { $0.add(report, taken: taken) }
    }

    /// Whether there is no file in this run: what is found out is forgotten at its end.
    public var isOff: Bool { changes.isOff }
    /// What could not be written since the start.
    package var losses: Losses { lost.withLock { $0 } }
    /// How many rows could not be written since the start.
    public var lostRows: Int { losses.count }

    /// The thread.
    private func run(_ writer: StateWriter) {
        while true {
            let turn = changes.turn(until: writer.nextSweep)
            if !turn.rows.isEmpty { writer.write(turn.rows) }
            lost.withLock { $0 = writer.losses }
            if !turn.isLast { writer.sweep() }
            turn.end()
            if turn.isLast { break }
        }
        writer.close()
    }
}
