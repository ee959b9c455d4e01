public import DANE
public import Probe

/// Stores probe reports outside the process. Called on any thread. It must not do I/O and must not wait.
public protocol ReportJournal: Sendable {
    /// Notes a report that has just been cached. It replaces an older one for the same target and records.
    func kept(_ report: KeptReport)
}

/// A cached probe report with its key and its lifetime.
public struct KeptReport: Sendable, Hashable {
    /// What was probed.
    public let target: ProbeTarget
    /// The TLSA records that were published for it, in the order of the cache.
    public let records: [TLSARecord]
    /// How the dialogue ended. The rest of the dialogue is for the analyzer and is not kept.
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

    /// A report with these values.
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
