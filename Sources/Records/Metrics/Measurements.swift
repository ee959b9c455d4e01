package import DANE
package import DNSSEC
package import Probe
package import Support

/// What is measured on the way of a recipient and behind it. Any thread measures, without a lock and without memory.
package final class Measurements: Sendable {
    /// The kinds of lookup. The raw values are those of the label `type`.
    package enum Lookup: String, Sendable, CaseIterable {
        case mx, a, aaaa, tlsa, cname
    }

    /// How a lookup ended. The raw values are those of the label `result`.
    package enum LookupResult: String, Sendable, CaseIterable {
        case secure, insecure, bogus, failed
    }

    /// How a probe ended. The raw values are those of the label `result`.
    package enum ProbeResult: String, Sendable, CaseIterable {
        case secured
        case notOffered = "starttls-not-offered"
        case refused = "starttls-refused"
        case tlsFailed = "tls-failed"
        case unreachable
        /// It was not made: nobody may, or there was no place.
        case notProbed = "not-probed"
        case crowded, withheld
    }

    /// How long recipients waited, from RCPT to the answer.
    package let waits = Histogram(.wait)
    /// How long inspections took.
    package let inspections = Histogram(.inspection)
    private let lookups = Lookup.allCases.map { _ in Histogram(.lookup) }
    private let steps = ProbeReport.Step.allCases.map { _ in Histogram(.step) }
    private let verdicts = Tally()
    private let answers = Tally()
    private let probes = Tally()

    /// Nothing has been measured yet.
    package init() {}

    /// Notes an inspection that has ended.
    ///
    /// - Parameter trace: The recipient that it was begun for; nil if there is none.
    package func note(_ outcome: Outcome, took duration: Duration, trace: TraceID?) {
        inspections.add(duration, trace: trace)
        verdicts.add(outcome.ordinal)
    }

    /// Notes a lookup that has ended.
    package func note<Record>(
        _ lookup: Lookup, _ answer: Answer<Record>, took duration: Duration, trace: TraceID?
    ) {
        let result: LookupResult =
            switch answer {
            case .secure: .secure
            case .insecure: .insecure
            case .bogus: .bogus
            case .failed: .failed
            }
        lookups[Lookup.allCases.firstIndex(of: lookup) ?? 0].add(duration, trace: trace)
        answers.add(Self.index(lookup, result))
    }

    /// Notes a probe that has ended.
    package func note(_ report: ProbeReport, trace: TraceID?) {
        for timing in report.timings {
            guard let index = ProbeReport.Step.allCases.firstIndex(of: timing.step) else { continue }
            steps[index].add(timing.duration, trace: trace)
        }
        let result: ProbeResult =
            switch report.end {
            case .secured: .secured
            case .startTLSNotOffered: .notOffered
            case .startTLSRefused: .refused
            case .tlsFailed: .tlsFailed
            case .unreachable: .unreachable
            case .notProbed: .notProbed
            case .crowded: .crowded
            case .withheld: .withheld
            // It is found before anything that is measured here.
            case .foreign: .notProbed
            }
        probes.add(ProbeResult.allCases.firstIndex(of: result) ?? 0)
    }

    private static func index(_ lookup: Lookup, _ result: LookupResult) -> Int {
        (Lookup.allCases.firstIndex(of: lookup) ?? 0) * LookupResult.allCases.count
            + (LookupResult.allCases.firstIndex(of: result) ?? 0)
    }

    /// All of it.
    package var families: [MetricFamily] {
        typealias Sample = MetricFamily.Sample
        return [
            MetricFamily(
                "danegate_rcpt_wait_seconds", .histogram, "How long recipients waited for their answer.",
                [Sample([], .histogram(waits.reading))]),
            MetricFamily(
                "danegate_inspection_seconds", .histogram, "How long inspections of destinations took.",
                [Sample([], .histogram(inspections.reading))]),
            MetricFamily(
                "danegate_verdicts", .counter, "Inspections that have ended, by what they found.",
                Outcome.allCases.map { Sample([.init("outcome", $0.rawValue)], .count(verdicts[$0.ordinal])) }),
            MetricFamily(
                "danegate_dns_lookup_seconds", .histogram, "How long lookups took, by the type of record.",
                Lookup.allCases.enumerated().map { index, lookup in
                    Sample([.init("type", lookup.rawValue)], .histogram(lookups[index].reading))
                }),
            MetricFamily(
                "danegate_dns_answers", .counter, "Answers of the DNS, by the type of record and by DNSSEC's state.",
                Lookup.allCases.flatMap { lookup in
                    LookupResult.allCases.map { result in
                        Sample(
                            [.init("type", lookup.rawValue), .init("result", result.rawValue)],
                            .count(answers[Self.index(lookup, result)]))
                    }
                }),
            MetricFamily(
                "danegate_probe_step_seconds", .histogram, "How long the steps of probes took.",
                ProbeReport.Step.allCases.enumerated().filter { $0.element != .quit }.map { index, step in
                    Sample([.init("step", step.rawValue)], .histogram(steps[index].reading))
                }),
            MetricFamily(
                "danegate_probes", .counter, "Probes of mail hosts, by how they ended.",
                ProbeResult.allCases.enumerated().map { index, result in
                    Sample([.init("result", result.rawValue)], .count(probes[index]))
                }),
        ]
    }
}
