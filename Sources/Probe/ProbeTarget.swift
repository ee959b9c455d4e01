public import DANE

/// One SMTP server at one address, to be probed.
public struct ProbeTarget: Hashable, Sendable {
    /// Where to connect.
    public let address: IPAddress
    /// The TCP port, 25 for mail exchangers.
    public let port: UInt16
    /// The TLSA base domain, sent as SNI (RFC 7672 §8.1). The root, or a name that is an address literal, sends no SNI.
    public let serverName: DomainName
    /// The kinds of certificate to offer to take.
    public let offer: CertificateOffer

    /// A target of the given parts.
    public init(address: IPAddress, port: UInt16 = 25, serverName: DomainName, offer: CertificateOffer = .any) {
        self.address = address
        self.port = port
        self.serverName = serverName
        self.offer = offer
    }
}
