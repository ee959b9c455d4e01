public import DANE

/// An MX record (RFC 1035 §3.3.9).
public struct MXRecord: Sendable, Hashable {
    /// The host that an MX record names.
    public enum Exchange: Sendable, Hashable {
        /// `.`: the domain takes no mail, if this is its only MX record (N-01, RFC 7505 §3).
        case null
        /// A host.
        case host(DomainName)
        /// Not the name of a mail host, or not a name at all. The text is for people: the name with RFC 1035 §5.1
        /// escapes, or RDATA in the form of RFC 3597, in printable ASCII of bounded length.
        case malformed(String)
    }

    /// The preference. Lower values are tried first.
    public let preference: UInt16
    /// The host.
    public let exchange: Exchange

    /// A record with these values.
    public init(preference: UInt16, exchange: Exchange) {
        self.preference = preference
        self.exchange = exchange
    }

    /// A record from its RDATA: two bytes and an uncompressed name. It never fails. A host that cannot be read is
    /// `.malformed`. Without a preference, the record comes last.
    init(rdata: [UInt8]) {
        guard rdata.count > 2 else {
            self.init(preference: .max, exchange: .malformed(WireText.unknown(rdata)))
            return
        }
        let name = rdata.dropFirst(2)
        let exchange: Exchange =
            if let host = DomainName(wire: name) {
                host.isRoot ? .null : .host(host)
            } else {
                .malformed(WireText.name(name) ?? WireText.unknown(rdata))
            }
        self.init(preference: UInt16(rdata[0]) << 8 | UInt16(rdata[1]), exchange: exchange)
    }
}
