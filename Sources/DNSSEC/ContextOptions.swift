import Glibc

/// Everything that a context is told: derived from a configuration, and checked before libunbound sees it.
struct ContextOptions: Sendable {
    /// What a context is for.
    enum Purpose {
        /// The context for all ordinary lookups: large caches, thousands of ports.
        case cached
        /// A context for a second look that bypasses all caches: small and soon freed.
        case fresh
    }

    /// One of several contexts of a resolver, which share its caches, ports and lookups in equal parts.
    struct Part: Sendable {
        /// Its index, from 0.
        let index: Int
        /// The number of contexts.
        let count: Int

        /// The only context of its resolver.
        static let whole = Part(index: 0, count: 1)
    }

    /// Options of unbound.conf(5), in order. A name may occur several times.
    let settings: [(String, String)]
    /// Forwarders as `ub_ctx_set_fwd` takes them.
    let forwarders: [String]
    /// Trust anchors in zone file form.
    let anchors: [String]
    /// The trust anchor file that this context's libunbound keeps up to date, if any.
    let automaticAnchorPath: String?
    /// The file that the anchors are from, if another context keeps it up to date.
    let followedAnchorPath: String?
    /// The unbound.conf(5) fragment, which is read last.
    let fragmentPath: String?
    /// How many lookups may be under way at once. It is no more than the number of ports: beyond that, lookups to dead
    /// servers would block others inside libunbound, where nothing shares the ports fairly.
    let inFlight: Int
    /// The most descriptors that the context may open.
    let descriptors: Int
    /// The options that limit its sockets to that, with their values.
    let sockets: [(name: String, most: Int)]

    /// Reads and checks the files that the configuration names.
    init(
        _ configuration: ResolverConfiguration, for purpose: Purpose, part: Part = .whole
    ) throws(ResolverError) {
        descriptors = configuration.descriptors.share(of: purpose, contexts: part.count)
        let streams = Self.streams(for: purpose, within: descriptors)
        let ports = min(max(16, descriptors - ResolverDescriptors.overhead - streams), 4096 / part.count)
        inFlight = max(1, min(configuration.concurrency / part.count, ports))
        var settings = Self.common + Self.sizes(for: purpose, part)
        sockets = [("outgoing-range", ports), ("outgoing-num-tcp", streams)]
        settings += sockets.map { ($0.0, "\($0.1)") }
        var reachesLoopback = configuration.forwarders.contains { $0.address.isLoopback }
        if let path = configuration.rootHints {
            let file = try SettingsFile(path, purpose: "root hints file")
            reachesLoopback = reachesLoopback || file.mentionsLoopback()
            settings.append(("root-hints", path))
        }
        if let path = configuration.configuration {
            let file = try SettingsFile(path, purpose: "unbound configuration")
            reachesLoopback = reachesLoopback || file.mentionsLoopback()
        }
        // A zone may delegate itself to 127.0.0.1. Without this, libunbound would query whatever listens there.
        settings.append(("do-not-query-localhost", reachesLoopback ? "no" : "yes"))
        self.settings = settings
        // D-02, RFC 7672 §2.1.1: libunbound validates what these servers say, and does not look at their AD bit.
        forwarders = configuration.forwarders.map { "\($0.address)@\($0.port)" }
        fragmentPath = configuration.configuration

        let (path, isAutomatic) =
            switch configuration.trustAnchor {
            case .file(let path): (path, false)
            case .automatic(let path): (path, true)
            }
        // D-01, RFC 7672 §2.1.1: without a trust anchor libunbound validates nothing and reports every answer as
        // insecure.
        let anchors = try SettingsFile(path, purpose: "trust anchor file").anchors
        guard !anchors.isEmpty else {
            throw ResolverError("trust anchor file \(path) holds no DS or DNSKEY record that may be trusted")
        }
        // Two contexts must not write the same file. So the short-lived ones get a copy of the anchors that are trusted
        // now. Passing the records instead of the path also ensures that libunbound uses what was checked here.
        automaticAnchorPath = isAutomatic && purpose == .cached && part.index == 0 ? path : nil
        followedAnchorPath = isAutomatic && purpose == .cached && part.index > 0 ? path : nil
        self.anchors = automaticAnchorPath == nil ? anchors : []
    }

