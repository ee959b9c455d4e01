/// What could not be written to a file or the log, and whether that is over.
public struct Losses: Sendable, Hashable {
    /// How much was lost since the start: rows or lines.
    public private(set) var count = 0
    /// Whether the last write failed.
    public private(set) var isOngoing = false
    /// How much was lost since the log last said that writing works; nil if the log need not say so again.
    private var owed: Int?
    /// When the log may say so: at most once per minute.
    private var nextTold = ContinuousClock.now
    /// Since when everything is lost; nil if the last write did not fail.
    package private(set) var since: ContinuousClock.Instant?
    /// When something was last lost; nil if nothing was.
    private(set) var last: ContinuousClock.Instant?

    /// Nothing lost.
    public init() {}

    /// Notes that something was lost. With a count of zero, that it would have been.
    package mutating func note(_ count: Int, at now: ContinuousClock.Instant = .now) {
        self.count += count
        owed = (owed ?? 0) + count
        if !isOngoing { since = now }
        isOngoing = true
        if count > 0 { last = now }
    }

    /// Notes that everything was written.
    package mutating func end() {
        isOngoing = false
        since = nil
    }

    /// Whether the log must now say that writing works again.
    ///
    /// - Returns: How much was lost before that; nil if there is nothing to say.
    package mutating func over(at now: ContinuousClock.Instant = .now) -> Int? {
        guard !isOngoing, let owed, now >= nextTold else { return nil }
        self.owed = nil
        nextTold = now + .seconds(60)
        return owed
    }

    /// How long ago something was last lost, in seconds; nil if nothing was.
    package func ago(at now: ContinuousClock.Instant = .now) -> Int64? {
        last.map { max(0, (now - $0).components.seconds) }
    }
}
