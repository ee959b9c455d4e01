import Support

/// What a thread may take of a processor, and has taken.
struct ProcessorShare: Sendable {
    /// The part of the time that it may take for long. A test takes some milliseconds of a processor: an eighth is some
    /// dozens of tests a second.
    private let part: Double
    /// What it may take at once when it took little before, in seconds: whoever tests one domain waits for nothing.
    private let most: Double
    /// The longest pause, in seconds: what comes then is judged anew.
    private static let longest = 1.0
    /// The shortest, in seconds. One that is shorter costs more than it gives.
    private static let shortest = 0.001

    private var left: Double
    private var used = 0.0
    private var last: ContinuousClock.Instant?

    init(part: Double = 0.125, most: Double = 0.25) { (self.part, self.most, left) = (part, most, most) }

    /// How long the thread is to pause now; nil if it need not.
    ///
    /// - Parameters:
    ///   - used: What it has used of processors since it began, in seconds.
    ///   - now: The time.
    /// - Returns: Microseconds.
    mutating func pause(used: Double, at now: ContinuousClock.Instant) -> UInt32? {
        let passed = last.map { $0.duration(to: now) / .seconds(1) } ?? 0
        left = min(most, left + passed * part) - (used - self.used)
        (self.used, last) = (used, now)
        let pause = -left / part
        guard pause >= Self.shortest else { return nil }
        return UInt32(min(pause, Self.longest) * 1_000_000)
    }
}
