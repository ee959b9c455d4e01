import DANE
public import Inspection
package import Policy
public import Support
import Synchronization

/// The message trace: every recipient that was refused or would have been, the inspections behind that, and counts of all others,
/// in a file of the state directory.
///
/// It is written behind the replies, in one transaction every second or so, by a thread of its own. Whoever hands a recipient over
/// takes one short lock, and one that was accepted is only counted, without a lock. What cannot be written is lost, counted and
/// logged, and mail knows nothing of it.
public final class TraceStore: InspectionJournal {
    /// How the store goes about it.
    public struct Configuration: Sendable {
        /// The state directory; made if it is not there.
        public var directory: String
        /// How long the trace reaches back.
        public var retention = Duration.seconds(30 * 86400)
        /// The most recipients in it.
        public var rows = 1_000_000
        /// What is kept of addresses.
        package var addresses = Settings.TraceAddresses.full
        /// The most inspections in it, of up to 24 KB each.
        var inspections = 10_000
        /// The port that is not written behind a next hop.
        public var port: UInt16 = 25
        /// The time in which recipients are collected.
        public var interval = Duration.seconds(1)
        /// The time after which counts are written where nobody was refused; else they are written with that.
        public var countInterval = Duration.seconds(2)
        /// The time between two looks for what is too old or too much.
        public var sweepInterval = Duration.seconds(60)
        /// How long a file that could not be had is left alone.
        public var retryInterval = Duration.seconds(10)
        /// The time, in milliseconds since 1970.
        public var now: @Sendable () -> Int64 = { TraceTime.now() }
        /// Whether that is known to be wrong.
        package var isClockWrong: @Sendable () -> Bool = { false }
        /// A clock that nobody sets, in milliseconds.
        var uptime: @Sendable () -> Int64 = { TraceTime.uptime() }

        /// A configuration with the daemon's usual times.
        public init(directory: String) { self.directory = directory }
    }

    /// How the trace is doing.
    public struct Statistics: Sendable, Hashable {
        /// What has become of the file; the raw values are for `status`.
        public enum State: String, Sendable {
            /// Nothing has been opened yet.
            case starting
            /// All is well.
            case on
            /// The last batch could not be written.
            case failing
            /// It has been closed.
            case closed
        }

        /// What has become of the file.
        public internal(set) var state = State.starting
        /// Recipients in the file.
        public internal(set) var rows = 0
        /// Recipients written since the start.
        public internal(set) var rowsWritten = 0
        /// Recipients lost since the start, and whether that is over.
        public internal(set) var losses = Losses()
        /// Recipients that wait to be written.
        public internal(set) var queued = 0
    }

    /// How many recipients there were of each kind since the start.
    let counts: RecipientCounts
    let destinations = DestinationCounts()
    /// What is kept of addresses.
    package var addresses: Settings.TraceAddresses { limits.withLockBarging { $0.addresses } }
    /// How long the trace reaches back, and how many recipients it holds at most.
    var bounds: (retention: Duration, rows: Int) { limits.withLock { ($0.retention, $0.rows) } }
    private let configuration: Configuration
    private let log: GateLog
    private let pending: WriteBehind<TraceBatch>
    private let state = Mutex(Statistics())
    private let limits: Mutex<(addresses: Settings.TraceAddresses, retention: Duration, rows: Int)>

    /// A trace; nothing is opened yet.
    ///
    /// - Parameter counts: What recipients are counted in; the trace takes away what it has written.
    public init(_ configuration: Configuration, log: GateLog, counts: RecipientCounts = RecipientCounts()) {
        self.configuration = configuration
        limits = Mutex((configuration.addresses, configuration.retention, configuration.rows))
        self.counts = counts
        self.log = log
        // A second's recipients are one transaction.
        pending = WriteBehind(interval: configuration.interval)
    }

    /// Goes by these settings from now on. Rows that are there already lose nothing by it but their place.
    package func adopt(_ settings: Settings) {
        limits.withLock { $0 = (settings.traceAddresses, settings.traceRetention, settings.traceRows) }
    }

    /// Opens the file, and writes from then on; all that on a thread of its own.
    public func begin() {
        pending.begin("trace") { self.run(TraceWriter(self.configuration, self, self.log)) }
    }

    /// Writes what is pending, and closes the file. Waits for that, so long at most; what comes later is lost.
    public func close(within limit: Duration = .seconds(2)) { pending.close(within: limit) }

    /// Waits until all that was handed over before is written or lost, counts included.
    ///
    /// - Returns: Whether that was so in time.
    public func settle(within limit: Duration) -> Bool { pending.settle(within: limit) }

    /// How the trace is doing.
    public var statistics: Statistics {
        var statistics = state.withLock { $0 }
        statistics.queued = pending.pending { $0.entries.count }
        return statistics
    }

    /// The time, for entries.
    package var now: Int64 { configuration.now() }

    /// Counts the destination of a recipient that was ruled upon. Does no I/O, and takes no lock.
    package func count(_ ruling: Ruling, _ destination: Destination?) {
        guard let destination else { return }
        destinations.add(destination, .init(ruling.outcome, isHazard: ruling.hazard != nil))
    }

    /// Takes a recipient in that was refused or would have been. Does no I/O.
    package func record(_ entry: TraceEntry) { pending.add { $0.add(entry) } }

    /// Takes an inspection in, if there is something to be said about it.
    public func ended(_ inspection: Inspection, demandingDANE: Bool) {
        let verdict = inspection.verdict
        let lacks = demandingDANE && verdict.outcome.lacksDANE
        guard !verdict.outcome.allowsDelivery || !verdict.hazards.isEmpty || lacks else { return }
        let now = configuration.now()
        pending.add { $0.add(inspection, at: now) }
    }

    /// The thread.
    private func run(_ writer: TraceWriter) {
        writer.open()
        note(writer)
        while true {
            let turn = pending.turn(until: writer.nextWake)
            writer.write(turn.rows, withCounts: turn.isLast || turn.isAwaited)
            if !turn.isLast { writer.sweep() }
            note(writer)
            turn.end()
            if turn.isLast { break }
        }
        writer.close()
        state.withLock { $0.state = .closed }
    }

    private func note(_ writer: TraceWriter) {
        let statistics = writer.statistics
        state.withLock { $0 = statistics }
    }
}
