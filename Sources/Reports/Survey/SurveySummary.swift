import DANE
import Support

/// The summary at the end of a survey.
struct SurveySummary: Sendable {
    /// At most so many hosts are listed.
    static let listed = 10

    /// The tally of all results, those of earlier runs included.
    let tally: SurveyTally
    /// The counts of the input's lines.
    let counts: SurveyCounts
    /// The number of recipients whose hosts were not remembered.
    var forgottenRelays = 0
    /// The settings that pass or refuse mail by its source. A survey cannot apply them, because it does not know the
    /// source.
    var sourceSettings: [String] = []
    /// The number of destinations that this run has judged, and how long that took.
    let judged: Int
    let elapsed: Duration

    private var seconds: Double { Double(elapsed.milliseconds) / 1000 }
    private var rate: Double { seconds > 0 ? (Double(judged) / seconds * 10).rounded() / 10 : 0 }

    /// The summary for a person.
    var text: String {
        var lines = [
            "\(CountText.of(tally.all.destinations, "destination")) with "
                + "\(CountText.of(tally.all.recipients, "recipient")); "
                + "\(judged) judged in \(DurationText.long(elapsed)) (\(rate)/s)"
        ]
        lines += SurveyNotes.lines(self)
        var rows = [["", "destinations", "", "recipients", ""]]
        for (outcome, count) in outcomes { rows.append(row(outcome.rawValue, count)) }
        rows.append(row("broken DNSSEC or DANE", tally.broken))
        if tally.degraded.destinations > 0 { rows.append(row("degraded", tally.degraded)) }
        if tally.hazards.destinations > 0 { rows.append(row("would crash the MTA", tally.hazards)) }
        rows.append(row("would be rejected at first", tally.rejected))
        rows.append(row("would be deferred at first", tally.deferred))
        rows.append(row("would be rejected in the end", tally.rejectedLasting))
        rows.append(row("would be deferred for ever", tally.deferredLasting))
        lines += TextTable(rows, leftAligned: 1).lines(indent: "  ")
        let worst = tally.worst(Self.listed)
        if !worst.isEmpty { lines.append("Broken, by recipients lost:") }
        for (broken, count, cause) in worst {
            lines.append(
                "  \(CountText.of(count.recipients, "recipient")) in "
                    + "\(CountText.of(count.destinations, "destination")) would be lost at \(broken.host): "
                    + "\(broken.outcome.rawValue), \(cause)")
        }
        return lines.map { PrintableText.of($0.utf8, limit: 1000) }.joined(separator: "\n") + "\n"
    }

    /// The summary for a program, one line.
    var json: String { JSONLine.of(Body(self)) + "\n" }

    private var outcomes: [(Outcome, SurveyTally.Count)] {
        Outcome.allCases.compactMap { outcome in tally.outcomes[outcome].map { (outcome, $0) } }
    }

    private func row(_ name: String, _ count: SurveyTally.Count) -> [String] {
        [
            name, "\(count.destinations)", Percentage.text(count.destinations, of: tally.all.destinations),
            "\(count.recipients)", Percentage.text(count.recipients, of: tally.all.recipients),
        ]
    }

    private struct Body: Encodable {
        struct Count: Encodable {
            let destinations: Int
            let recipients: Int

            init(_ count: SurveyTally.Count) { (destinations, recipients) = (count.destinations, count.recipients) }
        }

        struct LeftOut: Encodable {
            let recipients: Int
            let deliveries: Int
            let names: [String: Int]
        }

        struct Relay: Encodable {
            let relay: String
            let destinations: Int
            let recipients: Int
            let judged: Bool
        }

        struct Host: Encodable {
            let host: String
            let outcome: String
            let cause: String
            let destinations: Int
            let recipients: Int
        }

        let destinations: Int
        let recipients: Int
        let lines: Int
        let blank_lines: Int
        let listed_lines: Int
        let delivery_lines: Int
        let other_lines: Int
        let junk_lines: Int
        let left_out: [String: LeftOut]
        let relayed: Count
        let relays: [Relay]
        let not_surveyed: [String]
        let judged: Int
        let elapsed_s: Double
        let rate: Double
        let outcomes: [String: Count]
        let broken: Count
        let degraded: Count
        let hazards: Count
        let rejected: Count
        let deferred: Count
        let lasting_rejected: Count
        let lasting_deferred: Count
        let worst: [Host]

        init(_ summary: SurveySummary) {
            let tally = summary.tally
            destinations = tally.all.destinations
            recipients = tally.all.recipients
            let counts = summary.counts
            lines = counts.lines
            blank_lines = counts.blank
            listed_lines = counts.listed
            delivery_lines = counts.deliveries
            other_lines = counts.others
            junk_lines = counts.junk
            left_out = Dictionary(
                uniqueKeysWithValues: SurveyScope.Reason.allCases.map { reason in
                    let left = counts.leftOut[reason] ?? SurveyCounts.LeftOut()
                    return (
                        reason.rawValue,
                        LeftOut(recipients: left.recipients, deliveries: left.deliveries, names: left.names)
                    )
                })
            relayed = Count(tally.relayed)
            relays = tally.busiest(SurveySummary.listed).map {
                Relay(
                    relay: $0.relay, destinations: $0.relayed.count.destinations,
                    recipients: $0.relayed.count.recipients, judged: $0.relayed.isJudged)
            }
            not_surveyed = summary.sourceSettings
            judged = summary.judged
            elapsed_s = summary.seconds
            rate = summary.rate
            outcomes = Dictionary(uniqueKeysWithValues: tally.outcomes.map { ($0.rawValue, Count($1)) })
            broken = Count(tally.broken)
            degraded = Count(tally.degraded)
            hazards = Count(tally.hazards)
            rejected = Count(tally.rejected)
            deferred = Count(tally.deferred)
            lasting_rejected = Count(tally.rejectedLasting)
            lasting_deferred = Count(tally.deferredLasting)
            worst = tally.worst(SurveySummary.listed).map {
                Host(
                    host: $0.broken.host, outcome: $0.broken.outcome.rawValue, cause: $0.cause,
                    destinations: $0.count.destinations, recipients: $0.count.recipients)
            }
        }
    }
}
