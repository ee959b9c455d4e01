public import DANE

/// A block of IP addresses with a common prefix (CIDR, RFC 4632 §3.1).
public struct AddressRange: Hashable, Sendable {
    /// The first address of the block.
    public let base: IPAddress
    /// The number of leading bits that all its addresses share: 0 to 32, or 0 to 128.
    public let prefixLength: Int

    /// The block that contains the address and has this prefix length.
    ///
    /// - Returns: nil if the length is not valid for the address's family.
    public init?(_ address: IPAddress, prefixLength: Int) {
        guard prefixLength >= 0, prefixLength <= address.bytes.count * 8 else { return nil }
        self.base = address.masked(to: prefixLength)
        self.prefixLength = prefixLength
    }

    /// Reads `127.0.0.0/8`, `fd00::/8`, or a single address. Bits after the prefix are cleared, not refused.
    ///
    /// - Returns: nil if the text is not such a block.
    public init?(_ cidr: String) {
        let parts = cidr.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        guard parts.count == 2 else {
            self.init(address, prefixLength: address.bytes.count * 8)
            return
        }
        guard parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(parts[1])
        else { return nil }
        self.init(address, prefixLength: length)
    }

    /// Whether the block contains the address. An IPv4 address is never in an IPv6 block, nor the reverse.
    public func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4, .v4), (.v6, .v6): address.masked(to: prefixLength) == base
        default: false
        }
    }
}

extension AddressRange: CustomStringConvertible {
    /// `127.0.0.0/8`.
    public var description: String { "\(base)/\(prefixLength)" }
}

extension IPAddress {
    /// The address with all bits after the first `length` cleared.
    fileprivate func masked(to length: Int) -> IPAddress {
        // Swift's smart shift yields 0 for a shift by the full width or more.
        switch self {
        case .v4(let number):
            .v4(number & ~(UInt32.max >> length))
        case .v6(let high, let low):
            .v6(high & ~(UInt64.max >> length), low & ~(UInt64.max >> max(0, length - 64)))
        }
    }
}
