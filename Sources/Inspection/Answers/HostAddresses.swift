import DANE
package import DNSSEC

/// The result of the two address lookups of a host.
enum HostAddresses {
    /// Addresses to deliver to.
    struct Known {
        let addresses: [IPAddress]
        /// Whether the addresses are secure, including the whole CNAME chain.
        let isSecure: Bool
        /// The end of the CNAME chain; nil if the host's name is not an alias.
        let canonicalName: DomainName?
        /// How long both answers may be kept. A denial for one family limits it like the records of the other.
        let lifetime: Duration
    }

    case known(Known)
    /// It is proven that the host has no address.
    case none(String, lifetime: Duration)
    case bogus(BogusReason)
    case failed(LookupFailure)

    /// The most addresses of a host that are used, shared between both families. Postfix tries five.
    static let limit = 8

    /// Looks up both families at once.
    static func look(up name: DomainName, _ resolver: any Resolving) async -> HostAddresses {
        let (four, six) = await resolver.addresses(name)
        return Self(four, six)
    }

    /// Combines the two answers.
    ///
    /// By RFC 7672 §2.2.2, an error in any query is a reason not to deliver (D-35). In practice, a broken denial for
    /// one family must not stop the other (D-37, F-34).
    init(_ four: Answer<IPAddress>, _ six: Answer<IPAddress>) {
        let answers = [six, four]
        let found = answers.compactMap { $0.found }
        // D-37, RFC 7672 §2.2.2; F-34: one family that can be used is enough.
        let carrying = found.filter { !$0.found.records.isEmpty }
        if let first = carrying.first(where: \.isSecure) ?? carrying.first {
            self = .known(
                Known(
                    addresses: Self.mixed(carrying.map(\.found.records)),
                    isSecure: first.isSecure, canonicalName: first.found.canonicalName,
                    lifetime: found.map(\.found.ttl).min() ?? .zero))
            return
        }
        // V6; D-35, RFC 7672 §2.2.2.
        for case .failed(let why) in answers {
            self = .failed(why)
            return
        }
        for case .bogus(let why) in answers {
            self = .bogus(why)
            return
        }
        // V7; D-34, RFC 7672 §2.2.2.
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
    /// The records or denial of the answer, and whether they are secure; nil for an answer that says nothing.
    package var found: (found: Found<Record>, isSecure: Bool)? {
        switch self {
        case .secure(let found): (found, true)
        case .insecure(let found): (found, false)
        case .bogus, .failed: nil
        }
    }
}
