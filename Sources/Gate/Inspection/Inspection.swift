public import Certificates
public import DANE
public import Probe

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

/// A host, and all that was seen of it.
public struct InspectedHost: Sendable {
    /// What was found out.
    public let finding: HostFinding
    /// The TLSA base domain whose records counted; nil where there were none.
    public let base: DomainName?
    /// Its TLSA records.
    public let records: [TLSARecord]
    /// Its addresses.
    public let addresses: [InspectedAddress]
    /// What was done.
    public let steps: [InspectionStep]
    /// How long the answers may be kept; nil where there were none.
    public let lifetime: Duration?
}

/// An address of a host, and all that was seen of it.
public struct InspectedAddress: Sendable {
    /// What was found out.
    public let finding: AddressFinding
    /// What the probe saw; nil where there was none.
    public let report: ProbeReport?
    /// How the certificate was judged; nil where there was none.
    public let judgement: CertificateJudgement?
}
