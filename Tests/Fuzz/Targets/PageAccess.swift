import DANE
import Foundation
import HTTPTypes
import HummingbirdCore
import Milter
import NIOCore
import Probe
import Records
import Support

@testable import Policy
@testable import Web

extension FuzzTarget {
    private static let own: IPAddress? = IPAddress("192.0.2.1")

    /// The settings of a page: on loopback or an address of its own.
    static func door(isOpen: Bool) -> WebDoor {
        var door = WebDoor()
        door.listen.socket = try? MilterSocket(isOpen ? "inet:8896@192.0.2.1" : "inet:8896@127.0.0.1")
        door.hosts = ["gate.example", "2001:db8::5"]
        door.proxies = ["198.51.100.0/24", "2001:db8:1::/48"].compactMap { AddressRange($0) }
        return door
    }

    /// The name by which a browser asks, and the origin of its page, between NUL bytes: Host, Origin, Sec-Fetch-Site.
    static let pageHosts = FuzzTarget("page-hosts") { bytes in
        let texts = bytes.texts
        let host = texts[0]
        let local = try SocketAddress(ipAddress: "192.0.2.1", port: 8896)
        for isOpen in [false, true] {
            let rules = try AccessRules(door(isOpen: isOpen))
            guard rules.allows(host: host, at: local) else { continue }
            // What is let in is one of a few names and addresses, with or without a port, and nothing else.
            try requireLine(host, atMost: max(64, host.utf8.count), "a host")
            let name = host.lowercased()
            let bare = name.replacing(/:[0-9]*$/, with: "").replacing(/\.$/, with: "")
            let names = ["gate.example", "[2001:db8::5]", "192.0.2.1"] + (isOpen ? [] : ["localhost"])
            try require(names.contains(bare), "\(host) is let in")
            try require(rules.allows(host: host.uppercased(), at: local), "\(host) is let in, but not in capitals")
        }
        var fields = HTTPFieldsOfTest()
        if texts.count > 1, !texts[1].isEmpty { fields.origin = texts[1] }
        if texts.count > 2, !texts[2].isEmpty { fields.site = texts[2] }
        guard SameSite.holds(fields.all, host: host) else { return }
        if let site = fields.seen.site {
            try require(site == "same-origin" || site == "none", "\(site) passes for our own site")
        } else if let origin = fields.seen.origin {
            try require(origin.lowercased().hasSuffix("://\(host.lowercased())"), "\(origin) passes for \(host)")
        }
    }

    /// An `Authorization` field.
    static let pageCredentials = FuzzTarget("page-credentials") { bytes in
        let field = bytes.text
        let token = TestTokens.token
        let rules = try TestTokens.rules()
        let isLetIn = rules.standing(of: .address(.v4(0x0A00_0001)), authorization: field) == .administrator
        // Nobody is let in without the token itself.
        let parts = field.utf8.split(separator: 0x20, maxSplits: 1, omittingEmptySubsequences: false).map {
            String($0) ?? ""
        }
        let value = parts.count > 1 ? parts[1].trimmingBlanks() : ""
        let decoded = Data(base64Encoded: value).map { String(decoding: $0, as: UTF8.self) }
        let isRight =
            switch parts[0].lowercased() {
            case "bearer": value == token
            case "basic":
                decoded?.hasSuffix(":\(token)") == true
                    && decoded?.dropLast(token.count + 1).contains(":") == false
            default: false
            }
        try require(isLetIn == isRight, "\(field.debugDescription) is \(isLetIn ? "" : "not ")let in")
        // Any user name will do, and the scheme in any case.
        let user = bytes.filter { $0 != UInt8(ascii: ":") }
        let basic = Data(user + Array(":\(token)".utf8)).base64EncodedString()
        for field in ["Basic \(basic)", "bASIC  \(basic)", "BEARER \(token)"] {
            let read = AccessRules.token(field)
            try require(read == token, "the token of \(field) is \(read ?? "nil")")
        }
    }

    /// `X-Forwarded-For`, as a proxy of ours hands it on.
    static let pageClients = FuzzTarget("page-clients") { bytes in
        let text = bytes.text
        let rules = try AccessRules(door(isOpen: false))
        let (stranger, proxy) = (WebPeer.address(.v4(0xC000_0209)), WebPeer.address(.v4(0xC633_6401)))
        try require(rules.client(stranger, forwarded: text) == .v4(0xC000_0209), "a stranger names another client")
        try require(rules.client(.unix, forwarded: text) == nil, "a peer that is no proxy names a client")
        let words = text.utf8.split(separator: UInt8(ascii: ",")).map { String($0)?.trimmingBlanks() ?? "" }
        guard let client = rules.client(proxy, forwarded: text) else {
            throw Broken(description: "a proxy has no address of its own")
        }
        let named = words.compactMap { IPAddress($0) ?? IPAddress($0.trimming("[]")) }
        try require(client == .v4(0xC633_6401) || named.contains(client), "\(client) is out of nothing")
        // What the proxy itself adds counts, whatever a client has written before.
        let seen = rules.client(proxy, forwarded: "\(text), 203.0.113.9")
        try require(seen == .v4(0xCB00_7109), "behind \(text.debugDescription) the client is another")
        let nearer = rules.client(proxy, forwarded: "\(text), 203.0.113.9 ,[2001:db8:1::7]")
        try require(nearer == .v4(0xCB00_7109), "two proxies behind \(text.debugDescription) lose the client")
    }

    /// An `Accept` field: which form of a test, of a failure and of the metrics a client gets.
    static let pageAccepts = FuzzTarget("page-accepts") { bytes in
        let text = bytes.text
        let types = AcceptedTypes(text)
        let small = text.lowercased()
        if types.wantsJSON { try require(small.contains("application/json"), "JSON out of nothing") }
        if types.wantsHTML { try require(small.contains("text/html"), "a page out of nothing") }
        let response = ErrorPage(.notFound, accepts: text).response
        let type = response.headers[.contentType] ?? ""
        let wanted = types.wantsHTML ? "text/html" : "text/plain"
        try require(type == "\(wanted); charset=utf-8", "a failure as \(type)")
        if ExpositionFormat(accept: text) == .openMetrics {
            try require(small.contains("application/openmetrics-text"), "OpenMetrics out of nothing")
        }
        // Case does not matter, and what is named first, in short, is understood.
        let louder = AcceptedTypes(text.uppercased())
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            try require(louder.wantsJSON == types.wantsJSON && louder.wantsHTML == types.wantsHTML, "case matters")
        }
        guard text.utf8.count < 4000, !small.contains("html") else { return }
        try require(AcceptedTypes("text/html,\(text)").wantsHTML, "a browser is not recognised before \(text)")
    }
}
