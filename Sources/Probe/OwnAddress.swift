import DANE
import Glibc

/// The addresses from which this machine reaches the Internet.
enum OwnAddress {
    /// One address per family, by the kernel's routes. None for a family without a route.
    ///
    /// Connecting a UDP socket sends nothing. The targets are two root servers because their addresses do not change;
    /// any public address would do.
    static func known() -> [IPAddress] {
        ["198.41.0.4", "2001:503:ba3e::2:30"].compactMap { IPAddress($0).flatMap(from) }
    }

    /// The local address that the kernel would use to reach an address; nil if there is no route.
    private static func from(_ remote: IPAddress) -> IPAddress? {
        switch remote {
        case .v4(let number):
            var peer = sockaddr_in()
            peer.sin_family = sa_family_t(AF_INET)
            peer.sin_port = UInt16(25).bigEndian
            peer.sin_addr.s_addr = number.bigEndian
            return own(sockaddr_in(), AF_INET, to: peer).map { .v4(UInt32(bigEndian: $0.sin_addr.s_addr)) }
        case .v6:
            var peer = sockaddr_in6()
            peer.sin6_family = sa_family_t(AF_INET6)
            peer.sin6_port = UInt16(25).bigEndian
            withUnsafeMutableBytes(of: &peer.sin6_addr) { $0.copyBytes(from: remote.bytes) }
            return own(sockaddr_in6(), AF_INET6, to: peer).flatMap { name in
                withUnsafeBytes(of: name.sin6_addr) { IPAddress(bytes: $0) }
            }
        }
    }

    private static func own<Name>(_ empty: Name, _ family: Int32, to peer: Name) -> Name? {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var (name, length) = (empty, socklen_t(MemoryLayout<Name>.size))
        let isKnown =
            withUnsafePointer(to: peer) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
            } == 0
            && withUnsafeMutablePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            } == 0
        return isKnown ? name : nil
    }
}
