public import Inspection
public import Records
public import Support
import Synchronization

/// What outlives the process: verdicts, probe reports and the book of faults, in a file of the state directory.
///
/// A thread of its own reads the file after the start, and writes it about every second in one transaction. A caller
/// that hands something over takes one short lock. What cannot be written is lost, counted and logged, and mail is not
/// affected.
public final class StateStore: VerdictJournal, FaultJournal, ReportJournal {
    /// The settings of the store.
    public struct Configuration: Sendable {
        /// The state directory. It is made if it does not exist.
        public var directory: String
        /// The most verdicts in the file.
        public var limit = 1_000_000
        /// How long a fault is remembered after its last sighting.
        public var faultMemory = Duration.seconds(4 * 3600)
        /// A number for the settings that decide what is true. What was found with other settings is deleted.
        public var world: Int64 = 0
        /// The clocks.
        public var clock = StateClock.system
        /// How long changes are collected.
        public var interval = Duration.seconds(1)
        /// The time between two searches of the file for expired rows.
        public var sweepInterval = Duration.seconds(600)

        /// A configuration with the usual times of the daemon.
        public init(directory: String) { self.directory = directory }
    }

    private let configuration: Configuration
    private let log: GateLog
    private let changes: WriteBehind<StateBatch>
    private let lost = Mutex(Losses())

    /// A store. Nothing is opened yet.
    public init(_ configuration: Configuration, log: GateLog) {
        self.configuration = configuration
        self.log = log
        // The changes of one second are one transaction.
        changes = WriteBehind(interval: configuration.interval)
    }

    /// Opens the file, reads it for the holders, and writes from then on, all on a thread of its own.
    public func begin(_ holders: StateHolders) {
        changes.begin("state") {
            let writer = StateWriter(self.configuration, holders, self.log)
            if !writer.open(isStopped: { self.changes.isClosed }) { self.changes.switchOff() }
            self.run(writer)
        }
    }

    /// Writes what is pending and closes the file. It waits for that up to the limit. What comes later is lost.
    public func close(within limit: Duration = .seconds(2)) { changes.close(within: limit) }

    /// Waits until everything that was handed over before is written or lost.
    ///
    /// - Returns: Whether that happened in time.
    public func settle(within limit: Duration) -> Bool { changes.settle(within: limit) }

    /// Notes a verdict that is made now, whatever the wall clock says.
    public func kept(_ verdict: KeptVerdict) {
        let now = configuration.clock.sinceBoot()
        changes.add { $0.add(verdict, made: now) }
    }

    /// Notes a fault.
    public func noted(_ fault: KeptFault, of subject: FaultBook.Subject) {
        let times = FaultTable.Times(fault, at: configuration.clock.sinceBoot())
        changes.add { $0.add(times, of: subject) }
    }

    /// Notes that a subject has no fault any more.
    public func cleared(_ subject: FaultBook.Subject) { changes.add { $0.add(nil, of: subject) } }

    /// Notes a report.
    public func kept(_ report: KeptReport) {
        let taken = configuration.clock.sinceBoot() - report.age.milliseconds
        changes.add { $0.add(report, taken: taken) }
    }

    /// Whether there is no file in this run, so that everything is forgotten at its end.
    public var isOff: Bool { changes.isOff }
    /// How long the file has lacked something: the age of the oldest change that is not in it; zero if there is none.
    package func age(at now: ContinuousClock.Instant = .now) -> Duration {
        [losses.since, changes.oldest].compactMap { $0 }.min().map { max(.zero, now - $0) } ?? .zero
    }

    /// What could not be written since the start.
    package var losses: Losses { lost.withLock { $0 } }
    /// How many rows could not be written since the start.
    public var lostRows: Int { losses.count }

    /// The body of the thread.
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
