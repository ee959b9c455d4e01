import DANE
import Inspection

/// The rows that wait to be written into the trace. Their number has a bound.
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

    /// At most so many recipients wait. More are lost until the next batch.
    static let limit = 20_000
    /// At most so many inspections wait. One may hold megabytes of certificates.
    static let inspectionLimit = 500
    /// At most so many bytes of inspections wait.
    static let byteLimit = 16 << 20

    private(set) var entries: [TraceEntry] = []
    private var inspections: [Key: Ended] = [:]
    /// The bytes of the inspections, as an estimate.
    private(set) var bytes = 0
    /// The number of recipients that did not fit.
    private(set) var lost = 0
    /// The recipients that did not fit, by hour. They are still counted.
    private var lostCounts: [Int64: [RecipientCounts.Kind: UInt64]] = [:]

    /// The number of rows to write, inspections included.
    var count: Int { entries.count + inspections.count }

    /// Whether there is nothing to write.
    var isEmpty: Bool { entries.isEmpty && inspections.isEmpty && lost == 0 }

    /// True for each thousandth recipient: under a flood they must not wait for the end of the interval.
    var isPressing: Bool { !entries.isEmpty && entries.count.isMultiple(of: 1000) }

    /// Adds a recipient.
    mutating func add(_ entry: TraceEntry) {
        guard entries.count < Self.limit else {
            lost += 1
            lostCounts[entry.time / TraceTime.hour, default: [:]][entry.kind, default: 0] += 1
            return
        }
        entries.append(entry)
    }

    /// The number of recipients per kind and hour, those that did not fit included.
    var counts: [Int64: [RecipientCounts.Kind: UInt64]] {
        entries.reduce(into: lostCounts) { counts, entry in
            counts[entry.time / TraceTime.hour, default: [:]][entry.kind, default: 0] += 1
        }
    }

    /// Adds an inspection. It replaces one with the same destination and verdict.
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
    /// The kind under which the recipient is counted.
    fileprivate var kind: RecipientCounts.Kind {
        RecipientCounts.Kind(outcome: outcome, isExempt: false, action: action, would: would, isCached: isCached)
    }
}
