import DANE
package import DNSSEC

/// What the two address lookups of a host come to.
enum HostAddresses {
    /// Addresses to deliver to.
    struct Known {
        let addresses: [IPAddress]
        /// Whether the addresses validated, the whole CNAME chain included.
        let isSecure: Bool
        /// The end of the CNAME chain; nil if the host's name is no alias.
        let canonicalName: DomainName?
        /// How long both answers may be kept: a denial of one family takes part as the records of the other do.
        let lifetime: Duration
    }

    case known(Known)
    /// Proven: the host has no address.
    case none(String, lifetime: Duration)
    case bogus(BogusReason)
    case failed(String)

    /// More addresses of a host are not looked at; Postfix tries five. Both families have their share.
    static let limit = 8

    /// Asks for both families at once.
    static func look(up name: DomainName, _ resolver: any Resolving) async -> HostAddresses {
        let (four, six) = await resolver.addresses(name)
        return Self(four, six)
    }

    /// RFC 7672 §2.2.2 makes an error in any query a reason not to deliver; in practice one family whose denial is broken
    /// must not stop the other (rules.md D-37).
    init(_ four: Answer<IPAddress>, _ six: Answer<IPAddress>) {
        let answers = [six, four]
        let found = answers.compactMap { $0.found }
        let carrying = found.filter { !$0.found.records.isEmpty }
        if let first = carrying.first(where: \.isSecure) ?? carrying.first {
            self = .known(
                Known(
                    addresses: Self.mixed(carrying.map(\.found.records)),
                    isSecure: first.isSecure, canonicalName: first.found.canonicalName,
                    lifetime: found.map(\.found.ttl).min() ?? .zero))
            return
        }
        for case .failed(let why) in answers {
            self = .failed(why)
            return
        }
        for case .bogus(let why) in answers {
            self = .bogus(why)
            return
        }
        let isGone = found.contains { $0.found.existence == .noSuchName }
        self = .none(
            isGone ? "the host name does not exist" : "the host has no address",
            lifetime: found.map(\.found.ttl).min() ?? .zero)
    }
}

extension HostAddresses {
    /// The first addresses of each family in turn, up to the limit.
    private static func mixed(_ families: [[IPAddress]]) -> [IPAddress] {
        let longest = families.map(\.count).max() ?? 0
        let turns = (0..<min(longest, limit)).flatMap { turn in
            families.compactMap { $0.indices.contains(turn) ? $0[turn] : nil }
        }
        return Array(turns.prefix(limit))
    }
}

extension Answer {
    /// The answer's records or denial with its security; nil for an answer that says nothing.
    package var found: (found: Found<Record>, isSecure: Bool)? {
        switch self {
        case .secure(let found): (found, true)
        case .insecure(let found): (found, false)
        case .bogus, .failed: nil
        }
    }
}
