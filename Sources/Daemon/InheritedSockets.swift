import Gate
import Glibc
import Milter
import Policy
import Support

/// The listening sockets that the service manager has made (sd_listen_fds(3)). Clients wait in their backlog during a
/// restart of the daemon, and the socket units determine their owners, groups and modes.
///
/// `FileDescriptorName=` of a socket unit says for which door it is. A socket without a name of its own is the
/// milter's: systemd then gives it the name of its unit, such as `danegate.socket`.
struct InheritedSockets: Sendable {
    /// What a socket can be for. The raw values are the names.
    enum Door: String, CaseIterable {
        case milter
        case query
        case tlsPolicy = "tls-policy"
        case web

        /// The door of lines that serves it; nil for the milter and the page.
        var kind: LineDoors.Kind? {
            switch self {
            case .query: .query
            case .tlsPolicy: .tlsPolicy
            case .milter, .web: nil
            }
        }
    }

    /// The first inherited descriptor (`SD_LISTEN_FDS_START`).
    private static let first: Int32 = 3
    /// The variables that announce the sockets. They are for this process alone.
    private static let variables = ["LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES"]

    /// The milter's socket; nil if the daemon makes it.
    private(set) var milter: InheritedSocket?
    /// The page's socket; nil if the daemon makes it, or there is no page.
    private(set) var web: InheritedSocket?
    /// The sockets of the other doors beside it.
    private(set) var doors: [LineDoors.Kind: InheritedSocket] = [:]

    /// No sockets.
    init() {}

    /// The sockets that the environment announces. There are none if they are announced to another process.
    ///
    /// - Throws: If one of them cannot be served, or it is not certain what it is for.
    init(_ environment: [String: String]) throws(DaemonError) {
        guard environment["LISTEN_PID"] == "\(getpid())", let text = environment["LISTEN_FDS"] else { return }
        let most = Int32(Door.allCases.count)
        guard let count = Int32(text), (0...most).contains(count) else {
            throw Self.error("hands over \(Self.quoted(text)) sockets: there is use for \(most) at most")
        }
        // Without the variable no socket has a name.
        let names =
            environment["LISTEN_FDNAMES"].map { $0.split(separator: ":", omittingEmptySubsequences: false) }
            ?? Array(repeating: "", count: Int(count))
        guard names.count == count || count == 0 else {
            throw Self.error("hands over \(count) sockets and names \(names.count) (LISTEN_FDNAMES)")
        }
        for (descriptor, name) in zip(Self.first..<Self.first + count, names) {
            guard let door = Self.door(named: name) else {
                let known = Door.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.error(
                    "hands over a socket that is named \(Self.quoted(name)): FileDescriptorName= must be one of "
                        + known)
            }
            guard let socket = InheritedSocket(descriptor) else {
                throw Self.error(
                    "hands over something for \(door.rawValue) that is no listening stream socket with an address")
            }
            try take(socket, door)
        }
    }

    private mutating func take(_ socket: InheritedSocket, _ door: Door) throws(DaemonError) {
        guard let kind = door.kind else {
            let isFree = door == .web ? web == nil : milter == nil
            let name = door == .web ? "web" : "the milter"
            guard isFree else { throw Self.error("hands over two sockets for \(name): it serves one") }
            // Who gets in at the page depends on settings (`check`).
            if door == .web { web = socket } else { milter = socket }
            return
        }
        guard doors[kind] == nil else { throw Self.error("hands over two sockets for \(door.rawValue): it serves one") }
        // As with the setting.
        guard DoorSocket.mayListen(on: socket.socket) else {
            throw Self.error(
                "hands over \(socket.socket) for \(door.rawValue): it must be a loopback address or a unix socket, "
                    + "because anybody may ask there")
        }
        doors[kind] = socket
    }

    /// What a socket of this name is for; nil if nobody knows.
    private static func door(named name: Substring) -> Door? {
        if name.isEmpty || name == "unknown" || name.hasSuffix(".socket") { return .milter }
        return Door(rawValue: String(name))
    }

    /// The settings that they stand for, with where they listen.
    var settings: [(name: String, socket: MilterSocket)] {
        [
            ("MILTER_SOCKET", milter), ("QUERY_SOCKET", doors[.query]), ("TLS_POLICY_SOCKET", doors[.tlsPolicy]),
            ("WEB_LISTEN", web),
        ]
        .compactMap { name, inherited in inherited.map { (name, $0.socket) } }
    }

    /// Where the page is served by these settings and sockets, and who gets in there. The inherited socket counts.
    func page(_ settings: Settings) -> WebDoor {
        var page = settings.web
        if let web { page.listen.socket = web.socket }
        return page
    }

    /// Checks that nobody gets in at the page's socket who is not to.
    ///
    /// - Throws: If other machines can reach it and the settings name no authorization.
    func check(with settings: Settings) throws(DaemonError) {
        guard let web, let openness = page(settings).openness(of: "hands over \(web.socket) for web") else { return }
        throw Self.error(String(openness.dropLast()))
    }

    /// Removes the announcement from the environment of the process, so that no child takes it for its own. There must
    /// be no other threads yet.
    static func forgetAnnouncement() { for name in variables { unsetenv(name) } }

    private static func quoted(_ text: some StringProtocol) -> String { TerminalText.shown(String(text), limit: 60) }

    private static func error(_ clause: String) -> DaemonError {
        DaemonError(status: EX_CONFIG, sentences: ["the service manager \(clause)."])
    }
}
