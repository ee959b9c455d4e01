import DANE
import Foundation
import Inspection
import Policy
import Support

/// The result for one destination: one line of the output.
struct SurveyResult: Sendable, Hashable {
    /// The destination, in A-labels. A host in brackets keeps these.
    let domain: String
    /// The outcome of the verdict.
    let outcome: Outcome
    /// The ruling when the fault is first seen.
    let ruling: Ruling.Action
    /// The ruling if the destination were not only monitored; nil if it is the same.
    let would: Ruling.Action?
    /// The ruling for all recipients after the fault has lasted for `DEFER_FOR`, in enforce mode for all but those for
    /// whom the policy file says `exempt` or `monitor`.
    let lasting: Ruling.Action
    /// The codes of the first refusal, carried out or not.
    let code: String?
    /// The MX host that decided the outcome.
    let host: String?
    /// The reason, as a sentence without a full stop.
    let cause: String
    /// Whether a better or equal host than the deciding one failed.
    let isDegraded: Bool
    /// The records that would crash or block the MTA itself.
    let hazards: [String]
    /// The DNSSEC state of the MX answer; nil if there was none.
    let mxSecurity: Inspection.Security?
    /// The number of its recipients in the input.
    let recipients: Int
    /// The relay that took the mail, as a next hop, if it is no MX host of the domain; nil if the input shows none.
    var relay: String?
    /// The number of recipients whose mail went by the relay.
    var relayed = 0
    /// Whether the domain itself was judged, or the relay in its place.
    var route = Settings.RouteSource.recipient
    /// How long the inspection took, in milliseconds; nil if that was not asked for.
    let elapsed: Double?

    /// Whether mail to the destination would be refused in enforce mode, temporarily or permanently.
    var isRefused: Bool { lasting != .accept && (would ?? ruling) != .accept }
}

extension SurveyResult {
    /// The result as one line of JSON, without its end.
    var json: String { JSONLine.of(Body(self)) }

    /// Reads a line that `json` has written.
    ///
    /// - Returns: The result; nil if the line is none.
    init?(json line: [UInt8]) {
        guard let body = try? JSONDecoder().decode(Written.self, from: Data(line)) else { return nil }
        guard let outcome = Outcome(rawValue: body.outcome), let ruling = Ruling.Action(rawValue: body.ruling),
            let lasting = Ruling.Action(rawValue: body.lasting)
        else { return nil }
        self.init(
            domain: body.domain, outcome: outcome, ruling: ruling, would: body.would.flatMap(Ruling.Action.init),
            lasting: lasting, code: body.code, host: body.host, cause: body.cause, isDegraded: body.degraded,
            hazards: body.hazards, mxSecurity: body.mx_security.flatMap(Inspection.Security.init),
            recipients: body.recipients, relay: body.relay, relayed: body.relayed ?? 0,
            route: body.route.flatMap(Settings.RouteSource.init) ?? .recipient, elapsed: body.elapsed_ms)
    }

    private struct Body: Encodable {
        let domain: String
        let outcome: String
        let ruling: String
        let would: NullableJSON<String>
        let lasting: String
        let code: NullableJSON<String>
        let host: NullableJSON<String>
        let cause: String
        let degraded: Bool
        let hazards: [String]
        let mx_security: NullableJSON<String>
        let recipients: Int
        let relay: NullableJSON<String>
        let relayed: Int
        let route: String
        let elapsed_ms: Double?

        init(_ result: SurveyResult) {
            domain = result.domain
            outcome = result.outcome.rawValue
            ruling = result.ruling.rawValue
            would = NullableJSON(result.would?.rawValue)
            lasting = result.lasting.rawValue
            code = NullableJSON(result.code)
            host = NullableJSON(result.host)
            cause = result.cause
            degraded = result.isDegraded
            hazards = result.hazards
            mx_security = NullableJSON(result.mxSecurity?.rawValue)
            recipients = result.recipients
            relay = NullableJSON(result.relay)
            relayed = result.relayed
            route = result.route.rawValue
            elapsed_ms = result.elapsed
        }
    }

    private struct Written: Decodable {
        let domain: String
        let outcome: String
        let ruling: String
        let would: String?
        let lasting: String
        let code: String?
        let host: String?
        let cause: String
        let degraded: Bool
        let hazards: [String]
        let mx_security: String?
        let recipients: Int
        // Results of earlier versions do not have these keys.
        let relay: String?
        let relayed: Int?
        let route: String?
        let elapsed_ms: Double?
    }
}
