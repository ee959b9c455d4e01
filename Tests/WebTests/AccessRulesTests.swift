import DANE
import Foundation
import NIOCore
import Policy
import Probe
import Testing
import WorldServers

@testable import Web

/// Who may do what, by where the page listens.
@Suite struct AccessRulesTests {
    private static let token = "0123456789abcdefghij"

    private static func door(_ listen: String, _ more: [String: String] = [:]) throws -> WebDoor {
        var environment = ["DANEGATE_WEB_LISTEN": listen]
        for (name, value) in more { environment["DANEGATE_\(name)"] = value }
        return try SettingsReader(environment: environment).settings.web
    }

    private static let bearer = "Bearer \(token)"
    private static func address(_ text: String) -> WebPeer { .address(IPAddress(text) ?? .v4(0)) }

    @Test(
        arguments: [
            ("unix:/x", false, WebPeer.unix, nil, Standing.administrator), ("unix:/x", true, .unix, nil, .visitor),
            ("unix:/x", true, .unix, bearer, .administrator),
            ("127.0.0.1:1", false, address("127.0.0.1"), nil, .visitor),
            ("127.0.0.1:1", false, address("127.0.0.1"), bearer, .visitor),
            ("127.0.0.1:1", true, address("127.0.0.1"), bearer, .administrator),
            ("192.0.2.1:1", true, address("192.0.2.9"), nil, .stranger),
            ("192.0.2.1:1", true, address("192.0.2.9"), bearer, .administrator),
            ("192.0.2.1:1", true, address("198.51.100.1"), nil, .stranger),
            ("192.0.2.1:1", false, address("198.51.100.1"), nil, .visitor),
            ("192.0.2.1:1", false, address("192.0.2.9"), nil, .stranger),
        ] as [(String, Bool, WebPeer, String?, Standing)])
    func standingFollowsTheTable(
        listen: String, hasToken: Bool, peer: WebPeer, field: String?, standing: Standing
    ) throws {
        let directory = try ScratchDirectory("access")
        var more = ["WEB_PROXIES": "198.51.100.0/24"]
        if hasToken { more["WEB_TOKEN_FILE"] = try directory.write(Self.token, to: "tokens") }
        let rules = try AccessRules(Self.door(listen, more))
        #expect(rules.standing(of: peer, authorization: field) == standing)
    }

    /// `X-Forwarded-For` counts from a proxy of ours alone, and what stands before its own entry may be anything.
    @Test(arguments: [
        ("192.0.2.9", "203.0.113.1", "192.0.2.9"), ("198.51.100.1", "203.0.113.1", "203.0.113.1"),
        ("198.51.100.1", "10.0.0.1, 203.0.113.1", "203.0.113.1"),
        ("198.51.100.1", "10.0.0.1, 203.0.113.1, 198.51.100.7", "203.0.113.1"),
        ("198.51.100.1", "evil, 198.51.100.7", "198.51.100.7"), ("198.51.100.1", "", "198.51.100.1"),
        // A comma that is one character with what the client has written before it.
        ("198.51.100.1", "10.0.0.1\u{6DD}, 203.0.113.1", "203.0.113.1"),
        ("198.51.100.1", "<script>", "198.51.100.1"), ("198.51.100.1", "[2001:db8::1]", "2001:db8::1"),
    ]) func theClientIsWhoOurProxyNames(peer: String, forwarded: String, client: String) throws {
        let rules = try AccessRules(Self.door("127.0.0.1:1", ["WEB_PROXIES": "198.51.100.0/24"]))
        #expect(rules.client(Self.address(peer), forwarded: forwarded) == IPAddress(client))
    }

    @Test func peersAtAUnixSocketAreProxiesIfTheSettingSaysSo() throws {
        let plain = try AccessRules(Self.door("unix:/x"))
        #expect(plain.client(.unix, forwarded: "203.0.113.1") == nil)
        let proxied = try AccessRules(Self.door("unix:/x", ["WEB_PROXIES": "unix"]))
        #expect(proxied.client(.unix, forwarded: "203.0.113.1") == IPAddress("203.0.113.1"))
    }

    @Test func clientsOfIPv4AtASocketOfIPv6AreThemselves() throws {
        let address = try SocketAddress(ipAddress: "::ffff:192.0.2.1", port: 1)
        #expect(WebPeer(address) == Self.address("192.0.2.1"))
    }

    /// The name by which a browser asks has the form of one (RFC 3986 §3.2.2), and is one of ours.
    @Test(arguments: [
        ("gate.example", true), ("Gate.Example.:8896", true), ("localhost:", true), ("192.0.2.1:8896", true),
        ("[2001:db8::5]:80", true), ("2001:db8::5", false), ("[gate.example]", false), ("]gate.example[", false),
        ("gate.example:80:80", false), ("gate.example:http", false), ("[2001:db8::5]x", false), ("[2001:db8::5", false),
        ("evil.example", false), ("gate.example@evil.example", false), ("", false), ("192.0.2.2", false),
    ]) func onlyOurOwnNamesPass(host: String, isOurs: Bool) throws {
        let rules = try AccessRules(Self.door("127.0.0.1:1", ["WEB_HOSTS": "gate.example,[2001:db8::5]"]))
        let local = try SocketAddress(ipAddress: "192.0.2.1", port: 1)
        #expect(rules.allows(host: host, at: local) == isOurs)
    }

    @Test func tokensAreReadAgainWhenTheirFileChanges() throws {
        let directory = try ScratchDirectory("tokens")
        let path = try directory.write("\(Self.token)\nsecond-token-of-many-letters\n", to: "tokens")
        let book = try TokenBook(path)
        #expect(book.holds(Self.token) && book.holds("second-token-of-many-letters"))
        #expect(!book.holds("") && !book.holds(String(Self.token.dropLast())) && !book.holds(Self.token + "x"))
        _ = try directory.write("another-token-of-many-letters\n", to: "tokens")
        #expect(book.holds("another-token-of-many-letters") && !book.holds(Self.token))
        // A file that nobody can use any more leaves nothing in force.
        try FileManager.default.removeItem(atPath: path)
        #expect(!book.holds("another-token-of-many-letters"))
        #expect(book.fault?.contains(path) == true)
        _ = try directory.write("short\n", to: "tokens")
        #expect(!book.holds("short") && book.fault?.contains("at least 20") == true)
        _ = try directory.write("\(Self.token)\n", to: "tokens")
        #expect(book.holds(Self.token) && book.fault == nil)
    }
}
