/// How many probes a host or a network has had recently, and for which zones. It sets a limit for all zones together
/// that is fair between them (F-121, F-122).
///
/// What has been used expires with time, for all zones alike. No zone may have used more than what is left. So one
/// zone, or a few dozen, cannot use up what belongs to all; and each zone has a limit of its own.
struct ProbeBudget: Sendable {
    /// The limits, in probes and in probes per second.
    struct Limits: Sendable {
        /// The most probes of one zone in a row, and how fast they expire.
        let zoneBurst: Double
        let zoneRate: Double
        /// The same for all zones together.
        let burst: Double
        let rate: Double
        /// How many more are reserved for hosts that were authenticated before.
        let reserve: Double

        /// The limits for one host.
        ///
        /// - Parameters:
        ///   - hourly: How many probes a zone may have in an hour.
        ///   - inRow: Which part of them may be in a row.
        static func host(hourly: Double, inRow: Double) -> Limits {
            let burst = max(1, hourly * inRow)
            return Limits(
                zoneBurst: burst, zoneRate: hourly / 3600, burst: 2 * burst, rate: hourly / 3600,
                reserve: max(1, burst / 2))
        }

        /// The limits for a network: one zone gets as much as for two hosts, and all together get as much as for eight
        /// hosts.
        static func network(hourly: Double, inRow: Double) -> Limits {
            let burst = max(1, hourly * inRow)
            return Limits(
                zoneBurst: 2 * burst, zoneRate: 2 * hourly / 3600, burst: 16 * burst, rate: 8 * hourly / 3600,
                reserve: max(1, 4 * burst))
        }
    }

    private var zones: [String: Double] = [:]
    private var used = 0.0
    private var filled: ContinuousClock.Instant

    /// A budget of which nothing is used.
    init(at now: ContinuousClock.Instant) { filled = now }

    /// Whether there is a probe left for an asker.
    mutating func allows(_ asker: ProbeAsker, _ limits: Limits, at now: ContinuousClock.Instant) -> Bool {
        runOff(limits, at: now)
        let own = (zones[asker.zone] ?? 0) + 1
        let left = limits.burst - used + (asker.isVouched ? limits.reserve : 0)
        return own <= limits.zoneBurst && own <= left
    }

    /// Uses a probe. Call it only if `allows` returned true.
    mutating func take(_ asker: ProbeAsker) {
        zones[asker.zone, default: 0] += 1
        used += 1
    }

    /// Whether nothing is used at that time.
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
        // Nearly nothing counts as nothing, so that a zone is not remembered for a thousandth of a probe.
        zones = zones.compactMapValues { own in
            let left = own - min(own * share, most)
            return left > 0.001 ? left : nil
        }
        used = zones.values.reduce(0, +)
    }
}
