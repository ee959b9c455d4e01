import Support

/// Notices when somebody sets the machine's clock: the wall clock then jumps against the clock that cannot be set.
struct ClockWatch {
    /// A smaller step does not matter for the dates of signatures. The gradual corrections of NTP are far below it.
    static let tolerance = Duration.seconds(3)

    private var last: Duration?

    /// Compares the clocks.
    ///
    /// - Parameter offset: How far the wall clock is ahead of the other one.
    /// - Returns: By how much the clock was set since the last call; nil if it was not.
    mutating func step(to offset: Duration) -> Duration? {
        defer { last = offset }
        guard let last else { return nil }
        let step = offset - last
        return step > Self.tolerance || step < .zero - Self.tolerance ? step : nil
    }

    /// How far the wall clock (CLOCK_REALTIME) is ahead of the time since boot, which includes suspension
    /// (CLOCK_BOOTTIME).
    static func offset() -> Duration { SystemClock.wall.time - SystemClock.sinceBoot.time }
}
