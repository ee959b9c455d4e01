public import DANE

/// The addresses that no mail exchanger of the Internet can have: the IANA IPv4 and IPv6 Special-Purpose Address
/// Registries (RFC 6890), and multicast.
///
/// The owner of a domain chooses where its MX records point. Without this check, anybody who can make a site send mail
/// could also make it connect to its own loopback, its private networks or the metadata service of a cloud.
public enum SpecialPurpose {
    /// The registered block that contains an address.
    ///
    /// IPv6 addresses that lead to an IPv4 address (IPv4-mapped, NAT64's well-known prefix, 6to4) are judged by that
    /// address.
    ///
    /// - Returns: The block and what it is for; nil for an address of the public Internet.
    public static func range(of address: IPAddress) -> (range: AddressRange, name: String)? {
        let row = registry(for: embedded(in: address) ?? address).first { $0.range.contains(address.judged) }
        return row ?? unassigned(address.judged)
    }

    /// The rest of IPv6. IANA has assigned only 2000::/3 as global unicast (RFC 4291 §2.4, and the registry of IPv6
    /// address space).
    private static func unassigned(_ address: IPAddress) -> (range: AddressRange, name: String)? {
        guard case .v6(let high, _) = address, high >> 61 != 1 else { return nil }
        return reserved
    }

    private static let reserved = table([("::/0", "reserved")])[0]

    /// The IPv4 address that an IPv6 address leads to; nil if there is none.
    static func embedded(in address: IPAddress) -> IPAddress? {
        guard case .v6(let high, let low) = address else { return nil }
        if high == 0, low >> 32 == 0xFFFF { return .v4(UInt32(truncatingIfNeeded: low)) }
        // RFC 6052 §2.1: 64:ff9b::/96.
        if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return .v4(UInt32(truncatingIfNeeded: low)) }
        // RFC 3056 §2: 2002:V4ADDR::/48.
        if high >> 48 == 0x2002 { return .v4(UInt32(truncatingIfNeeded: high >> 16)) }
        return nil
    }

    private static func registry(for address: IPAddress) -> [(range: AddressRange, name: String)] {
        if case .v4 = address { v4 } else { v6 }
    }

    private static let v4 = table([
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared address space"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "IETF protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "multicast tunnelling"),
        ("192.88.99.0/24", "6to4 relay anycast"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    ])

    private static let v6 = table([
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4-compatible"),
        // SIIT, RFC 7915 and its predecessor RFC 2765 §2.1: a translator sends it to any IPv4 address.
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("64:ff9b:1::/48", "local-use translation"),
        ("100::/64", "discard-only"),
        ("100:0:0:1::/64", "dummy prefix"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "IETF protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique-local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    ])

    private static func table(_ rows: [(String, String)]) -> [(range: AddressRange, name: String)] {
        rows.map { text, name in
            // The rows are literals in this file, and a test reads each of them.
            guard let range = AddressRange(text) else { preconditionFailure("\(text) is no address range") }
            return (range, name)
        }
    }
}

extension IPAddress {
    fileprivate var judged: IPAddress { SpecialPurpose.embedded(in: self) ?? self }
}
