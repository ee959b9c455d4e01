public import DANE

/// A host, and everything that was seen of it.
public struct InspectedHost: Sendable {
    /// The finding.
    public internal(set) var finding: HostFinding
    /// Its reference identifiers, the TLSA base domain first; nil if there were no records.
    public let references: ReferenceIdentifiers?
    /// Its TLSA records.
    public let records: [TLSARecord]
    /// Its addresses.
    public internal(set) var addresses: [InspectedAddress]
    /// What was done.
    public internal(set) var steps: [InspectionStep]
    /// How long the answers may be kept; nil if there were none.
    public let lifetime: Duration?

    /// The TLSA base domain of the records; nil if there were none.
    public var base: DomainName? { references?.names.first }

    /// The host with new results for its addresses, which decide again.
    func with(_ addresses: [InspectedAddress], _ more: [InspectionStep] = []) -> InspectedHost {
        var host = self
        host.addresses = addresses
        host.steps += more
        if let deciding = HostFinding.deciding(addresses.map(\.finding)) { host.finding.decide(by: deciding) }
        return host
    }
}
