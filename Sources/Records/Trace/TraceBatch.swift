import DANE
import Inspection

/// What is to be written into the trace: bounded.
struct TraceBatch: PendingRows {
    /// An inspection, and when it ended, in milliseconds since 1970.
    struct Ended: Sendable {
        let inspection: Inspection
        let time: Int64
    }

    private struct Key: Hashable, Sendable {
        let destination: Destination
        let outcome: Outcome
        let cause: String
    }

    /// More recipients are lost until the next batch.
    static let limit = 20_000
    /// More inspections, which may have megabytes of certificates, are.
    static let inspectionLimit = 500
    /// More bytes of inspections are, too.
    static let byteLimit = 16 << 20

    private(set) var entries: [TraceEntry] = []
    private var inspections: [Key: Ended] = [:]
    /// What the inspections take, roughly.
    private(set) var bytes = 0
    /// How many recipients did not fit.
    private(set) var lost = 0
    /// What they were, by the hour: they are counted all the same.
    private var lostCounts: [Int64: [RecipientCounts.Kind: UInt64]] = [:]

    /// How many there are to write, inspections among them.
    var count: Int { entries.count + inspections.count }

    /// Whether there is nothing to write.
    var isEmpty: Bool { entries.isEmpty && inspections.isEmpty && lost == 0 }

    /// Every thousand recipients: under a flood they are not to wait for the interval's end.
    var isPressing: Bool { !entries.isEmpty && entries.count.isMultiple(of: 1000) }

    /// Takes a recipient in.
    mutating func add(_ entry: TraceEntry) {
        guard entries.count < Self.limit else {
            lost += 1
            lostCounts[entry.time / TraceTime.hour, default: [:]][entry.kind, default: 0] += 1
            return
        }
        entries.append(entry)
    }

    /// How many recipients there were of each kind, by the hour; those that did not fit among them.
    var counts: [Int64: [RecipientCounts.Kind: UInt64]] {
        entries.reduce(into: lostCounts) { counts, entry in
            counts[entry.time / TraceTime.hour, default: [:]][entry.kind, default: 0] += 1
        }
    }

    /// Takes an inspection in, in place of one that said the same.
    mutating func add(_ inspection: Inspection, at time: Int64) {
        let verdict = inspection.verdict
        let key = Key(destination: inspection.destination, outcome: verdict.outcome, cause: verdict.cause)
        let former = inspections[key]
        guard former != nil || inspections.count < Self.inspectionLimit else { return }
        let rest = bytes - (former?.inspection.byteCount ?? 0)
        let size = inspection.byteCount
        guard rest + size <= Self.byteLimit else { return }
        bytes = rest + size
        inspections[key] = Ended(inspection: inspection, time: time)
    }

    /// The inspections in the order in which they ended.
    var ended: [Ended] { inspections.values.sorted { $0.time < $1.time } }
}

extension TraceEntry {
    /// What the recipient is counted under.
    fileprivate var kind: RecipientCounts.Kind {
        RecipientCounts.Kind(outcome: outcome, isExempt: false, action: action, would: would, isCached: isCached)
    }
}
