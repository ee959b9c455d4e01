import Logging
import Foundation
import GRDB
import Support

/// The work of the trace's thread: it opens the file, writes it and deletes old rows. It is not Sendable.
final class TraceWriter {
    private let configuration: TraceStore.Configuration
    private let store: TraceStore
    private let log: DatabaseLog
    private let files: ReplaceableFile<TraceFile>
    private var sweeper: TraceSweeper
    private(set) var statistics = TraceStore.Statistics()
    private var nextSweep = ContinuousClock.now
    private var nextCounts = ContinuousClock.now
    /// The hour that is counted now.
    private var hour: Int64
    /// The counts that are not in the file yet.
    private var counts: [Int64: [RecipientCounts.Kind: UInt64]] = [:]
    private var sets: [Int64: [DestinationCounts.Kind: SketchSet]] = [:]
    /// The number of rows written since the last sweep.
    private var sinceSweep = 0
    /// The counts of at most so many hours wait for a file that cannot be written. Older ones are forgotten.
    private static let hourLimit = 48

    init(_ configuration: TraceStore.Configuration, _ store: TraceStore, _ log: GateLog) {
        self.configuration = configuration
        self.store = store
        self.log = DatabaseLog(event: "trace", log: log)
        files = ReplaceableFile(
            TraceFile.name, in: configuration.directory, log: self.log, settingAside: .error,
            retryInterval: configuration.retryInterval
        ) { path throws(DatabaseFileError) in
            try TraceFile(path)
        }
        sweeper = TraceSweeper(
            retention: store.bounds.retention, rows: store.bounds.rows, inspections: configuration.inspections)
        hour = configuration.now() / TraceTime.hour
        nextCounts = .now + configuration.countInterval
        nextSweep = .now + configuration.sweepInterval
    }

    /// When the thread must do something although no recipient comes.
    var nextWake: ContinuousClock.Instant {
        let now = configuration.now()
        let hourEnd = ContinuousClock.now + .milliseconds((now / TraceTime.hour + 1) * TraceTime.hour - now)
        return min(nextCounts, nextSweep, hourEnd)
    }

    /// Opens the file.
    func open() {
        do throws(DatabaseFileError) {
            statistics.rows = try files.open().rows
            statistics.state = .on
        } catch {
            statistics.state = .failing
            statistics.losses.note(0)
            log.tell(.error, "off", [("cause", error.cause), ("path", files.path)])
        }
    }

    // MARK: Writing

    /// Writes a batch together with the counts, so that both are of the same moment. Rows that cannot be written are
    /// lost. Counts are kept for later.
    func write(_ batch: TraceBatch, withCounts isAsked: Bool) {
        let isTime = collect(isAsked || !batch.isEmpty)
        for (hour, kinds) in batch.counts { counts[hour, default: [:]].merge(kinds, uniquingKeysWith: +) }
        // After a failure it tries again, also if there is nothing to write.
        let isDue = isTime && (!(counts.isEmpty && sets.isEmpty) || statistics.state == .failing)
        guard !batch.isEmpty || isDue else {
            // Nothing has been lost since.
            if statistics.state == .on { ended() }
            return
        }
        do throws(DatabaseFileError) {
            try files.perform { file throws(DatabaseFileError) in try write(batch, isTime, file) }
            noteRows()
            statistics.rowsWritten += batch.entries.count
            statistics.state = .on
            if batch.lost > 0 { lost(batch.lost, "too many came at once") } else { ended() }
        } catch {
            noteRows()
            lost(batch.entries.count + batch.lost, error.cause)
            statistics.state = .failing
        }
    }

    /// Without a file the number is the last one known.
    private func noteRows() { if let file = files.current { statistics.rows = file.rows } }

    private func lost(_ rows: Int, _ cause: String) {
        statistics.losses.note(rows)
        // Counts alone are not lost: they are kept for later.
        guard rows > 0 else { return }
        log.tell(.warning, "lost", [("rows", "\(statistics.losses.count)"), ("cause", cause)], repeated: true)
    }

    /// Notes that all was written, and logs the end of a loss.
    private func ended() {
        statistics.losses.end()
        guard let lost = statistics.losses.over() else { return }
        log.tell(.notice, "working", [("rows", "\(statistics.rows)"), ("lost", "\(lost)")])
    }

    private func write(_ batch: TraceBatch, _ isTime: Bool, _ file: TraceFile) throws(DatabaseFileError) {
        let port = configuration.port
        try file.database.transaction { db in
            try TraceTable.write(batch.ended, port: port, db)
            try TraceTable.write(batch.entries, port: port, db)
            if isTime {
                try TraceTable.add(counts, db)
                try TraceTable.unite(sets, db)
            }
        }
        file.rows += batch.entries.count
        if isTime {
            counts = [:]
            sets = [:]
        }
        sinceSweep += batch.count
        // A flood must not exceed the bound before the next sweep is due.
        if sinceSweep >= max(1, min(5000, store.bounds.rows / 10)) { nextSweep = .now }
    }

    /// Collects what was counted, if it is time.
    private func collect(_ isAsked: Bool) -> Bool {
        let now = configuration.now() / TraceTime.hour
        guard isAsked || now != hour || ContinuousClock.now >= nextCounts else { return false }
        nextCounts = .now + configuration.countInterval
        let taken = store.counts.take()
        if !taken.isEmpty { counts[hour, default: [:]].merge(taken, uniquingKeysWith: +) }
        let found = store.destinations.sets.filter { $0.value.count > 0 }
        if !found.isEmpty {
            sets[hour, default: [:]].merge(found) { left, right in
                var united = left
                united.formUnion(right)
                return united
            }
        }
        if now != hour {
            hour = now
            store.destinations.turn()
        }
        while counts.count > Self.hourLimit, let oldest = counts.keys.min() { counts[oldest] = nil }
        while sets.count > Self.hourLimit, let oldest = sets.keys.min() { sets[oldest] = nil }
        return true
    }

    /// Deletes some of the rows that are too old or too many.
    func sweep() {
        guard ContinuousClock.now >= nextSweep else { return }
        nextSweep = .now + configuration.sweepInterval
        guard let file = files.current else { return }
        sweeper.adopt(store.bounds)
        do throws(DatabaseFileError) {
            // It deletes as many as came in, so that a flood does not exceed the bound.
            var left = sinceSweep
            sinceSweep = 0
            var isThrough = false
            repeat {
                let now = configuration.isClockWrong() ? nil : configuration.now()
                isThrough = try sweeper.step(file, now: now, uptime: configuration.uptime())
                file.rows = max(0, file.rows - sweeper.removed)
                left -= TraceSweeper.step
            } while !isThrough && left > 0
            if !isThrough { nextSweep = .now }
        } catch {
            log.tell(.warning, "sweep-failed", [("cause", error.cause)], repeated: true)
            files.recover(from: error)
        }
        noteRows()
    }

    func close() { files.close() }
}
