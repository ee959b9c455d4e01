public import DANE

/// A block of IP addresses: those that share a prefix (CIDR, RFC 4632 §3.1).
public struct AddressRange: Hashable, Sendable {
    /// The first address of the block.
    public let base: IPAddress
    /// The number of leading bits that decide: 0 to 32, or 0 to 128.
    public let prefixLength: Int

    /// The block of that many leading bits in which the address lies.
    ///
    /// - Returns: nil if the length does not fit the address's family.
    public init?(_ address: IPAddress, prefixLength: Int) {
        guard prefixLength >= 0, prefixLength <= address.bytes.count * 8 else { return nil }
        self.base = address.masked(to: prefixLength)
        self.prefixLength = prefixLength
    }

    /// Reads `127.0.0.0/8`, `fd00::/8`, or a single address. Bits behind the prefix are cleared, not refused.
    ///
    /// - Returns: nil if the text is no such block.
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

    /// Whether the address lies in the block. IPv4 and IPv6 are not compared with each other.
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
    /// The address with all bits behind the first `length` cleared.
    fileprivate func masked(to length: Int) -> IPAddress {
        // Swift's smart shift makes a shift by the full width or more yield 0.
        switch self {
        case .v4(let number):
            .v4(number & ~(UInt32.max >> length))
        case .v6(let high, let low):
            .v6(high & ~(UInt64.max >> length), low & ~(UInt64.max >> max(0, length - 64)))
        }
    }
}
