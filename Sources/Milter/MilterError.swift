import Glibc

/// Why there is no milter. Equal errors have the same code, whatever their sentences.
public struct MilterError: Error, Sendable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// The setting names no socket.
        case badSocket
        /// Another process listens there.
        case alreadyListening
        /// What stands at the path is not a socket. It is left as it is.
        case notASocket
        /// The system refuses the socket: directory, permission, address.
        case cannotListen
        /// The group of the socket does not exist.
        case noSuchGroup
        /// libmilter serves one milter a process, and there is one.
        case inUse
        /// libmilter failed; it tells syslog why.
        case library
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence that names the socket and the cause.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// A failed system call: the sentence, and what errno says.
    init(_ code: Code, _ sentence: String, errno number: Int32) {
        self.init(code, "\(sentence): \(String(cString: strerror(number)))")
    }
}

extension MilterError: CustomStringConvertible {}

extension MilterError: Equatable {
    /// Whether both are of one code.
    public static func == (one: MilterError, other: MilterError) -> Bool { one.code == other.code }
}
