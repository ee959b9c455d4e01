import DANE
import Inspection
import Probe
import Records
import Support

/// What is to be written, the latest of each thing: bounded. Its times are milliseconds since the boot: the time of the file is known
/// when it is open.
struct StateBatch: PendingRows {
    private struct ReportKey: Hashable, Sendable {
        let target: ProbeTarget
        let records: [TLSARecord]
    }

    /// More verdicts, or faults, are lost until the next batch.
    static let limit = 200_000
    /// More reports, which have kilobytes each, are.
    static let reportLimit = 2_000
    /// More bytes are lost, too: the disk may be slow, and the texts and chains are a stranger's.
    static let byteLimit = 48 << 20

    private var verdicts: [VerdictKey: (verdict: KeptVerdict, made: Int64)] = [:]
    private var faults: [FaultBook.Subject: FaultTable.Times?] = [:]
    private var reports: [ReportKey: (report: KeptReport, taken: Int64)] = [:]
    /// What all that takes, roughly; what was replaced by something later counts twice.
    private(set) var bytes = 0
    /// How many rows did not fit.
    private(set) var lost = 0
    /// Whether any of those was one of the book of faults.
    private(set) var lostFaults = false

    /// Whether there is nothing to write.
    var isEmpty: Bool { verdicts.isEmpty && faults.isEmpty && reports.isEmpty && lost == 0 }

    /// How many rows there are to write.
    var count: Int { verdicts.count + faults.count + reports.count }

    /// Whether there are changes of the book of faults.
    var hasFaults: Bool { !faults.isEmpty || lostFaults }

    /// Takes a verdict in.
    mutating func add(_ verdict: KeptVerdict, made: Int64) {
        let key = VerdictKey(verdict.destination, demandsDANE: verdict.demandsDANE)
        guard verdicts.count < Self.limit || verdicts[key] != nil, hasRoom(200 + verdict.body.byteCount) else {
            lost += 1
            return
        }
        verdicts[key] = (verdict, made)
    }

    /// Takes a change of the book of faults in; nil for a subject that is in order.
    mutating func add(_ times: FaultTable.Times?, of subject: FaultBook.Subject) {
        guard faults.count < Self.limit || faults[subject] != nil, hasRoom(200) else {
            lost += 1
            lostFaults = true
            return
        }
        faults.updateValue(times, forKey: subject)
    }

    /// Takes a report in.
    mutating func add(_ report: KeptReport, taken: Int64) {
        let key = ReportKey(target: report.target, records: report.records)
        guard reports.count < Self.reportLimit || reports[key] != nil, hasRoom(report.byteCount) else {
            lost += 1
            return
        }
        reports[key] = (report, taken)
    }

    /// Takes room for so many bytes, if there is any.
    private mutating func hasRoom(_ size: Int) -> Bool {
        guard bytes + size <= Self.byteLimit else { return false }
        bytes += size
        return true
    }

    /// The verdicts in the time of the file, and in the order of its rows, which lie closer together then.
    func verdicts(offset: Int64) -> [KeptVerdict] {
        verdicts.values.map { verdict, made in
            KeptVerdict(
                destination: verdict.destination, demandsDANE: verdict.demandsDANE, body: verdict.body,
                made: (made + offset) / 1000, fresh: verdict.fresh, stale: verdict.stale)
        }.sorted { $0.destination.name.text < $1.destination.name.text }
    }

    /// The changes of the book of faults in the time of the file.
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

    /// The reports in the time of the file.
    func reports(offset: Int64) -> [(report: KeptReport, taken: Int64)] {
        reports.values.map { ($0.report, ($0.taken + offset) / 1000) }
    }
}

extension FaultTable.Times {
    /// The times of a fault that now stands like this.
    ///
    /// - Parameter now: Milliseconds, of whatever clock.
    init(_ fault: KeptFault, at now: Int64) {
        last = now - fault.sinceLast.milliseconds
        // Rounded down: no fault grows older by being written.
        first = last - fault.age.milliseconds
        sightings = fault.sightings
    }
}
