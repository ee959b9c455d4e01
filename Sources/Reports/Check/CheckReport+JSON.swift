import DANE
import Inspection
import Policy
import Support

extension CheckReport {
    /// The report as one line of JSON. The keys are part of what is promised to users: scripts read them.
    public var json: String { JSONLine.of(Body(self)) }

    private struct Body: Encodable {
        let domain: String
        let outcome: String
        let ruling: String
        let would: NullableJSON<String>
        let exempt: NullableJSON<String>
        let code: NullableJSON<String>
        let reply: NullableJSON<String>
        let cause: String
        let host: NullableJSON<String>
        let degraded: Bool
        let hazards: [String]
        let mx_security: NullableJSON<String>
        let valid_for: Int64
        let elapsed_ms: Double
        let hosts: [InspectionJSON.Host]
        let steps: [InspectionJSON.Step]
        let expires: [Expiry]
        let own_next_hop: Bool

        init(_ report: CheckReport) {
            domain = report.domain
            outcome = report.ruling.outcome.rawValue
            ruling = report.ruling.action.rawValue
            would = NullableJSON(report.ruling.would?.rawValue)
            exempt = NullableJSON(report.exempt)
            code = NullableJSON(report.ruling.code?.description)
            reply = NullableJSON(report.reply?.description)
            cause = report.ruling.hazard ?? report.verdict.cause
            host = NullableJSON(report.verdict.host)
            degraded = report.verdict.isDegraded
            hazards = report.verdict.hazards
            mx_security = NullableJSON(report.inspection?.mxSecurity?.rawValue)
            valid_for = report.inspection?.lifetime.components.seconds ?? 0
            elapsed_ms = report.inspection?.elapsed.tenthsOfMilliseconds ?? 0
            hosts = report.inspection?.hosts.map { InspectionJSON.Host($0) } ?? []
            let inspection = report.inspection
            steps = ((inspection?.steps ?? []) + (inspection?.hosts.flatMap(\.advice) ?? []) + report.notes)
                .map(InspectionJSON.Step.init)
            expires = report.expiries.map(Expiry.init)
            own_next_hop = report.ruling.isOwnHop
        }
    }

    private struct Expiry: Encodable {
        let what: String
        let subject: String
        let at: String

        init(_ expiry: Foresight.Expiry) {
            what = expiry.what
            subject = expiry.subject
            at = UnixTime.iso8601(expiry.at)
        }
    }
}
