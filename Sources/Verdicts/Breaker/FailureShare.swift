import Inspection

/// What share of the destinations that were inspected within the last minute failed.
///
/// Destinations are counted once, and so many at most; facts, such as that a domain does not exist, are not counted at all.
struct FailureShare {
    /// How the share stands to what is usual.
    enum Jump {
        case none
        /// It has jumped, which anybody can bring about who knows some broken domains: a reason to look.
        case suspicious
        /// Almost everything fails, and that is a lot.
        case plain
    }

    /// Counted in halves, so that a jump is not lost where a minute ends.
    static let half = Duration.seconds(30)
    /// More destinations of one half are not counted.
    static let limit = 2048
    /// Fewer failing destinations are no jump.
    static let least = 20
    /// Fewer failing destinations are no plain one.
    static let many = 100

    private struct Half {
        let start: ContinuousClock.Instant
        var good: Set<VerdictKey> = []
        var failing: Set<VerdictKey> = []
    }

    private var current: Half
    private var previous: Half
    /// The share that earlier minutes had.
    private var usual = 0.0

    /// Nothing seen yet.
    init(at now: ContinuousClock.Instant) {
        current = Half(start: now)
        previous = current
    }

    /// Notes what an inspection found.
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

    /// Takes the present share for the usual one: it was looked into, and it is not our doing.
    mutating func accept() { usual = max(usual, count.share) }

    /// How many fail, and what share of all that is.
    var count: (failing: Int, share: Double) {
        let good = current.good.union(previous.good)
        // What was good since its failure is counted as good.
        let failing = current.failing.union(previous.failing).subtracting(current.good)
        let all = good.union(failing).count
        return (failing.count, all == 0 ? 0 : Double(failing.count) / Double(all))
    }

    private mutating func turn(at now: ContinuousClock.Instant) {
        guard now - current.start >= Self.half else { return }
        let (failing, share) = count
        // A minute with little mail says little; a jump is not to become usual by lasting while it is looked into.
        if failing < Self.least || share < 0.5 { usual = usual * 0.8 + share * 0.2 }
        previous = now - current.start < Self.half * 2 ? current : Half(start: now)
        current = Half(start: now)
    }
}
