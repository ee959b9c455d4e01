import Glibc
import Milter

/// A listening socket that the service manager has made (sd_listen_fds(3)). Clients wait in its backlog during a
/// restart of the daemon, and the socket unit determines its owner, group and mode.
struct InheritedSocket: Sendable {
    /// The first inherited descriptor (`SD_LISTEN_FDS_START`).
    private static let first: Int32 = 3

    let descriptor: Int32
    let socket: MilterSocket

    /// The socket that the environment announces; nil if there is none.
    ///
    /// - Throws: If there are several, or it is not a socket that an MTA can connect to.
    init?(_ environment: [String: String]) throws(DaemonError) {
        guard environment["LISTEN_PID"] == "\(getpid())", let count = environment["LISTEN_FDS"].flatMap(Int.init),
            count > 0
        else { return nil }
        guard count == 1 else {
            throw DaemonError(
                status: EX_CONFIG,
                sentences: ["the service manager hands over \(count) sockets: there is use for one, the milter's."])
        }
        guard let socket = MilterSocket(listening: Self.first) else {
            throw DaemonError(
                status: EX_CONFIG,
                sentences: [
                    "what the service manager hands over is no listening stream socket that an MTA can connect to."
                ])
        }
        _ = fcntl(Self.first, F_SETFD, FD_CLOEXEC)
        descriptor = Self.first
        self.socket = socket
    }
}
