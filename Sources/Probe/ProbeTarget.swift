public import DANE

/// One SMTP server at one address, to be probed.
public struct ProbeTarget: Hashable, Sendable {
    /// Where to connect.
    public let address: IPAddress
    /// The TCP port, 25 for mail exchangers.
    public let port: UInt16
    /// The TLSA base domain, which is sent as SNI (D-61, RFC 7672 §8.1). The root or a name in the form of an address
    /// sends no SNI.
    public let serverName: DomainName
    /// The kinds of certificate to offer.
    public let offer: CertificateOffer

    /// A target with these values.
    public init(address: IPAddress, port: UInt16 = 25, serverName: DomainName, offer: CertificateOffer = .any) {
        self.address = address
        self.port = port
        self.serverName = serverName
        self.offer = offer
    }
}
