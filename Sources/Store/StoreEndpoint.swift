import DANE
import Support

/// One place at which a store may listen.
package enum StoreEndpoint: Sendable, Hashable {
    /// A host by name or address, and its port.
    case tcp(host: String, port: UInt16)
    /// A Unix socket at an absolute path.
    case unix(path: String)

    /// The port of Redis and Valkey.
    package static let defaultPort: UInt16 = 6379

    /// Reads `host`, `host:port`, `192.0.2.1:6379` or `[2001:db8::1]:6379`.
    ///
    /// - Throws: Why it is none, as a clause that follows the quoted text.
    init(host text: Substring) throws(StoreAddressError) {
        let host: Substring
        let rest: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard case .v6? = IPAddress(host) else { throw StoreAddressError("has no IPv6 address in its brackets") }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            guard rest.dropFirst().firstIndex(of: ":") == nil else {
                throw StoreAddressError("needs brackets around an IPv6 address, as in [2001:db8::1]:6379")
            }
        }
        var port = Self.defaultPort
        if !rest.isEmpty {
            let digits = rest.dropFirst()
            guard rest.hasPrefix(":"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt16(digits), number > 0
            else { throw StoreAddressError("has no port from 1 to 65535 behind its host") }
            port = number
        }
        if let address = IPAddress(host) {
            self = .tcp(host: address.description, port: port)
        } else if let name = DomainName(host), let top = name.text.split(separator: ".").last,
            !top.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        {
            // Digits at the end are an address with a mistake: no top-level domain is a number (RFC 3696 §2).
            self = .tcp(host: name.text, port: port)
        } else {
            throw StoreAddressError(host.isEmpty ? "lacks a host" : "has neither a name nor an IP address as its host")
        }
    }

    /// A Unix socket at a path.
    ///
    /// - Throws: Why there cannot be one, as a clause that follows the quoted text.
    init(path: Substring) throws(StoreAddressError) {
        guard path.hasPrefix("/") else { throw StoreAddressError("has no absolute path: write unix:/path") }
        guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw StoreAddressError("has control characters in its path")
        }
        guard !path.hasSuffix("/") else { throw StoreAddressError("names a directory, not a socket") }
        guard UnixSocketAddress(String(path)) != nil else {
            throw StoreAddressError("is too long: the path of a socket has at most \(UnixSocketAddress.limit) bytes")
        }
        self = .unix(path: String(path))
    }
}

extension StoreEndpoint: CustomStringConvertible {
    /// `redis1.example.org:6379`, `[2001:db8::1]:6379` or `unix:/path`.
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
