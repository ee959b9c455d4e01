import Glibc

/// Where a milter listens.
struct Endpoint: Sendable {
    private var unix: sockaddr_un?
    private var inet = sockaddr_in()

    /// `unix:/path` or `inet:port@address`; nil for anything else.
    init?(_ text: String) {
        if text.hasPrefix("unix:") {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let path = Array(text.dropFirst(5).utf8)
            guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
            unix = address
        } else {
            let parts = text.split(separator: "@").map(String.init)
            guard text.hasPrefix("inet:"), parts.count == 2, let port = UInt16(parts[0].dropFirst(5)) else {
                return nil
            }
            inet.sin_family = sa_family_t(AF_INET)
            inet.sin_port = port.bigEndian
            inet.sin_addr.s_addr = inet_addr(parts[1])
        }
    }

    /// A socket that does not block, and what connecting it came to: 0, or an error number.
    func connect() -> (descriptor: Int32, error: Int32) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(unix == nil ? AF_INET : AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return (-1, errno) }
        var one: Int32 = 1
        if unix == nil {
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        func join<Address>(_ address: Address) -> Int32 {
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        let status = if let unix { join(unix) } else { join(inet) }
        return (descriptor, status == 0 ? 0 : errno)
    }
}
