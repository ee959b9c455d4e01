import DANE
import Foundation
import Glibc
import HTTPTypes
import Milter
import NIOCore
import Policy
import Probe
import Support

/// Who may do what with the page, and who it is that asks.
///
/// | where it listens | without a token | with a token |
/// |---|---|---|
/// | Unix socket, no token file | administrator: mode and group of the socket let people in | |
/// | Unix socket, token file | visitor | administrator |
/// | Unix socket that all users may write to, made by somebody else | visitor | administrator |
/// | loopback | visitor: every user of this machine can connect | administrator |
/// | elsewhere, token file | stranger | administrator |
/// | any of these, for administrators alone | stranger (Unix socket, no token: administrator) | administrator |
/// | elsewhere, no token file | visitor, if it is a proxy of the settings; else stranger | |
struct AccessRules: Sendable {
    private let door: WebDoor
    /// Whether every user of this machine may connect to the Unix socket, so that it is no authorization.
    let isForAllUsers: Bool
    /// The tokens; nil if none are set.
    let tokens: TokenBook?
    /// Whether nobody is let in but administrators.
    let isForAdministratorsAlone: Bool

    /// The rules by the settings.
    ///
    /// - Parameter isInherited: Whether somebody else has made the socket, and decided on its mode.
    /// - Throws: Why the file of tokens cannot be used.
    init(_ door: WebDoor, isInherited: Bool = false) throws(WebError) {
        self.door = door
        isForAdministratorsAlone = false
        isForAllUsers = isInherited && Self.isForAllUsers(door)
        tokens = try door.tokenFile.map { (path) throws(WebError) in try TokenBook(path) }
    }

    /// The rules of a page that is for administrators alone.
    ///
    /// - Parameters:
    ///   - listen: Where it listens.
    ///   - token: What makes an administrator; nil if the mode of the Unix socket does.
    init(alone listen: DoorSocket, token: String?) {
        door = WebDoor(listen)
        isForAllUsers = false
        isForAdministratorsAlone = true
        tokens = token.map { TokenBook(only: $0) }
    }

    /// What the rules come to, for the log line of the start: what people need who are not administrators of the host.
    var summary: String {
        if tokens != nil { return "token" }
        if door.isOpenToOthers { return "proxy" }
        if case .unix = door.listen.socket, !isForAllUsers { return "socket" }
        return "none"
    }

    /// What somebody may do.
    func standing(of peer: WebPeer, authorization: String?) -> Standing {
        if let tokens, let token = Self.token(authorization), tokens.holds(token) { return .administrator }
        guard !isForAdministratorsAlone else { return peer == .unix && tokens == nil ? .administrator : .stranger }
        if door.isOpenToOthers {
            guard tokens == nil, case .address(let address) = peer else { return .stranger }
            return isProxy(address) ? .visitor : .stranger
        }
        return peer == .unix && tokens == nil && !isForAllUsers ? .administrator : .visitor
    }

    /// Whether the Unix socket of a door has a mode by which others may write, which is what connecting takes
    /// (unix(7)): systemd's own is 0666. One that cannot be looked at has.
    private static func isForAllUsers(_ door: WebDoor) -> Bool {
        guard case .unix(let path) = door.listen.socket else { return false }
        var facts = stat()
        return stat(path, &facts) != 0 || facts.st_mode & 0o002 != 0
    }

    /// The token of an `Authorization` field: a bearer token (RFC 6750), or the password of Basic authentication
    /// (RFC 7617), which browsers ask for.
    static func token(_ field: String?) -> String? {
        guard let parts = field?.parts(between: " ", most: 1), parts.count == 2 else { return nil }
        let value = parts[1].trimmingBlanks()
        switch parts[0].lowercased() {
        case "bearer": return value
        case "basic":
            guard let bytes = Data(base64Encoded: value), let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
            else { return nil }
            return String(decoding: bytes[(colon + 1)...], as: UTF8.self)
        default: return nil
        }
    }

    /// Whether a peer is a proxy of the settings.
    func isProxy(_ address: SocketAddress?) -> Bool {
        switch WebPeer(address) {
        case .unix: door.trustsUnixPeers
        case .address(let address): isProxy(address)
        }
    }

    private func isProxy(_ address: IPAddress) -> Bool { door.proxies.contains { $0.contains(address) } }

    /// The address of the client itself: that of the peer, or what its proxies say. nil where nobody says it.
    ///
    /// Each proxy adds the address of its own peer at the end of `X-Forwarded-For`, and what stands before may be
    /// anything. So the last one counts that is no proxy of ours.
    func client(_ peer: WebPeer, forwarded: String?) -> IPAddress? {
        var client: IPAddress?
        switch peer {
        case .unix:
            guard door.trustsUnixPeers else { return nil }
        case .address(let address):
            client = address
            guard isProxy(address) else { return address }
        }
        for word in (forwarded ?? "").parts(between: ",", omittingEmpty: true).suffix(16).reversed() {
            let text = word.trimmingBlanks().trimming("[]")
            guard let address = IPAddress(text) else { return client }
            client = address
            if !isProxy(address) { return address }
        }
        return client
    }

    /// Whether a browser may ask by this name. A name that an attacker has pointed at this address (DNS rebinding) is
    /// none of ours.
    ///
    /// - Parameters:
    ///   - authority: The `Host` field: a name or an address, and perhaps a port.
    ///   - local: The address at which the connection has arrived.
    func allows(host authority: String, at local: SocketAddress?) -> Bool {
        guard let host = Self.host(of: authority.lowercased()) else { return false }
        if door.hosts.contains(host) || door.hosts.contains("[\(host)]") { return true }
        if !door.isOpenToOthers, host == "localhost" { return true }
        // An address is nobody's name, and nothing can be pointed at it.
        guard let address = IPAddress(host), let own = local?.ipAddress.flatMap({ IPAddress($0) }) else {
            return false
        }
        return address == own
    }

    /// The host of an authority (RFC 3986 §3.2.2), without brackets, port and the dot of the root; nil if it has no
    /// such form.
    private static func host(of authority: String) -> String? {
        if authority.hasPrefix("[") {
            let parts = authority.dropFirst().split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, isPort(parts[1]), parts[0].contains(":") else { return nil }
            return String(parts[0])
        }
        let host = authority.prefix { $0 != ":" }
        guard isPort(authority[host.endIndex...]) else { return nil }
        return String(host.hasSuffix(".") ? host.dropLast() : host)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || text.first == ":" && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}
