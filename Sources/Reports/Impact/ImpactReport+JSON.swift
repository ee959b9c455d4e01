import Foundation
import Records
import Support

extension ImpactReport {
    /// The report as one line of JSON.
    public var json: String { JSONLine.of(Body(self, hasSets: false)) }

    /// The same with the sets of destinations, from which another host can tell how many several hosts have seen
    /// together. A large set is an estimate (0.8 %).
    public var jsonWithSets: String { JSONLine.of(Body(self, hasSets: true)) }

    private struct Body: Encodable {
        let since: String
        let until: String
        let recipients: Int64
        let destinations: Int
        /// Whether the number of destinations is exact; otherwise its error is about one percent.
        let exact: Bool
        let passed: Int64
        let exempt: Int64
        let cached: Int64
        let accepted: Int64
        let deferred: Int64
        let rejected: Int64
        let would_defer: Int64
        let would_reject: Int64
        let broken: BrokenShare
        let outcomes: [OutcomeShare]
        let top: [Top]
        /// The sets of destinations in Base64; left out where nobody has asked for them.
        let sets: [String: String]?
        /// The hosts of a site; left out in the report of one host.
        let mtas: [PartBody]?

        init(_ report: ImpactReport, hasSets: Bool) {
            since = UnixTime.iso8601(milliseconds: report.since)
            until = UnixTime.iso8601(milliseconds: report.until)
            recipients = report.recipients
            destinations = report.destinations
            exact = report.destinationsAreExact
            passed = report.passed
            exempt = report.exempt
            cached = report.cached
            accepted = report.rulings["accept"] ?? 0
            deferred = report.rulings["tempfail"] ?? 0
            rejected = report.rulings["reject"] ?? 0
            would_defer = report.would["tempfail"] ?? 0
            would_reject = report.would["reject"] ?? 0
            broken = BrokenShare(
                recipients: report.brokenRecipients, destinations: report.brokenDestinations,
                recipients_share: NullableJSON(Percentage.share(report.brokenRecipients, of: report.recipients)),
                destinations_share: NullableJSON(
                    Percentage.share(report.brokenDestinations, of: report.destinations)))
            outcomes = report.outcomes.map { share in
                OutcomeShare(
                    outcome: share.outcome, recipients: share.recipients,
                    recipients_share: NullableJSON(Percentage.share(share.recipients, of: report.recipients)),
                    destinations: NullableJSON(share.destinations),
                    destinations_share: NullableJSON(
                        share.destinations.flatMap { Percentage.share($0, of: report.destinations) }),
                    exact: share.isExact)
            }
            top = report.top.map { broken in
                Top(
                    destination: broken.destination, outcome: broken.outcome, cause: broken.cause,
                    host: NullableJSON(broken.host), recipients: broken.recipients,
                    first_seen: UnixTime.iso8601(milliseconds: broken.firstSeen),
                    last_seen: UnixTime.iso8601(milliseconds: broken.lastSeen),
                    age_s: max(0, report.until - broken.firstSeen) / 1000,
                    mtas: broken.mtas.isEmpty ? nil : broken.mtas)
            }
            sets = hasSets ? report.sets.mapValues { Data($0.shortBytes).base64EncodedString() } : nil
            mtas = report.mtas.isEmpty ? nil : report.mtas.map(PartBody.init)
        }
    }

    private struct BrokenShare: Encodable {
        let recipients: Int64
        let destinations: Int
        let recipients_share: NullableJSON<Double>
        let destinations_share: NullableJSON<Double>
    }

    private struct OutcomeShare: Encodable {
        let outcome: String
        let recipients: Int64
        let recipients_share: NullableJSON<Double>
        let destinations: NullableJSON<Int>
        let destinations_share: NullableJSON<Double>
        let exact: Bool
    }

    private struct Top: Encodable {
        let destination: String
        let outcome: String
        let cause: String
        let host: NullableJSON<String>
        let recipients: Int64
        let first_seen: String
        let last_seen: String
        let age_s: Int64
        /// The hosts of the site that saw it.
        let mtas: [String]?
    }

    private struct PartBody: Encodable {
        let mta: String
        let recipients: NullableJSON<Int64>
        let deferred: NullableJSON<Int64>
        let rejected: NullableJSON<Int64>
        let broken: NullableJSON<Int64>
        let error: NullableJSON<String>

        init(_ part: Part) {
            func known(_ count: Int64) -> NullableJSON<Int64> { NullableJSON(part.error == nil ? count : nil) }
            mta = part.mta
            recipients = known(part.recipients)
            deferred = known(part.deferred)
            rejected = known(part.rejected)
            broken = known(part.broken)
            error = NullableJSON(part.error)
        }
    }
}
