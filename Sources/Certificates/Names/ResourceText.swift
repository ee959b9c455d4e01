/// URIs in certificates (RFC 5280 §4.2.1.6 and §4.2.1.10).
enum ResourceText {
    /// Whether the host of a URI is the base or, if the base begins with a dot, a host below it.
    ///
    /// - Returns: nil if the URI has no host name or an IP address. Then "the application MUST reject the certificate".
    static func isWithin(_ base: ArraySlice<UInt8>, _ uri: ArraySlice<UInt8>) -> Bool? {
        guard let host = host(of: uri) else { return nil }
        guard base.first == UInt8(ascii: ".") else { return HostText.areEqual(base, host) }
        return host.count > base.count && HostText.areEqual(base, host.suffix(base.count))
    }

    /// The host of a URI: what is between `//` and the next `/`, `?` or `#`, without user and port (RFC 3986 §3.2).
    private static func host(of uri: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let colon = uri.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let rest = uri[(colon + 1)...]
        guard rest.starts(with: "//".utf8) else { return nil }
        let authority = rest.dropFirst(2).prefix { !"/?#".utf8.contains($0) }
        let place = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[($0 + 1)...] } ?? authority
        let host = place.prefix { $0 != UInt8(ascii: ":") }
        let isAddress =
            host.first == UInt8(ascii: "[") || host.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        return host.isEmpty || isAddress ? nil : host
    }
}
