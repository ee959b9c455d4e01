import Certificates
import DANE
import DNSSEC

/// Whether DANE applies to all mail hosts of a destination, or to some: what an MTA that delivers can be held to.
///
/// The verdict tells how the first usable host is. An inspection does not look at the hosts behind it, but a delivery
/// may go to any of them.
package struct DANEReach: Sendable {
    /// What was found.
    package enum Extent: Sendable {
        /// Every host has secure TLSA records, one of which can be used.
        case everywhere
        /// DANE applies to some hosts, and not to all of them, or no record of one can be used.
        case partly
        /// DANE applies to no host, or the way to the hosts is insecure.
        case nowhere
        /// It could not be found out.
        case unknown
    }

    /// The most MX hosts that are asked about. If a destination has more, its extent is `partly`.
    private static let hosts = 64
    /// An extent is kept at least so long, because it is asked for again for each host of one delivery.
    private static let leastLifetime = Duration.seconds(60)
    private static let mostLifetime = Duration.seconds(3600)
    /// How long it is kept that an extent could not be found out.
    private static let unknownLifetime = Duration.seconds(5)

    private let resolver: any Resolving

    /// Asks a resolver.
    package init(resolver: any Resolving) { self.resolver = resolver }

    /// That an extent could not be found out.
    package static let notFound = (extent: Extent.unknown, lifetime: unknownLifetime)

    /// Finds out the extent with a resolver that has nothing in its caches.
    ///
    /// - Returns: As of `find`.
    package func findPastCaches(_ destination: Destination) async -> (extent: Extent, lifetime: Duration) {
        guard let fresh = try? resolver.pastCaches() else { return Self.notFound }
        return await DANEReach(resolver: fresh).find(destination)
    }

    /// Finds out the extent, from the DNS alone.
    ///
    /// - Returns: The extent, and how long it may be kept.
    package func find(_ destination: Destination) async -> (extent: Extent, lifetime: Duration) {
        switch destination.nextHop {
        // No MX records lead to a host in brackets, so the way to it is secure.
        case .host(let name): return Self.kept(await extent(of: [name], port: destination.port))
        case .domain(let name):
            switch await resolver.mx(name) {
            case .bogus, .failed: return (.unknown, Self.unknownLifetime)
            // V5, RFC 7672 §2.2.1: from insecure MX records no DANE follows.
            case .insecure(let found): return Self.kept((.nowhere, found.ttl))
            case .secure(let found):
                let named = found.records.compactMap { record -> DomainName? in
                    if case .host(let host) = record.exchange { host } else { nil }
                }
                // RFC 5321 §5.1: without MX records, the domain itself is the host.
                let hosts = found.records.isEmpty ? [name] : named
                guard !hosts.isEmpty, hosts.count <= Self.hosts, hosts.count == max(1, found.records.count) else {
                    return Self.kept((.partly, found.ttl))
                }
                let (extent, lifetime) = await extent(of: hosts, port: destination.port)
                return Self.kept((extent, min(found.ttl, lifetime)))
            }
        }
    }

    private static func kept(_ found: (Extent, Duration)) -> (extent: Extent, lifetime: Duration) {
        guard found.0 != .unknown else { return (.unknown, unknownLifetime) }
        return (found.0, min(max(found.1, leastLifetime), mostLifetime))
    }

    /// Asks about one host after another, until it is known that DANE applies to one and not to another. The first that
    /// cannot be looked up ends the search: the answer would be `unknown` or `partly`, which an MTA takes alike.
    private func extent(of hosts: [DomainName], port: UInt16) async -> (Extent, Duration) {
        var lifetime = Self.mostLifetime
        var (applies, lacks) = (false, false)
        for host in hosts where !(applies && lacks) {
            switch await HostAddresses.look(up: host, resolver) {
            case .bogus, .failed: return (.unknown, lifetime)
            // Nobody delivers to a host without an address.
            case .none(_, let time): lifetime = min(lifetime, time)
            case .known(let known):
                lifetime = min(lifetime, known.lifetime)
                switch await TLSALookup(resolver: resolver, port: port).search(host, known) {
                case .records(let records, _, let time):
                    lifetime = min(lifetime, time)
                    applies = true
                    // D-17, RFC 7672 §2.2: without a usable record, TLS is mandatory and authentication is not.
                    if !records.contains(where: \.fullUsability.isUsable) { lacks = true }
                case .none(_, let time):
                    lifetime = min(lifetime, time ?? lifetime)
                    lacks = true
                case .bogus, .failed: return (.unknown, lifetime)
                }
            }
        }
        return (applies ? (lacks ? .partly : .everywhere) : .nowhere, lifetime)
    }
}
