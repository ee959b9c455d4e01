import Logging
import Foundation
import GRDB
import Inspection
import Records
import Support

/// The work of the store's thread: it opens, reads, writes and sweeps the file. It is not Sendable.
final class StateWriter {
    private let configuration: StateStore.Configuration
    private let holders: StateHolders
    private let log: DatabaseLog
    private let files: ReplaceableFile<StateFile>
    private var sweeper: StateSweeper
    /// Bytes of reports written since the last pruning.
    private var reportBytes = 0
    /// What could not be written so far.
    private(set) var losses = Losses()
    /// When to sweep the file next; far in the future if there is none.
    private(set) var nextSweep = ContinuousClock.now + .seconds(86400)

    init(_ configuration: StateStore.Configuration, _ holders: StateHolders, _ log: GateLog) {
        self.configuration = configuration
        self.holders = holders
        self.log = DatabaseLog(event: "state", log: log)
        files = ReplaceableFile(
            StateFile.name, in: configuration.directory, log: self.log, settingAside: .warning,
            retryInterval: .seconds(10)
        ) { path throws(DatabaseFileError) in
            try StateFile(path, world: configuration.world, clock: configuration.clock)
        }
        sweeper = StateSweeper(limit: configuration.limit, faultMemory: configuration.faultMemory)
    }

    /// Opens the file and reads it.
    ///
    /// - Parameter isStopped: Asked from time to time whether to stop.
    /// - Returns: false if there is no usable file. The daemon goes on without one.
    func open(isStopped: @escaping () -> Bool) -> Bool {
        defer { holders.faults.endRestoring() }
        do throws(DatabaseFileError) {
            let file = try files.open()
            if file.wasForgotten {
                log.tell(.notice, "forgotten", [("cause", "it was found out with other settings")])
            }
            do throws(DatabaseFileError) { try load(file, isStopped) } catch {
                // What was read until then is as good as the rest.
                guard error.kind == .corrupt else { throw error }
                try files.replace(error)
            }
            nextSweep = .now + .seconds(60)
            return true
        } catch {
            log.tell(.warning, "off", [("cause", error.cause), ("path", files.path)])
            files.close()
            return false
        }
    }

    // MARK: Reading

    private func load(_ file: StateFile, _ isStopped: @escaping () -> Bool) throws(DatabaseFileError) {
        let start = ContinuousClock.now
        let holders = holders
        var faults = 0
        var reports = 0
        var verdicts = 0
        var bad = 0
        defer {
            log.tell(
                bad > 0 ? .warning : .notice, "loaded",
                [
                    ("verdicts", "\(verdicts)"), ("reports", "\(reports)"), ("faults", "\(faults)"),
                    ("skipped", "\(bad)"), ("ms", "\((ContinuousClock.now - start).milliseconds)"),
                ])
        }
        let now = file.now
        // Whether the file differs from the book in another way than by what has been entered since.
        var isAmiss = false
        try file.database.perform { db in
            let found = try FaultTable.read(db)
            bad += found.bad
            let kept = found.faults.map { subject, times in
                // Seen in the future, so the clock was set back, and the true age is unknown. Assume that it was not
                // seen at all.
                if times.last > now { isAmiss = true }
                return (
                    subject,
                    KeptFault(
                        age: .milliseconds(times.last - times.first),
                        sinceLast: .milliseconds(max(0, now - times.last)),
                        sightings: times.sightings)
                )
            }
            faults = holders.faults.restore(kept)
            if faults < kept.count { isAmiss = true }
        }
        holders.faults.endRestoring()
        file.faultsAreStale = isAmiss
        try file.database.perform { db in
            let found = try ReportTable.read(db, at: file.nowInSeconds) { report in
                holders.reports([report])
                return !isStopped()
            }
            reports = found.read
            bad += found.bad
        }
        let seconds = file.nowInSeconds
        let wall = configuration.clock.wall() / 1000
        let limit = configuration.limit
        try file.database.perform { db in
            holders.expecting(min(limit, try VerdictTable.count(db)))
            let found = try VerdictTable.read(
                db, at: seconds, ahead: wall - seconds, limit: limit, sharing: holders.sharing
            ) { batch in
                holders.verdicts(batch)
                verdicts += batch.count
                return !isStopped()
            }
            bad += found.bad
        }
    }

    // MARK: Writing

    /// Writes a batch. What cannot be written is lost.
    func write(_ batch: StateBatch) {
        do throws(DatabaseFileError) {
            try files.perform { file throws(DatabaseFileError) in try write(batch, file) }
            if batch.lost > 0 { lost(batch.lost, "too much came at once") } else { ended() }
        } catch {
            lost(batch.count + batch.lost, error.cause)
            if batch.hasFaults { files.current?.faultsAreStale = true }
        }
    }

    private func lost(_ rows: Int, _ cause: String) {
        losses.note(rows)
        log.tell(.warning, "lost", [("rows", "\(losses.count)"), ("cause", cause)], repeated: true)
    }

    /// Notes that everything was written. If something had been lost before, the log says that it is over.
    private func ended() {
        losses.end()
        if let lost = losses.over() { log.tell(.notice, "working", [("lost", "\(lost)")]) }
    }

    private func write(_ batch: StateBatch, _ file: StateFile) throws(DatabaseFileError) {
        let offset = file.offset
        let all = file.faultsAreStale ? holders.faults.all() : nil
        let now = file.now
        try file.transaction { db in
            if let all {
                try FaultTable.replace(all.map { ($0, FaultTable.Times($1, at: now)) }, db)
            } else {
                try FaultTable.write(batch.faults(offset: offset), db)
            }
            let reports = batch.reports(offset: offset)
            try ReportTable.write(reports, db)
            self.reportBytes += reports.reduce(0) { $0 + $1.report.byteCount }
            // A flood of long chains must not exceed the limit until the next sweep.
            if self.reportBytes > ReportTable.byteLimit / 4 {
                try ReportTable.prune(db, at: now / 1000)
                self.reportBytes = 0
            }
            try VerdictTable.write(batch.verdicts(offset: offset), db, &file.bodies)
        }
        file.faultsAreStale = batch.lostFaults
    }

    /// Looks through a part of the file for what has run out.
    func sweep() {
        guard ContinuousClock.now >= nextSweep else { return }
        guard let file = files.current else {
            nextSweep = .now + .seconds(60)
            return
        }
        do throws(DatabaseFileError) {
            let isThrough = try sweeper.step(file)
            nextSweep = .now + (isThrough ? configuration.sweepInterval : .zero)
        } catch {
            nextSweep = .now + .seconds(60)
            log.tell(.warning, "sweep-failed", [("cause", error.cause)], repeated: true)
            files.recover(from: error)
        }
    }

    func close() { files.close() }
}
