import DANE
import Probe

/// Who asks, for whatever a client may have only some of.
enum PageClient: Sendable, Hashable {
    /// An administrator, who has no limit but that of all.
    case administrator
    /// A visitor with this address; nil where nobody says it, which is one client.
    case visitor(IPAddress?)

    /// What the client's share is counted under; nil if it has no limit of its own.
    var key: String? {
        switch self {
        case .administrator: nil
        case .visitor(let address): address.map(Self.key) ?? "unknown"
        }
    }

    /// What an address is counted under. A client of IPv6 has at least a /64, and of it any address.
    static func key(_ address: IPAddress) -> String {
        switch address {
        case .v4: "\(address)"
        case .v6(let high, _): "\(IPAddress.v6(high, 0))/64"
        }
    }
}
