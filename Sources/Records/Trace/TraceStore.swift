package import DANE
import Glibc
public import Inspection
package import Policy
public import Support
import Synchronization

/// The message trace: all recipients that were refused or would have been, the inspections behind that, and the counts
/// of all others, in a file of the state directory.
///
/// A thread of its own writes it after the replies, in about one transaction per second. A caller that hands a
/// recipient over takes one short lock. An accepted recipient is only counted, without a lock. What cannot be written
/// is lost, counted and logged. No mail waits for it or fails because of it.
public final class TraceStore: InspectionJournal {
    /// How the store works.
    public struct Configuration: Sendable {
        /// The state directory. It is made if it does not exist.
        public var directory: String
        /// How long recipients stay in the trace.
        public var retention = Duration.seconds(30 * 86400)
        /// The most recipients in the trace.
        public var rows = 1_000_000
        /// What is kept of addresses.
        package var addresses = Settings.TraceAddresses.full
        /// The most inspections in the trace, of up to 24 KB each.
        var inspections = 10_000
        /// The standard port, which is not written behind a next hop.
        public var port: UInt16 = 25
        /// How long recipients are collected before they are written.
        public var interval = Duration.seconds(1)
        /// How long counts are collected before they are written, if no recipient was refused. Else they are written
        /// with the refused recipients.
        public var countInterval = Duration.seconds(2)
        /// The time between two looks for rows that are too old or too many.
        public var sweepInterval = Duration.seconds(60)
        /// How long the store waits before it tries a failed file again.
        public var retryInterval = Duration.seconds(10)
        /// The time, in milliseconds since 1970.
        public var now: @Sendable () -> Int64 = { TraceTime.now() }
        /// Whether that time is known to be wrong.
        package var isClockWrong: @Sendable () -> Bool = { false }
        /// A clock that nobody can set, in milliseconds.
        var uptime: @Sendable () -> Int64 = { TraceTime.uptime() }

        /// Makes a configuration with the daemon's usual times.
        public init(directory: String) { self.directory = directory }
    }

    /// The state of the trace.
    public struct Statistics: Sendable, Hashable {
        /// The state of the file. The raw values are for `danegate status`.
        public enum State: String, Sendable {
            /// Nothing has been opened yet.
            case starting
            /// The trace works.
            case on
            /// The last batch could not be written.
            case failing
            /// It has been closed.
            case closed
        }

        /// The state of the file.
        public internal(set) var state = State.starting
        /// The number of recipients in the file.
        public internal(set) var rows = 0
        /// The number of recipients written since the start.
        public internal(set) var rowsWritten = 0
        /// The recipients lost since the start, and whether the loss is over.
        public internal(set) var losses = Losses()
        /// The number of recipients that wait to be written.
        public internal(set) var queued = 0
    }

    /// The number of recipients per kind since the start.
    let counts: RecipientCounts
    let destinations = DestinationCounts()
    /// What is kept of addresses.
    package var addresses: Settings.TraceAddresses { limits.withLockBarging { $0.addresses } }
    /// How long recipients stay in the trace, and how many it holds at most.
    var bounds: (retention: Duration, rows: Int) { limits.withLock { ($0.retention, $0.rows) } }
    private let configuration: Configuration
    private let log: GateLog
    private let pending: WriteBehind<TraceBatch>
    private let state = Mutex(Statistics())
    private let limits: Mutex<(addresses: Settings.TraceAddresses, retention: Duration, rows: Int)>

    /// Makes a trace. It opens nothing yet.
    ///
    /// - Parameter counts: The counts of recipients. The trace takes away what it has written.
    public init(_ configuration: Configuration, log: GateLog, counts: RecipientCounts = RecipientCounts()) {
        self.configuration = configuration
        limits = Mutex((configuration.addresses, configuration.retention, configuration.rows))
        self.counts = counts
        self.log = log
        // The recipients of one second are one transaction.
        pending = WriteBehind(interval: configuration.interval)
    }

    /// Adopts these settings. Rows that are there already only lose their place, if the bounds are now tighter.
    package func adopt(_ settings: Settings) {
        limits.withLock { $0 = (settings.traceAddresses, settings.traceRetention, settings.traceRows) }
    }

    /// Opens the file on a thread of its own, which writes from then on.
    public func begin() {
        pending.begin("trace") { self.run(TraceWriter(self.configuration, self, self.log)) }
    }

    /// Writes what is pending, and closes the file. It waits for that at most so long. What comes later is lost.
    public func close(within limit: Duration = .seconds(2)) { pending.close(within: limit) }

    /// Waits until all that was handed over before is written or lost, counts included.
    ///
    /// - Returns: Whether that was done within the limit.
    public func settle(within limit: Duration) -> Bool { pending.settle(within: limit) }

    /// The state of the trace.
    public var statistics: Statistics {
        var statistics = state.withLock { $0 }
        statistics.queued = pending.pending { $0.entries.count }
        return statistics
    }

    /// How many bytes the file has, with its write-ahead log. It asks the system, which takes a moment.
    package var bytes: Int {
        ["", "-wal"].reduce(0) { sum, ending in
            var facts = stat()
            let path = "\(configuration.directory)/\(TraceFile.name)\(ending)"
            return sum + (stat(path, &facts) == 0 ? max(0, Int(facts.st_size)) : 0)
        }
    }

    /// The time for entries, in milliseconds since 1970.
    package var now: Int64 { configuration.now() }

    /// Counts the destination of a recipient that was ruled on. It does no I/O, and takes no lock.
    package func count(_ outcome: Outcome, isHazard: Bool, _ destination: Destination) {
        destinations.add(destination, .init(outcome, isHazard: isHazard))
    }

    /// Takes in a recipient that was refused or would have been. It does no I/O.
    package func record(_ entry: TraceEntry) { pending.add { $0.add(entry) } }

    /// Takes in an inspection, if it found something worth keeping.
    public func ended(_ inspection: Inspection, demandingDANE: Bool) {
        let verdict = inspection.verdict
        let lacks = demandingDANE && verdict.outcome.lacksDANE
        guard !verdict.outcome.allowsDelivery || !verdict.hazards.isEmpty || lacks else { return }
        let now = configuration.now()
        pending.add { $0.add(inspection, at: now) }
    }

    /// The body of the thread.
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
