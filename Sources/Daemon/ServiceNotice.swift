import Glibc
import Support

/// Messages to the service manager (sd_notify(3)): a datagram to the socket that `NOTIFY_SOCKET` names.
enum ServiceNotice {
    /// Sends `READY=1`, `STOPPING=1` and the like. Without a service manager nothing happens.
    static func send(_ state: String, to path: String?) {
        guard let path, path.hasPrefix("/") || path.hasPrefix("@"), let address = UnixSocketAddress(path) else {
            return
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let message = Array(state.utf8)
        _ = address.withPointer { sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, $1) }
    }
}
