import DANE
import Foundation
import Inspection
import Support

/// Writes inspections for the trace: the same JSON that `check` prints, with the time.
enum StoredInspection {
    /// The most bytes that are kept of one inspection.
    static let limit = 24_576

    private struct Body: Encodable {
        let destination: String
        let time: String
        let outcome: String
        let cause: String
        let host: NullableJSON<String>
        let degraded: Bool
        let hazards: [String]
        let mx_security: NullableJSON<String>
        let valid_for: Int64
        let elapsed_ms: Double
        let hosts: [InspectionJSON.Host]
        let steps: [InspectionJSON.Step]
        /// Whether something was left out for its size: the details of the addresses, or more.
        let cut: Bool
    }

    /// Returns the inspection as one line of JSON, of at most `limit` bytes.
    static func json(_ inspection: Inspection, at time: Int64, port: UInt16) -> String {
        func line(isBrief: Bool, hosts: Int, steps: Int) -> String {
            let verdict = inspection.verdict
            return JSONLine.of(
                Body(
                    destination: inspection.destination.text(standard: port),
                    time: UnixTime.iso8601(milliseconds: time),
                    outcome: verdict.outcome.rawValue,
                    cause: BoundedText.of(verdict.cause, TraceEntry.Limit.cause),
                    host: NullableJSON(verdict.host), degraded: verdict.isDegraded,
                    hazards: verdict.hazards.prefix(16).map { BoundedText.of($0, TraceEntry.Limit.cause) },
                    mx_security: NullableJSON(inspection.mxSecurity?.rawValue),
                    valid_for: inspection.lifetime.components.seconds,
                    elapsed_ms: inspection.elapsed.tenthsOfMilliseconds,
                    hosts: inspection.hosts.prefix(hosts).map { .init($0, isBrief: isBrief) },
                    steps: inspection.steps.prefix(steps).map(InspectionJSON.Step.init), cut: isBrief))
        }
        let whole = line(isBrief: false, hosts: .max, steps: .max)
        if whole.utf8.count <= limit { return whole }
        let brief = line(isBrief: true, hosts: .max, steps: .max)
        if brief.utf8.count <= limit { return brief }
        let briefer = line(isBrief: true, hosts: 0, steps: 20)
        return briefer.utf8.count <= limit ? briefer : line(isBrief: true, hosts: 0, steps: 0)
    }
}
