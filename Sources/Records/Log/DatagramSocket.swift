import Glibc
import Support

/// A connected Unix datagram socket that never blocks. Releasing the object closes it.
final class DatagramSocket: Sendable {
    /// The result for a datagram.
    enum Result {
        case sent
        /// The reader accepts no more at the moment.
        case blocked
        /// The reader is gone.
        case gone
        /// It is larger than a datagram may be.
        case tooLong
        /// It cannot be sent, for another reason.
        case refused
    }

    private let descriptor: Int32

    /// A socket that is connected to the reader at a path; nil if there is none.
    init?(to path: String) {
        guard let address = UnixSocketAddress(path) else { return nil }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { return nil }
        guard address.withPointer({ connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Sends a datagram.
    func send(_ bytes: [UInt8]) -> Result {
        if Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) >= 0 { return .sent }
        switch errno {
        case EAGAIN, ENOBUFS, ENOMEM, EINTR: return .blocked
        case EMSGSIZE: return .tooLong
        case ECONNREFUSED, ECONNRESET, ENOTCONN, EPIPE, EDESTADDRREQ, ENOENT: return .gone
        default: return .refused
        }
    }

    /// Waits until the reader accepts more, for at most a tenth of a second.
    func waitUntilReady() {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // If poll says that it is ready although it is not, there is no hurry.
        if poll(&request, 1, 100) != 0 { usleep(1000) }
    }
}
