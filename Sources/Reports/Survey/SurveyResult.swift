import DANE
import Foundation
import Inspection
import Policy
import Support

/// What a survey says of one destination: one line of its results.
struct SurveyResult: Sendable, Hashable {
    /// The destination, in A-labels; a next hop in brackets as such.
    let domain: String
    /// What was ruled upon.
    let outcome: Outcome
    /// The ruling for a fault that is seen for the first time.
    let ruling: Ruling.Action
    /// What it would be if the destination were not merely monitored; nil where that is the same.
    let would: Ruling.Action?
    /// What it would be for every recipient once the fault has lasted for `DEFER_FOR`, enforced everywhere but where
    /// the policy file says `exempt` or `monitor`.
    let lasting: Ruling.Action
    /// The code of the refusal at first, carried out or not.
    let code: String?
    /// The host that decided.
    let host: String?
    /// Why, as a sentence without a full stop.
    let cause: String
    /// Whether a host before or beside the deciding one failed.
    let isDegraded: Bool
    /// What would crash or wedge the MTA itself.
    let hazards: [String]
    /// The DNSSEC state of the MX answer; nil where there was none.
    let mxSecurity: Inspection.Security?
    /// How many recipients the input has there.
    let recipients: Int
    /// The relay that mail went by, as a next hop, where that is no MX host of the domain; nil where the input shows
    /// none.
    var relay: String?
    /// How many of the recipients went so.
    var relayed = 0
    /// Whether the domain itself was judged, or the relay in its place.
    var route = Settings.RouteSource.recipient
    /// How long the inspection took, in milliseconds; nil unless asked for.
    let elapsed: Double?

    /// Whether mail there would be refused, for now or for good, if the gate were in force.
    var isRefused: Bool { lasting != .accept && (would ?? ruling) != .accept }
}

extension SurveyResult {
    /// The result as one line of JSON, without its end.
    var json: String { JSONLine.of(Body(self)) }

    /// Reads what `json` has written.
    ///
    /// - Returns: nil if the line is none.
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
        // Results of earlier versions have none of these.
        let relay: String?
        let relayed: Int?
        let route: String?
        let elapsed_ms: Double?
    }
}
