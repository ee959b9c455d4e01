public import DANE
import Support

/// The address of the milter's socket.
public enum MilterSocket: Sendable, Hashable {
    /// The longest path of a Unix socket, in bytes: the size of `sun_path` minus what libmilter needs.
    public static let maximumPathLength = 106

    /// A Unix socket at an absolute path.
    case unix(path: String)
    /// A TCP socket, with an IPv4 or IPv6 address.
    case inet(address: IPAddress, port: UInt16)

    /// Reads the setting.
    ///
    /// It accepts libmilter's order, `inet:8895@127.0.0.1` and `inet6:8895@::1`, and Postfix's, `inet:127.0.0.1:8895`
    /// and `inet:[::1]:8895`, because mixing them up is the commonest mistake with milters. It also accepts
    /// `unix:/path`, `local:/path` and an absolute path. A host is an address or `localhost`. There is no DNS lookup.
    ///
    /// - Throws: A sentence that quotes the setting.
    public init(_ text: String) throws(MilterError) {
        if text.hasPrefix("/") {
            self = .unix(path: try Self.path(text, of: text))
            return
        }
        guard let colon = text.firstIndex(of: ":") else {
            throw MilterError(.badSocket, "\(Self.quoted(text)) names no socket: \(Self.forms)")
        }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "unix", "local": self = .unix(path: try Self.path(rest, of: text))
        case "inet": self = try Self.inet(rest, six: false, of: text)
        case "inet6": self = try Self.inet(rest, six: true, of: text)
        default: throw MilterError(.badSocket, "\(Self.quoted(text)) names no kind of socket: \(Self.forms)")
        }
    }

    /// Whether something listens there, the daemon or the service manager in its place; nil if that cannot be told.
    /// Nothing is connected to. It reads files and may block for a moment.
    public var isListenedOn: Bool? { SystemSockets().listens(on: self) }

    /// The form for `smfi_setconn`: `inet:8895@127.0.0.1`, `inet6:8895@::1`, `unix:/path`.
    public var libmilterForm: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .inet(let address, let port):
            if case .v6 = address { "inet6:\(port)@\(address)" } else { "inet:\(port)@\(address)" }
        }
    }

    /// The form for `smtpd_milters` in Postfix's main.cf: `inet:127.0.0.1:8895`, `inet:[::1]:8895`, `unix:/path`.
    ///
    /// A chrooted smtpd, which is Debian's default, looks for the path below the queue directory, usually
    /// `/var/spool/postfix`.
    public var postfixForm: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .inet(let address, let port):
            if case .v6 = address { "inet:[\(address)]:\(port)" } else { "inet:\(address):\(port)" }
        }
    }

    private static let forms = "use inet:8895@127.0.0.1, inet6:8895@::1, unix:/path or an absolute path"

    /// A setting for use in a sentence: printable, and no longer than a line.
    private static func quoted(_ text: some StringProtocol) -> String {
        "\"\(PrintableText.of(text.utf8, limit: 200))\""
    }

    private static func path(_ path: String, of text: String) throws(MilterError) -> String {
        guard path.hasPrefix("/") else {
            throw MilterError(.badSocket, "\(quoted(text)) has no absolute path: write unix:/path")
        }
        guard path.utf8.count <= maximumPathLength else {
            throw MilterError(
                .badSocket,
                "\(quoted(text)) is too long: the path of a socket has at most \(maximumPathLength) bytes, "
                    + "this one has \(path.utf8.count)")
        }
        guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw MilterError(.badSocket, "the path of the socket holds control characters")
        }
        guard !path.hasSuffix("/") else {
            throw MilterError(.badSocket, "\(quoted(text)) names a directory, not a socket")
        }
        return path
    }

    private static func inet(_ rest: String, six: Bool, of text: String) throws(MilterError) -> MilterSocket {
        let host: Substring
        let number: Substring
        if let at = rest.firstIndex(of: "@") {
            (number, host) = (rest[..<at], rest[rest.index(after: at)...])
        } else if let colon = rest.lastIndex(of: ":") {
            (host, number) = (rest[..<colon], rest[rest.index(after: colon)...])
        } else {
            throw MilterError(.badSocket, "\(quoted(text)) lacks the address to listen on, as in inet:8895@127.0.0.1")
        }
        guard number.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = UInt16(number), port > 0 else {
            throw MilterError(.badSocket, "\(quoted(number)) in \(quoted(text)) is not a port from 1 to 65535")
        }
        guard let address = address(host, six: six) else {
            throw MilterError(.badSocket, "\(quoted(host)) in \(quoted(text)) is not an IP address nor localhost")
        }
        if six, case .v4 = address {
            throw MilterError(.badSocket, "\(quoted(text)) gives an IPv4 address: write inet:, not inet6:")
        }
        return .inet(address: address, port: port)
    }

    private static func address(_ host: Substring, six: Bool) -> IPAddress? {
        if host == "localhost" { return six ? .v6(0, 1) : .v4(0x7F00_0001) }
        guard host.hasPrefix("["), host.hasSuffix("]") else { return IPAddress(host) }
        return IPAddress(host.dropFirst().dropLast())
    }
}

extension MilterSocket: CustomStringConvertible {
    /// The same as `libmilterForm`. Settings and log use this form.
    public var description: String { libmilterForm }
}
