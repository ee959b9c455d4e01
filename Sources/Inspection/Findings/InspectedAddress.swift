public import Certificates
public import DANE
public import Probe

/// An address of a host, and all that was seen of it.
public struct InspectedAddress: Sendable {
    /// What was found out.
    public let finding: AddressFinding
    /// The connection that decided.
    public let decisive: InspectedConnection
    /// All connections, in the order in which they were made, the deciding one among them.
    public let connections: [InspectedConnection]

    /// What the probe saw that decided.
    public var report: ProbeReport { decisive.report }
    /// How the certificate was judged that decided; nil where there was none.
    public var judgement: CertificateJudgement? { decisive.judgement }

    /// An address that was connected to once.
    init(_ address: IPAddress, _ connection: InspectedConnection) {
        self.init(
            finding: AddressFinding(
                address: address, outcome: connection.outcome, cause: connection.cause, isProbed: connection.isProbed),
            decisive: connection, connections: [connection])
    }

    /// An address of these parts.
    init(finding: AddressFinding, decisive: InspectedConnection, connections: [InspectedConnection]) {
        self.finding = finding
        self.decisive = decisive
        self.connections = connections
    }

    /// The address with what further connections showed.
    ///
    /// - Parameters:
    ///   - cause: What is now to be said; nil if nothing else.
    ///   - degraded: Whether they showed a fault that the deciding connection did not meet.
    func with(
        _ connections: [InspectedConnection], decisive: InspectedConnection? = nil, cause: String? = nil, degraded: Bool
    ) -> InspectedAddress {
        InspectedAddress(
            finding: AddressFinding(
                address: finding.address, outcome: finding.outcome, cause: cause ?? finding.cause,
                isProbed: finding.isProbed, isDegraded: finding.isDegraded || degraded),
            decisive: decisive ?? self.decisive, connections: connections)
    }
}
