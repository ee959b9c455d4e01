import DANE
import Glibc

/// This machine's own name, as the C library knows it.
enum HostName {
    /// The result of a search.
    enum Finding: Hashable, Sendable {
        /// A fully qualified name.
        case name(String)
        /// There is no such name.
        case none
        /// The name service did not answer. There may be a name later.
        case unknown
    }

    /// Looks for the canonical name, as `hostname -f` does (gethostname(2), getaddrinfo(3) with AI_CANONNAME).
    ///
    /// It may query the DNS, and blocks its thread until the C library gives up, which may take half a minute. If the
    /// canonical name is not fully qualified, the plain host name is tried.
    static func look() -> Finding {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return .none }
        let host = text(buffer)
        var hints = addrinfo()
        hints.ai_flags = AI_CANONNAME
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(buffer, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        let canonical = code == 0 ? list?.pointee.ai_canonname.map { String(cString: $0) } : nil
        return finding(canonical: canonical, host: host, isUnanswered: code == EAI_AGAIN)
    }

    /// Chooses between two names of the machine.
    ///
    /// - Parameters:
    ///   - canonical: The canonical name; nil if there is none.
    ///   - host: The name that the kernel has.
    ///   - isUnanswered: Whether the canonical name could not be looked up at the moment.
    static func finding(canonical: String?, host: String, isUnanswered: Bool) -> Finding {
        for text in [canonical, host] {
            guard let text, let name = DomainName(text), ClientName.unfitness(of: name) == nil else { continue }
            return .name(name.text)
        }
        return isUnanswered ? .unknown : .none
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
