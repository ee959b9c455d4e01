import DANE
import Glibc

/// Looks up a host of the store's address as any program does: /etc/hosts first, by whatever nsswitch.conf says.
enum HostAddresses {
    /// The most addresses of a host that are tried.
    static let maximumCount = 4

    /// The addresses of a name, in the order in which they are to be tried (getaddrinfo(3)); none if there are none or
    /// nobody answers. It blocks its thread until the C library gives up, which may take half a minute.
    static func look(_ name: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next?.pointee, found.count < maximumCount {
            next = entry.ai_next
            guard let address = address(entry), !found.contains(address) else { continue }
            found.append(address)
        }
        return found
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        guard let name = entry.ai_addr else { return nil }
        let raw = UnsafeRawPointer(name)
        switch entry.ai_family {
        case AF_INET:
            let address = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            return withUnsafeBytes(of: address) { IPAddress(bytes: $0) }
        case AF_INET6:
            let address = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return withUnsafeBytes(of: address) { IPAddress(bytes: $0) }
        default: return nil
        }
    }
}