    /// How long a denial is kept at most, in seconds.
    static let longestDenial: Int32 = 900

    /// Options for both purposes. libunbound's defaults differ from those of unbound(8): with its 16 ports instead of
    /// 4096, 200 lookups to dead servers delayed 50 others by more than 59 s.
    private static let common = [
        // `infra-cache-max-rtt` is not set, although it would give up dead servers after 5 s instead of 29 s. A server
        // that reaches it counts as dead for 15 minutes: after an outage of 8 s, nothing was resolved for 15 minutes,
        // and servers that take 1.5 s were never reached. Lookups have their own deadlines. These two options make
        // libunbound retry a server that is down earlier.
        ("infra-keep-probing", "yes"),
        ("infra-host-ttl", "120"),
        ("cache-max-negative-ttl", "\(longestDenial)"),
        // Off: with the first, special names can come back bogus; the second sends `_ta-` queries to the root.
        ("root-key-sentinel", "no"),
        ("trust-anchor-signaling", "no"),
        // F-112: a stranger's zone may delegate 32 hosts without glue to 13 name servers each in somebody else's zone.
        // This is the only option that reduces the queries. `max-sent-count` and `max-query-restarts` change nothing.
        // `outbound-msg-retry` 3 saves 40 % if that zone says SERVFAIL, but gives up servers that take longer than 1.5
        // s. `LookLimits` sets the bound.
        ("target-fetch-policy", "0 0 0 0 0"),
        // F-114: keep an unused TCP connection for a second instead of a minute. libunbound reads from a connection as
        // long as bytes trickle in, and such connections took all places until names that need TCP were not answered in
        // time.
        ("tcp-reuse-timeout", "1000"),
        // F-116: addresses that no name server has, whatever a delegation says. Linux treats 0.0.0.0 and :: as the
        // machine itself, so such glue leads to whatever listens on loopback, in spite of `do-not-query-localhost`. The
        // same holds for IPv4 addresses in IPv6 form if sockets accept both. For multicast addresses, libunbound logs a
        // line per try.
        ("do-not-query-address", "0.0.0.0/8"), ("do-not-query-address", "::/128"),
        ("do-not-query-address", "::ffff:0.0.0.0/96"), ("do-not-query-address", "224.0.0.0/4"),
        ("do-not-query-address", "240.0.0.0/4"), ("do-not-query-address", "ff00::/8"),
        // F-21: both off, so that only the TLSA answer itself decides whether TLSA records exist. Otherwise an NSEC
        // record from the answer for AAAA or `_tcp` would prove their absence, even if the TLSA answer itself is bogus.
        ("qname-minimisation", "no"),
        ("aggressive-nsec", "no"),
    ]

    private static func sizes(for purpose: Purpose, _ part: Part) -> [(String, String)] {
        switch purpose {
        case .cached:
            [
                ("msg-cache-size", "\(32 / part.count)m"),
                ("rrset-cache-size", "\(64 / part.count)m"), ("key-cache-size", "\(max(4, 16 / part.count))m"),
                ("neg-cache-size", "\(max(1, 4 / part.count))m"),
            ]
        case .fresh:
            [
                ("msg-cache-size", "256k"), ("rrset-cache-size", "512k"),
                ("key-cache-size", "256k"), ("neg-cache-size", "64k"),
            ]
        }
    }

    /// How many TCP connections to name servers a context may have open. If all are open, libunbound closes the oldest
    /// one for each new one. That ends the lookups on it, which try again at once, so that no connection lives long.
    /// Therefore there are more connections than a domain may have slow lookups (`FairQueue.Limits.slowDomain`).
    private static func streams(for purpose: Purpose, within descriptors: Int) -> Int {
        switch purpose {
        case .cached: min(max(8, descriptors / 8), ResolverDescriptors.mostStreams)
        case .fresh: min(max(4, descriptors / 8), 8)
        }
    }
}
