import DANE
import Milter
package import Probe
import Support

/// Where the page is served, and who may ask what there: the settings that begin with `WEB_`.
package struct WebDoor: Sendable, Hashable {
    /// Where it listens, and who may connect to a Unix socket.
    package var listen = DoorSocket()
    /// The path of the file with the tokens; nil if there is none.
    package var tokenFile: String?
    /// The names, in lower case and without a port, by which browsers may ask for it, besides those of its own address.
    package var hosts: Set<String> = []
    /// The addresses of proxies, whose word about a client's address counts.
    package var proxies: [AddressRange] = []
    /// Whether peers at the Unix socket are proxies too.
    package var trustsUnixPeers = false

    /// Makes a door at a place: a closed one without it.
    package init(_ listen: DoorSocket = DoorSocket()) { self.listen = listen }

    /// Whether it listens at an address that other machines can reach.
    package var isOpenToOthers: Bool {
        if case .inet(let address, _) = listen.socket { !address.isLoopback } else { false }
    }
}

extension WebDoor {
    /// The sentence about an address where other machines would get in without authorization; nil if it is none.
    ///
    /// - Parameter place: What determines the address, for the beginning of the sentence.
    package func openness(of place: String) -> String? {
        guard isOpenToOthers, tokenFile == nil, proxies.isEmpty else { return nil }
        return "\(place): other machines can reach this address: set DANEGATE_WEB_TOKEN_FILE, or DANEGATE_WEB_PROXIES "
            + "for a proxy that authenticates its users."
    }
}

extension Setting {
    /// The settings of the page.
    static let web: [Setting] =
        [
            Setting(
                "WEB_LISTEN", "off", "off, unix:/path, or address:port such as 127.0.0.1:8896 or [::1]:8896",
                "where the web page is served: tests of domains, the message trace, the overview"
            ) { text, settings in
                guard text != "off" else {
                    settings.web.listen.socket = nil
                    return .taken
                }
                // What a URL has between the slashes.
                let isBare =
                    !text.hasPrefix("/") && !["unix:", "local:", "inet:", "inet6:"].contains { text.hasPrefix($0) }
                do throws(MilterError) {
                    settings.web.listen.socket = try MilterSocket(isBare ? "inet:\(text)" : text)
                    return .taken
                } catch {
                    return isBare ? .refused : .refusedBecause(error.description)
                }
            }
        ] + doorAccess("WEB_LISTEN", \.web.listen, otherwise: "0660") + [
            .path(
                "WEB_TOKEN_FILE", \.web.tokenFile,
                "tokens, one per line of at least 20 characters: whoever gives one may read the trace and act; "
                    + "needed by everybody where WEB_LISTEN is not loopback"),
            Setting(
                "WEB_HOSTS", "", "names or addresses separated by commas, without ports",
                "the names that browsers may ask the page by, besides its own address and localhost"
            ) { text, settings in
                let names = text.split(separator: ",", omittingEmptySubsequences: false)
                    .map { $0.trimmingBlanks().lowercased() }
                guard names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isHostByte) }) else { return .refused }
                settings.web.hosts = Set(names)
                return .taken
            },
            Setting(
                "WEB_PROXIES", "", "addresses and CIDRs separated by commas, or the word unix",
                "proxies of the page, whose X-Forwarded-For is believed; without WEB_TOKEN_FILE they alone may "
                    + "connect where WEB_LISTEN is not loopback, and have to authenticate their users"
            ) { text, settings in
                var ranges: [AddressRange] = []
                var isUnix = false
                for word in text.split(separator: ",", omittingEmptySubsequences: false).map({ $0.trimmingBlanks() }) {
                    if word == "unix" {
                        isUnix = true
                    } else if let range = AddressRange(word) {
                        ranges.append(range)
                    } else {
                        return .refused
                    }
                }
                settings.web.proxies = ranges
                settings.web.trustsUnixPeers = isUnix
                return .taken
            },
        ]

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"),
            UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}
