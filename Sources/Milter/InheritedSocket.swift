import Glibc

/// A listening socket that another process has made and handed over. It is served, and neither changed nor removed.
public struct InheritedSocket: Sendable, Hashable {
    /// Its descriptor.
    public let descriptor: Int32
    /// Where it listens, as the system tells it (getsockname(2)).
    public let socket: MilterSocket

    /// Takes over a descriptor. Programs that this process starts do not get it.
    ///
    /// nil if it is not a listening stream socket of a kind that clients can connect to.
    public init?(_ descriptor: Int32) {
        guard let socket = SocketClaim.place(of: descriptor), fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            return nil
        }
        self.descriptor = descriptor
        self.socket = socket
    }
}
