public import DANE

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
