public import DANE
import Policy
public import Probe
import Support

/// Mail that an administrator holds back for some time (F-132): recipients in a zone are deferred at once, without an
/// inspection, and no connection is made to a prefix of addresses. It refuses nobody permanently, and accepts nobody.
public struct Hold: Sendable, Hashable {
    /// What is held back.
    public enum Subject: Sendable, Hashable, CustomStringConvertible {
        /// A domain and everything below it.
        case zone(DomainName)
        /// A block of addresses.
        case prefix(AddressRange)

        /// Reads `dead.example`, `192.0.2.0/24`, `2001:db8::/56` or a single address.
        ///
        /// - Returns: nil if it is none of these. The root, and blocks with all addresses, are not accepted.
        public init?(_ text: some StringProtocol) {
            if let range = AddressRange(String(text)) {
                guard range.prefixLength > 0 else { return nil }
                self = .prefix(range)
                return
            }
            let name = text.hasPrefix(".") ? text.dropFirst() : text[...]
            guard let pattern = DomainPattern(name), !pattern.isBelow else { return nil }
            self = .zone(pattern.domain)
        }

        /// The zone or the prefix.
        public var description: String {
            switch self {
            case .zone(let name): name.description
            case .prefix(let range): range.description
            }
        }
    }

    /// What is held back.
    public let subject: Subject
    /// When it ends, in seconds since 1970.
    public let until: Int64
    /// Who ordered it.
    public let by: String

    /// A hold with these values.
    public init(_ subject: Subject, until: Int64, by: String) {
        self.subject = subject
        self.until = until
        self.by = by
    }

    /// The hold in words.
    public var text: String { "\(subject) is held until \(UnixTime.minute(until)), by \(by)." }

    /// Why its mail is deferred, without a full stop. For log, trace and status, not for senders.
    var cause: String { "mail there is held back by this site's administrator until \(UnixTime.minute(until))" }
}
