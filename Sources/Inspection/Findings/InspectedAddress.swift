public import Certificates
public import DANE
public import Probe

/// An address of a host, and everything that was seen of it.
public struct InspectedAddress: Sendable {
    /// The finding.
    public private(set) var finding: AddressFinding
    /// The connection that decided.
    public private(set) var decisive: InspectedConnection
    /// All connections in the order in which they were made, including the deciding one.
    public private(set) var connections: [InspectedConnection]

    /// The report of the deciding connection.
    public var report: ProbeReport { decisive.report }
    /// The judgement of the deciding certificate; nil if there was none.
    public var judgement: CertificateJudgement? { decisive.judgement }

    /// An address with a single connection.
    init(_ address: IPAddress, _ connection: InspectedConnection) {
        self.init(
            finding: AddressFinding(
                address: address, outcome: connection.outcome, cause: connection.cause, isProbed: connection.isProbed),
            decisive: connection, connections: [connection])
    }

    /// An address with these values.
    init(finding: AddressFinding, decisive: InspectedConnection, connections: [InspectedConnection]) {
        self.finding = finding
        self.decisive = decisive
        self.connections = connections
    }

    /// The address with the results of further connections.
    ///
    /// - Parameters:
    ///   - connections: All connections, the new ones included.
    ///   - decisive: The connection that decides now; nil if it stays the same.
    ///   - cause: The new cause; nil if it stays the same.
    ///   - degraded: Whether they showed a fault that the deciding connection did not show.
    func with(
        _ connections: [InspectedConnection], decisive: InspectedConnection? = nil, cause: String? = nil, degraded: Bool
    ) -> InspectedAddress {
        var address = self
        address.connections = connections
        address.decisive = decisive ?? self.decisive
        address.finding.cause = cause ?? finding.cause
        address.finding.isDegraded = finding.isDegraded || degraded
        return address
    }
}
