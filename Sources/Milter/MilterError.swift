import Glibc

/// Why there is no milter. Errors with the same code are equal, whatever their sentences.
public struct MilterError: Error, Sendable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// The setting does not name a socket.
        case badSocket
        /// Another process listens there.
        case alreadyListening
        /// The path exists and is not a socket. It is left as it is.
        case notASocket
        /// The system refuses the socket because of its directory, permissions or address.
        case cannotListen
        /// The group of the socket does not exist.
        case noSuchGroup
        /// libmilter serves one milter per process, and there is one already.
        case inUse
        /// libmilter failed. It has logged the reason to syslog.
        case library
    }

    /// The kind of failure.
    public let code: Code
    /// A sentence that names the socket and the cause.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// A failed system call: the sentence, followed by the text for errno.
    init(_ code: Code, _ sentence: String, errno number: Int32) {
        self.init(code, "\(sentence): \(String(cString: strerror(number)))")
    }
}

extension MilterError: CustomStringConvertible {}

extension MilterError: Equatable {
    /// Whether both have the same code.
    public static func == (one: MilterError, other: MilterError) -> Bool { one.code == other.code }
}
