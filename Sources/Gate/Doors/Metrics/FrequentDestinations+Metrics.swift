import Inspection
import Records
import Verdicts

extension FrequentDestinations {
    /// The days within which what ends is counted.
    private static let horizons: [Int64] = [1, 7, 30]
    /// A destination is lost that has been failing for longer, and was in order within this time before.
    private static let lasting = Duration.seconds(86_400)
    private static let before = Duration.seconds(7 * 86_400)

    /// What metrics say about frequent destinations: numbers, no names. The log has the names (`event=expiry`).
    func families(
        faults: FaultBook, at now: ContinuousClock.Instant, unixNow: Int64
    ) -> [MetricFamily] {
        let all = all(at: now)
        func ends(of what: Ending) -> [Int64] { all.values.compactMap { $0.end(of: what, at: unixNow)?.time } }
        let lost = all.count { destination, entry in
            let failing = faults.failingFor(.destination(destination), at: now)
            return failing > Self.lasting && now - failing - entry.good <= Self.before
        }
        return [
            .gauge(
                "danegate_frequent_destinations", "Destinations with DANE that mail goes to again and again.",
                Double(all.count)),
            MetricFamily(
                "danegate_expiry_horizon_seconds", .gauge,
                "The time until the first certificate or signature of a frequent destination ends.",
                Ending.allCases.compactMap { what in
                    ends(of: what).min().map { .init([.init("what", what.rawValue)], .number(Double($0 - unixNow))) }
                }),
            MetricFamily(
                "danegate_expiring_destinations", .gauge,
                "Frequent destinations of which a certificate or signature ends within so many days.",
                Ending.allCases.flatMap { what in
                    Self.horizons.map { days in
                        .init(
                            [.init("what", what.rawValue), .init("days", "\(days)")],
                            count: ends(of: what).count { $0 - unixNow < days * 86_400 })
                    }
                }),
            .gauge(
                "danegate_lost_destinations",
                "Frequent destinations that have failed for more than a day and were verified in the week before.",
                Double(lost)),
        ]
    }
}
