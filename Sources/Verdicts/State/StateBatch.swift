import DANE
import Inspection
import Probe
import Records
import Support

/// The rows to be written, with the latest state of each thing, up to a limit. Times are milliseconds since the boot,
/// as the file's time is known only once it is open.
struct StateBatch: PendingRows {
    private struct ReportKey: Hashable, Sendable {
        let target: ProbeTarget
        let records: [TLSARecord]
    }

    /// The most verdicts, and the most faults. Further ones are lost until the next batch.
    static let limit = 200_000
    /// The most reports. Each takes some kilobytes.
    static let reportLimit = 2_000
    /// The most bytes. The disk may be slow, and strangers determine the texts and chains (F-131).
    static let byteLimit = 48 << 20

    private var verdicts: [VerdictKey: (verdict: KeptVerdict, made: Int64)] = [:]
    private var faults: [FaultBook.Subject: FaultTable.Times?] = [:]
    private var reports: [ReportKey: (report: KeptReport, taken: Int64)] = [:]
    /// About how many bytes it takes. What was replaced by something later counts twice.
    private(set) var bytes = 0
    /// How many rows did not fit.
    private(set) var lost = 0
    /// Whether one of those was a fault.
    private(set) var lostFaults = false

    /// Whether there is nothing to write.
    var isEmpty: Bool { verdicts.isEmpty && faults.isEmpty && reports.isEmpty && lost == 0 }

    /// The number of rows to write.
    var count: Int { verdicts.count + faults.count + reports.count }

    /// Whether there are changes of the book of faults.
    var hasFaults: Bool { !faults.isEmpty || lostFaults }

    /// Adds a verdict.
    mutating func add(_ verdict: KeptVerdict, made: Int64) {
        let key = VerdictKey(verdict.destination, demandsDANE: verdict.demandsDANE)
        guard verdicts.count < Self.limit || verdicts[key] != nil, hasRoom(200 + verdict.body.byteCount) else {
            lost += 1
            return
        }
        verdicts[key] = (verdict, made)
    }

    /// Adds a change of the book of faults; nil for a subject without a fault.
    mutating func add(_ times: FaultTable.Times?, of subject: FaultBook.Subject) {
        guard faults.count < Self.limit || faults[subject] != nil, hasRoom(200) else {
            lost += 1
            lostFaults = true
            return
        }
        faults.updateValue(times, forKey: subject)
    }

    /// Adds a report.
    mutating func add(_ report: KeptReport, taken: Int64) {
        let key = ReportKey(target: report.target, records: report.records)
        guard reports.count < Self.reportLimit || reports[key] != nil, hasRoom(report.byteCount) else {
            lost += 1
            return
        }
        reports[key] = (report, taken)
    }

    /// Reserves this many bytes. Returns false if there is no room.
    private mutating func hasRoom(_ size: Int) -> Bool {
        guard bytes + size <= Self.byteLimit else { return false }
        bytes += size
        return true
    }

    /// The verdicts in the file's time, in the order of its rows, because those are then closer together.
    func verdicts(offset: Int64) -> [KeptVerdict] {
        verdicts.values.map { verdict, made in
            KeptVerdict(
                destination: verdict.destination, demandsDANE: verdict.demandsDANE, body: verdict.body,
                made: (made + offset) / 1000, fresh: verdict.fresh, stale: verdict.stale)
        }.sorted { $0.destination.name.text < $1.destination.name.text }
    }

    /// The changes of the book of faults in the file's time.
    func faults(offset: Int64) -> [(FaultBook.Subject, FaultTable.Times?)] {
        faults.map { subject, times in
            (
                subject,
                times.map {
                    FaultTable.Times(first: $0.first + offset, last: $0.last + offset, sightings: $0.sightings)
                }
            )
        }
    }

    /// The reports in the file's time.
    func reports(offset: Int64) -> [(report: KeptReport, taken: Int64)] {
        reports.values.map { ($0.report, ($0.taken + offset) / 1000) }
    }
}

extension FaultTable.Times {
    /// The times of a fault in its present state.
    ///
    /// - Parameter now: The present in milliseconds of any clock.
    init(_ fault: KeptFault, at now: Int64) {
        last = now - fault.sinceLast.milliseconds
        // Rounded down, so that no fault gets older by being written.
        first = last - fault.age.milliseconds
        sightings = fault.sightings
    }
}
