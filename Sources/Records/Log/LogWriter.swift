import Foundation
public import Logging
public import Policy
public import Support
import Synchronization

/// Writes the log: a bounded queue, and one thread that writes from it, so that no reply ever waits for a log.
///
/// Lines are complete when they come, because that is cheaper than to pass on their parts. While there is traffic, the
/// thread checks about fifty times per second and takes everything at once. It has to be woken only if there was none.
/// Lines that find no room are dropped, and an `event=log-dropped` line has their number as soon as lines are accepted
/// again.
public final class LogWriter: Sendable {
    /// How long the thread waits for lines to collect.
    private static let gathering = Duration.milliseconds(20)
    /// After this many checks without a line, it waits to be woken.
    private static let patience = 10
    /// How long it may take to write what is queued when the log is closed.
    private static let farewell = Duration.seconds(1)

    private let queue = LogQueue()
    /// Whether the thread waits to be woken.
    private let isResting = Atomic<Bool>(false)
    private let isClosed = Atomic<Bool>(false)
    private let droppedLines = Mutex(Losses())
    /// When to give up lines that are not written by then; nil while the log is open.
    private let end = Mutex<ContinuousClock.Instant?>(nil)
    private let work = Signal()
    private let done = Signal()

    /// A writer to syslog or standard error, with its thread. If syslog is set and not available, it is standard error.
    public convenience init(_ target: Settings.LogTarget) {
        // Always, because libmilter reports malformed bytes from an MTA to syslog, whatever is set here.
        Self.ident.utf8Start.withMemoryRebound(to: CChar.self, capacity: Self.ident.utf8CodeUnitCount + 1) {
            openlog($0, LOG_PID, LOG_MAIL)
        }
        let syslog = target == .syslog ? SyslogOutlet() : nil
        if let syslog, syslog.isConnected {
            self.init(to: syslog)
            return
        }
        self.init(to: ErrorOutlet())
        if syslog != nil {
            write(
                .warning,
                LogLine(event: "log-target").adding("target", "stderr").adding(
                    "cause", "no \(SyslogOutlet.standardPath)"))
        }
    }

    /// A writer to an outlet, with its thread.
    init(to outlet: some LogOutlet) { Thread.detachNewThread { self.run(outlet) } }

    /// The name for openlog(3), which keeps the pointer. A literal lives as long as the process.
    private static let ident: StaticString = "danegate"

    /// Queues a line. Does no I/O, and never waits.
    public func write(_ level: Logger.Level, _ line: LogLine) {
        line.bytes.withUnsafeBufferPointer { write(level, $0) }
    }

    /// Queues a line given as bytes without a newline. Does no I/O, allocates no memory, and never waits.
    func write(_ level: Logger.Level, _ line: UnsafeBufferPointer<UInt8>) {
        guard !isClosed.load(ordering: .relaxed) else { return }
        queue.put(level, line, time: Int(SystemClock.coarseWall.seconds))
        // The thread says that it rests and then checks once more. So either it sees this line, or this call sees that
        // it rests.
        if isResting.load(ordering: .sequentiallyConsistent),
            isResting.exchange(false, ordering: .sequentiallyConsistent)
        {
            work.signal()
        }
    }

    /// The lines for which there was no room, as far as the thread has noticed.
    var losses: Losses { droppedLines.withLock { $0 } }
    /// How many lines there was no room for.
    var dropped: Int { losses.count }

    /// Writes what is queued and ends the thread. Lines that come later are lost. It waits for that for at most two
    /// seconds.
    public func close() {
        end.withLock { $0 = $0 ?? .now + Self.farewell }
        isClosed.store(true, ordering: .sequentiallyConsistent)
        work.signal()
        _ = done.wait(until: .now + Self.farewell * 2)
    }

    private func run(_ outlet: some LogOutlet) {
        var outlet = outlet
        var batch = LogBacklog(prefix: outlet.prefix)
        var looks = 0
        while true {
            let wasClosed = isClosed.load(ordering: .sequentiallyConsistent)
            let dropped = queue.takeAll(into: &batch)
            if dropped > 0 {
                droppedLines.withLock {
                    $0.note(dropped)
                    $0.end()
                }
                let line = LogLine(event: "log-dropped").adding("count", "\(dropped)")
                batch.append(.warning, line, time: Int(unixTime()))
            }
            let isWritten = write(batch, to: &outlet)
            if wasClosed, batch.isEmpty || !isWritten { break }
            looks = batch.isEmpty ? looks + 1 : 0
            batch.removeAll()
            if wasClosed { continue }
            if looks > Self.patience { rest() } else { _ = work.wait(until: .now + Self.gathering) }
        }
        done.signal()
    }

    /// Waits to be woken.
    private func rest() {
        isResting.store(true, ordering: .sequentiallyConsistent)
        // A caller that has queued a line before this does not wake the thread. One that does so later does.
        if queue.isEmpty, !isClosed.load(ordering: .sequentiallyConsistent) {
            work.wait()
        } else if !isResting.exchange(false, ordering: .sequentiallyConsistent) {
            // A caller is about to signal.
            work.wait()
        }
    }

    /// Writes all lines, however long that takes while the log is open.
    ///
    /// - Returns: false if the log was closed and the time for that is over.
    private func write(_ batch: LogBacklog, to outlet: inout some LogOutlet) -> Bool {
        var next = 0
        while true {
            next = outlet.write(batch, from: next)
            guard next < batch.entries.count else { return true }
            if let end = end.withLock({ $0 }), end <= .now { return false }
            outlet.wait()
        }
    }
}
