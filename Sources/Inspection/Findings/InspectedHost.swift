public import DANE

/// A host, and everything that was seen of it.
public struct InspectedHost: Sendable {
    /// The finding.
    public let finding: HostFinding
    /// Its reference identifiers, the TLSA base domain first; nil if there were no records.
    public let references: ReferenceIdentifiers?
    /// Its TLSA records.
    public let records: [TLSARecord]
    /// Its addresses.
    public let addresses: [InspectedAddress]
    /// What was done.
    public let steps: [InspectionStep]
    /// How long the answers may be kept; nil if there were none.
    public let lifetime: Duration?

    /// The TLSA base domain of the records; nil if there were none.
    public var base: DomainName? { references?.names.first }

    /// The host with new results for its addresses, which decide again.
    func with(_ addresses: [InspectedAddress], _ more: [InspectionStep] = []) -> InspectedHost {
        let deciding = HostFinding.deciding(addresses.map(\.finding))
        return InspectedHost(
            finding: HostFinding(
                name: finding.name, preference: finding.preference,
                outcome: deciding?.finding.outcome ?? finding.outcome, cause: deciding?.finding.cause ?? finding.cause,
                hazards: finding.hazards, isDegraded: deciding?.isDegraded ?? finding.isDegraded),
            references: references, records: records, addresses: addresses, steps: steps + more, lifetime: lifetime)
    }
}
