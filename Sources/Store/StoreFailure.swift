import Glibc
import NIOCore
import Support

/// Says in words why a connection failed.
enum StoreFailure {
    /// A clause of printable ASCII, without the place.
    static func clause(_ error: any Error) -> String {
        switch error {
        case ChannelError.connectTimeout: "no connection in time"
        case let error as IOError: clause(errno: error.errnoCode)
        case let error as StoreTLSError: error.description
        default: PrintableText.of("\(error)".utf8, limit: 200)
        }
    }

    private static func clause(errno code: Int32) -> String {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET, EPIPE: "the store reset the connection"
        case ETIMEDOUT: "connection timed out"
        case ENETUNREACH: "no route to the network"
        case EHOSTUNREACH: "no route to the host"
        case ENOENT: "there is no such socket"
        case EACCES, EPERM: "connecting is not permitted here"
        case EMFILE, ENFILE: "out of file descriptors"
        default: "error \(code) of the operating system"
        }
    }
}
