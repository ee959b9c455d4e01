import Inspection

/// The share of the destinations inspected within the last minute that failed.
///
/// Each destination is counted once, up to a limit. Facts, such as that a domain does not exist, are not counted.
struct FailureShare {
    /// How the share compares with the usual one.
    enum Jump {
        case none
        /// It has jumped. Anybody who knows some broken domains can cause that, so it is only a reason to investigate.
        case suspicious
        /// Almost everything fails, and that is a lot.
        case plain
    }

    /// Counts are kept for half minutes, so that a jump is not lost at the end of a minute.
    static let half = Duration.seconds(30)
    /// The most destinations that are counted per half minute.
    static let limit = 2048
    /// The least number of failing destinations for a jump.
    static let least = 20
    /// The least number of failing destinations for a plain jump.
    static let many = 100

    private struct Half {
        let start: ContinuousClock.Instant
        var good: Set<VerdictKey> = []
        var failing: Set<VerdictKey> = []
    }

    private var current: Half
    private var previous: Half
    /// The usual share, by earlier minutes.
    private var usual = 0.0

    /// Nothing seen yet.
    init(at now: ContinuousClock.Instant) {
        current = Half(start: now)
        previous = current
    }

    /// Notes the result of an inspection.
    mutating func note(_ key: VerdictKey, isFailing: Bool, at now: ContinuousClock.Instant) {
        turn(at: now)
        guard current.good.count + current.failing.count < Self.limit else { return }
        if isFailing {
            current.failing.insert(key)
        } else {
            current.failing.remove(key)
            current.good.insert(key)
        }
    }

    /// Whether the share has jumped.
    mutating func jump(at now: ContinuousClock.Instant) -> Jump {
        turn(at: now)
        let (failing, share) = count
        guard failing >= Self.least, share >= 0.5, share - usual >= 0.3 else { return .none }
        return failing >= Self.many && share >= 0.95 ? .plain : .suspicious
    }

    /// Makes the present share the usual one, because it was investigated and is not our fault.
    mutating func accept() { usual = max(usual, count.share) }

    /// How many destinations fail, and their share.
    var count: (failing: Int, share: Double) {
        let good = current.good.union(previous.good)
        // A destination that succeeded after its failure counts as good.
        let failing = current.failing.union(previous.failing).subtracting(current.good)
        let all = good.union(failing).count
        return (failing.count, all == 0 ? 0 : Double(failing.count) / Double(all))
    }

    private mutating func turn(at now: ContinuousClock.Instant) {
        guard now - current.start >= Self.half else { return }
        let (failing, share) = count
        // A minute with little mail says little. And a jump must not become usual by lasting while it is investigated.
        if failing < Self.least || share < 0.5 { usual = usual * 0.8 + share * 0.2 }
        previous = now - current.start < Self.half * 2 ? current : Half(start: now)
        current = Half(start: now)
    }
}
