public import Logging
import Support
import Synchronization

/// Writes what libraries say through swift-log into danegate's log: `event=library`. (What libunbound says comes
/// another way, see `LibraryLog`.)
///
/// A library may log for each connection of a hostile client, and put a client's words into its lines. So there is a
/// bound for all libraries together, a line is cut where each value of the log is, and everything but printable ASCII
/// is escaped.
public struct LibraryLogHandler: LogHandler {
    /// The bound of all handlers.
    private final class Bound: Sendable {
        let limit = Mutex(RateLimit(most: 20, per: .seconds(10)))
    }

    private let label: String
    private let target: GateLog
    private let bound: Bound
    /// The level that the library has chosen for its logger, if it has.
    private var chosen: Logger.Level?

    /// What the library adds to each line of its logger.
    public var metadata: Logger.Metadata = [:]

    /// What the library need not make lines for: by default, what danegate does not write. That may change while it
    /// runs.
    public var logLevel: Logger.Level {
        get { chosen ?? target.lowest }
        set { chosen = newValue }
    }

    /// Makes the handlers of all loggers from now on. Call it once in a process.
    public static func install(_ log: GateLog) {
        let bound = Bound()
        LoggingSystem.bootstrap { LibraryLogHandler($0, log, bound) }
    }

    private init(_ label: String, _ log: GateLog, _ bound: Bound) {
        self.label = label
        target = log
        self.bound = bound
    }

    /// A handler that shares its bound with no other.
    init(_ label: String, _ log: GateLog) { self.init(label, log, Bound()) }

    /// One value of the metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Logs a line, or counts it. Does no I/O, and never waits.
    public func log(event: LogEvent) {
        guard target.writes(event.level), let held = bound.limit.withLock({ $0.take() }) else { return }
        var text = event.message.description
        let values = metadata.merging(event.metadata ?? [:]) { _, own in own }
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
        if let error = event.error { text += " error=\(error)" }
        let line = LogLine(event: "library").adding("label", label).adding("message", text)
        target.event(event.level, held > 0 ? line.adding("repeated", "\(held)") : line)
    }
}
