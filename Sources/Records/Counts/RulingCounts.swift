package import DANE
package import Policy

/// How many recipients were ruled upon, by ruling and outcome, summed up for a report.
package struct RulingCounts: Sendable {
    /// Recipients by ruling and outcome.
    package private(set) var rulings: [Ruling.Action: [Outcome: Int]] = [:]
    /// Accepted because they are only monitored.
    package private(set) var monitored = 0
    /// Accepted without an inspection, because the next hop or the local part is not judged.
    package private(set) var passed = 0
    /// Accepted without an inspection, because a policy exempts the destination.
    package private(set) var exempt = 0
    /// The rulings that the monitored ones would have got.
    package private(set) var would: [Ruling.Action: Int] = [:]
    /// Ruled upon with a verdict from the cache, and with a new one.
    package private(set) var cached = 0
    package private(set) var uncached = 0

    /// The sums of these counts.
    package init(_ counts: [RecipientCounts.Kind: UInt64]) {
        for (kind, count) in counts {
            let count = Int(clamping: count)
            guard let outcome = kind.outcome else {
                if kind.isExempt { exempt += count } else { passed += count }
                continue
            }
            rulings[kind.action, default: [:]][outcome, default: 0] += count
            if let would = kind.would {
                monitored += count
                self.would[would, default: 0] += count
            }
            if kind.isCached { cached += count } else { uncached += count }
        }
    }
}
