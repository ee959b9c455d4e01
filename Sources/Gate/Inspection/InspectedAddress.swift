public import Certificates
public import DANE
public import Probe

/// An address of a host, and all that was seen of it.
public struct InspectedAddress: Sendable {
    /// What was found out.
    public let finding: AddressFinding
    /// What the probe saw; nil where there was none.
    public let report: ProbeReport?
    /// How the certificate was judged; nil where there was none.
    public let judgement: CertificateJudgement?
}
