/// What could not be written of a file or the log, and whether that is over.
public struct Losses: Sendable, Hashable {
    /// How much was lost since the start: rows, or lines.
    public private(set) var count = 0
    /// Whether the last that came could not be written.
    public private(set) var isOngoing = false
    /// How much was lost since the log was told that writing works, and whether it is to be told again.
    private var owed: Int?
    /// When it may be told: once a minute at most.
    private var nextTold = ContinuousClock.now
    /// When something was lost for the last time; nil if nothing was.
    private(set) var last: ContinuousClock.Instant?

    /// Nothing.
    public init() {}

    /// Notes that something was lost, or, of nothing, that it would have been.
    package mutating func note(_ count: Int, at now: ContinuousClock.Instant = .now) {
        self.count += count
        owed = (owed ?? 0) + count
        isOngoing = true
        if count > 0 { last = now }
    }

    /// Notes that all was written.
    package mutating func end() { isOngoing = false }

    /// Whether the log is to be told now that writing works again.
    ///
    /// - Returns: How much was lost until then; nil if there is nothing to tell.
    package mutating func over(at now: ContinuousClock.Instant = .now) -> Int? {
        guard !isOngoing, let owed, now >= nextTold else { return nil }
        self.owed = nil
        nextTold = now + .seconds(60)
        return owed
    }

    /// How long ago something was lost for the last time, in seconds; nil if nothing was.
    package func ago(at now: ContinuousClock.Instant = .now) -> Int64? {
        last.map { max(0, (now - $0).components.seconds) }
    }
}
