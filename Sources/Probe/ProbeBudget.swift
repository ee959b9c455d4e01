/// How many probes a host or a network has lately had, and for which zones: a bound on all of them that is fair
/// between zones.
///
/// What has been used runs off with time, from all zones alike. No zone may have used more than is left, so that
/// one zone, or a few dozen, cannot use up what is everybody's; and a zone alone has a bound of its own.
struct ProbeBudget: Sendable {
    /// The bounds; in probes, and probes a second.
    struct Limits: Sendable {
        /// The most that one zone may have in a row, and how fast that runs off.
        let zoneBurst: Double
        let zoneRate: Double
        /// The same of all zones together.
        let burst: Double
        let rate: Double
        /// So many more are open to those who are vouched for.
        let reserve: Double

        /// The bounds of one host.
        ///
        /// - Parameter hourly: The probes that a zone may have in an hour; a sixth of them in a row.
        static func host(hourly: Double) -> Limits {
            let burst = max(1, hourly / 6)
            return Limits(
                zoneBurst: burst, zoneRate: hourly / 3600, burst: 2 * burst, rate: hourly / 3600,
                reserve: max(1, burst / 2))
        }

        /// The bounds of a network: a zone gets as much of it as of two hosts, and all together what eight hosts take.
        static func network(hourly: Double) -> Limits {
            let burst = max(1, hourly / 6)
            return Limits(
                zoneBurst: 2 * burst, zoneRate: 2 * hourly / 3600, burst: 16 * burst, rate: 8 * hourly / 3600,
                reserve: max(1, 4 * burst))
        }
    }

    private var zones: [String: Double] = [:]
    private var used = 0.0
    private var filled: ContinuousClock.Instant

    /// An untouched budget.
    init(at now: ContinuousClock.Instant) { filled = now }

    /// Whether there is a probe left for an asker.
    mutating func allows(_ asker: ProbeAsker, _ limits: Limits, at now: ContinuousClock.Instant) -> Bool {
        runOff(limits, at: now)
        let own = (zones[asker.zone] ?? 0) + 1
        let left = limits.burst - used + (asker.isVouched ? limits.reserve : 0)
        return own <= limits.zoneBurst && own <= left
    }

    /// Uses a probe, which is allowed.
    mutating func take(_ asker: ProbeAsker) {
        zones[asker.zone, default: 0] += 1
        used += 1
    }

    /// Whether nothing is used, or will not be any more at that time.
    func isUntouched(_ limits: Limits, at now: ContinuousClock.Instant) -> Bool {
        var later = self
        later.runOff(limits, at: now)
        return later.used == 0
    }

    private mutating func runOff(_ limits: Limits, at now: ContinuousClock.Instant) {
        let seconds = (now - filled) / .seconds(1)
        guard seconds > 0 else { return }
        filled = now
        guard used > 0 else { return }
        let share = min(1, seconds * limits.rate / used)
        let most = seconds * limits.zoneRate
        // What is nearly nothing is nothing, lest zones be remembered for their thousandth part.
        zones = zones.compactMapValues { own in
            let left = own - min(own * share, most)
            return left > 0.001 ? left : nil
        }
        used = zones.values.reduce(0, +)
    }
}
