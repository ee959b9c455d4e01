public import DANE

/// All that an inspection saw, for the analyzer; the gate keeps only the verdict.
public struct Inspection: Sendable {
    /// The DNSSEC state of an answer; the raw values are the `mx_security` of the JSON.
    public enum Security: String, Sendable {
        case secure, insecure, bogus, failed
    }

    /// What was inspected.
    public let destination: Destination
    /// What is true about it.
    public let verdict: Verdict
    /// The state of the MX answer; nil where there was no MX lookup.
    public let mxSecurity: Security?
    /// The hosts that were looked at, in MX preference order.
    public let hosts: [InspectedHost]
    /// What was done.
    public let steps: [InspectionStep]
    /// How long the answers that decided may be kept.
    public let lifetime: Duration
    /// How long it took.
    public let elapsed: Duration
}
