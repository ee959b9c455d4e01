public import DANE
public import Probe

/// Where probe reports are noted that outlive the process. Called on any thread; does no I/O, and does not wait.
public protocol ReportJournal: Sendable {
    /// Notes a report that has just been kept, in place of an older one on the same target and records.
    func kept(_ report: KeptReport)
}

/// A probe report with what it is kept under, and for how long.
public struct KeptReport: Sendable, Hashable {
    /// What was probed.
    public let target: ProbeTarget
    /// The TLSA records that were published for it, in the cache's order.
    public let records: [TLSARecord]
    /// How the dialogue ended. What else was said in it is for the analyzer, and is not kept.
    public let end: ProbeReport.End
    /// The time since the dialogue ended.
    public let age: Duration
    /// How long the report is kept, counted from the end of the dialogue.
    public let lifetime: Duration

    /// About how many bytes it takes.
    package var byteCount: Int {
        let chain = if case .secured(let session) = end { session.chain } else { [] as [[UInt8]] }
        return chain.reduce(1024) { $0 + 32 + $1.count } + records.reduce(0) { $0 + 64 + $1.data.count }
    }

    /// A kept report of these parts.
    public init(
        target: ProbeTarget, records: [TLSARecord], end: ProbeReport.End, age: Duration, lifetime: Duration
    ) {
        self.target = target
        self.records = records
        self.end = end
        self.age = age
        self.lifetime = lifetime
    }
}
