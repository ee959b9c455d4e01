public import DANE

extension AddressRange {
    /// The network that an address is in, as far as an outsider can tell: what is commonly one customer's, a /24 of
    /// IPv4 and a /56 of IPv6 (RFC 6177 §2).
    ///
    /// An IPv6 address that carries an IPv4 address to which a connection goes in the end is in that one's network.
    public static func network(of address: IPAddress) -> AddressRange {
        let address = SpecialPurpose.embedded(in: address) ?? address
        let length =
            switch address {
            case .v4: 24
            case .v6: 56
            }
        // Both lengths fit their families.
        guard let network = AddressRange(address, prefixLength: length) else { preconditionFailure("\(address)") }
        return network
    }
}
