import DANE

/// Who is at the other end of a connection: of whom there are many gives way first.
enum ConnectionPeer: Hashable, Sendable {
    /// A user of this machine.
    case user(UInt32)
    /// Another machine.
    case address(IPAddress)
    /// Nobody could tell.
    case unknown
}
