import DANE

/// The other end of a connection. The peer with the most connections loses one first.
enum ConnectionPeer: Hashable, Sendable, CustomStringConvertible {
    /// A user of this machine.
    case user(UInt32)
    /// Another machine.
    case address(IPAddress)
    /// Unknown, because the system did not tell.
    case unknown

    /// The form in `danegate status`: `user 65534`, or an address.
    var description: String {
        switch self {
        case .user(let number): "user \(number)"
        case .address(let address): "\(address)"
        case .unknown: "unknown"
        }
    }
}
