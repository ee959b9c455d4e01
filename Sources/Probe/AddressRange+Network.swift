public import DANE

extension AddressRange {
    /// The network that an address is in, as far as an outsider can tell: usually that of one customer, a /24 for IPv4
    /// and a /56 for IPv6 (RFC 6177 §2).
    ///
    /// An IPv6 address that leads to an IPv4 address is in the network of that IPv4 address.
    public static func network(of address: IPAddress) -> AddressRange {
        let address = SpecialPurpose.embedded(in: address) ?? address
        let length =
            switch address {
            case .v4: 24
            case .v6: 56
            }
        // Both lengths are valid for their families.
        guard let network = AddressRange(address, prefixLength: length) else { preconditionFailure("\(address)") }
        return network
    }
}
