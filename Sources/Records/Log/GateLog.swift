public import Logging
public import Policy
public import Support
import Synchronization

/// The log of the gate: rulings, and events. Events that repeat are suppressed and counted.
public final class GateLog: Sendable {
    /// A repeated event is logged once in this time.
    static let interval = Duration.seconds(60)

    private let writer: LogWriter
    /// The lowest level that is written, as its index among all levels. It is read for every recipient.
    private let least: Atomic<Int>
    private let repeated = Mutex<[String: RateLimit]>([:])

    /// A log with the given settings.
    public convenience init(_ settings: Settings) { self.init(LogWriter(settings.log), settings.logLevel) }

    /// A log of lines of a level and above.
    init(_ writer: LogWriter, _ level: Settings.LogLevel) {
        self.writer = writer
        least = Atomic(Logger.Level(level).place)
    }

    /// The lowest level that is written.
    var lowest: Logger.Level { Logger.Level.allCases[least.load(ordering: .relaxed)] }

    /// Whether lines of a level are written.
    public func writes(_ level: Logger.Level) -> Bool { level.place >= least.load(ordering: .relaxed) }

    /// From now on, writes lines of this level and above.
    package func adopt(_ level: Settings.LogLevel) { least.store(Logger.Level(level).place, ordering: .relaxed) }

    /// Logs a line. It is made only if its level is written. Does no I/O.
    public func write(_ level: Logger.Level, _ line: () -> LogLine) {
        if writes(level) { writer.write(level, line()) }
    }

    /// Logs the ruling on a recipient. Allocates no memory unless the line is long.
    package func write(_ level: Logger.Level, _ ruling: borrowing RulingLine) {
        guard writes(level) else { return }
        // Nearly all lines fit. How much room a line needs is computed only if it does not.
        let isWritten = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
            var cursor = LineCursor(buffer)
            ruling.write(to: &cursor)
            guard !cursor.isCut else { return false }
            writer.write(level, UnsafeBufferPointer(rebasing: buffer.prefix(cursor.count)))
            return true
        }
        if !isWritten { writer.write(level, ruling.line) }
    }

    /// Logs an event.
    public func event(_ level: Logger.Level, _ line: LogLine) { write(level) { line } }

    /// Logs an event that may come in floods: at most one of a kind per minute, with the number suppressed since.
    public func event(_ level: Logger.Level, repeated kind: String, _ line: LogLine) {
        guard writes(level) else { return }
        let held = repeated.withLock { $0[kind, default: RateLimit(most: 1, per: Self.interval)].take() }
        guard let held else { return }
        event(level, held > 0 ? line.adding("repeated", "\(held)") : line)
    }

    /// The lines that were dropped since the start.
    package var losses: Losses { writer.losses }
    /// How many lines were dropped since the start.
    var dropped: Int { writer.dropped }

    /// Writes what is queued. Nothing is logged afterwards.
    public func close() { writer.close() }
}

extension Logger.Level {
    init(_ level: Settings.LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            }
    }
}
