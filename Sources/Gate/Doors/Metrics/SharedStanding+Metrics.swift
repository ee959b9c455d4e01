import Records
import Verdicts

extension SharedStanding {
    private typealias Sample = MetricFamily.Sample

    /// The shared store as metrics.
    var families: [MetricFamily] {
        [
            .gauge("danegate_shared_used", "Whether the shared store is used.", isUp ? 1 : 0),
            .gauge(
                "danegate_shared_state_seconds", "For how long the shared store has been used, or has not.",
                lasting.seconds),
            .counter("danegate_shared_connections", "Connections to the shared store.", connections),
            MetricFamily(
                "danegate_shared_asked", .counter, "What came of asking the shared store before an inspection.",
                Result.allCases.map { Sample([.init("result", $0.rawValue)], count: asked[$0] ?? 0) }),
            MetricFamily(
                "danegate_shared_refused", .counter, "What was read from the shared store and not used.",
                Refusal.allCases.map { Sample([.init("reason", $0.rawValue)], count: refused[$0] ?? 0) }),
            .counter("danegate_shared_waits", "Waits for the inspection of another host.", waits),
            .counter("danegate_shared_checks", "Verdicts of other hosts that were checked.", checks),
            .counter("danegate_shared_differences", "Verdicts of other hosts that were wrong.", differences),
            .counter("danegate_shared_told", "Verdicts that were told to other hosts.", told),
            .counter(
                "danegate_shared_dropped", "Verdicts that were dropped because another host has found something else.",
                dropped),
            .counter(
                "danegate_shared_untold", "What was not told to other hosts, because too much waited to be.", untold),
            .counter(
                "danegate_shared_findings_used", "Connections to servers that another host has made for this one.",
                findingsUsed),
            .counter("danegate_shared_findings_told", "Connections that were told to other hosts.", findingsTold),
            .gauge(
                "danegate_shared_exemptions", "Exemptions in the shared store, as last read.", Double(exemptions ?? 0)),
        ]
    }
}
