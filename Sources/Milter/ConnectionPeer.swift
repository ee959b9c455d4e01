import DANE

/// Who is at the other end of a connection: of whom there are many gives way first.
enum ConnectionPeer: Hashable, Sendable, CustomStringConvertible {
    /// A user of this machine.
    case user(UInt32)
    /// Another machine.
    case address(IPAddress)
    /// Nobody could tell.
    case unknown

    /// As `danegate status` shows it: `user 65534`, an address.
    var description: String {
        switch self {
        case .user(let number): "user \(number)"
        case .address(let address): "\(address)"
        case .unknown: "unknown"
        }
    }
}
