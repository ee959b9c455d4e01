public import DANE

/// Everything that an inspection saw, for the analyzer. The gate keeps only the verdict.
public struct Inspection: Sendable {
    /// The DNSSEC state of an answer. The raw values are the values of `mx_security` in JSON.
    public enum Security: String, Sendable {
        case secure, insecure, bogus, failed
    }

    /// What was inspected.
    public let destination: Destination
    /// What is true about it.
    public let verdict: Verdict
    /// The state of the MX answer; nil if there was no MX lookup.
    public let mxSecurity: Security?
    /// The hosts that were looked at, in the order of preference.
    public let hosts: [InspectedHost]
    /// What was done.
    public let steps: [InspectionStep]
    /// How long the answers that decided may be kept.
    public let lifetime: Duration
    /// How long it took.
    public let elapsed: Duration
}
