import Glibc

/// All that a context is told, worked out from a configuration and checked before libunbound sees it.
struct ContextOptions: Sendable {
    /// What a context is for.
    enum Purpose {
        /// The one that everything is asked through: large caches, thousands of ports.
        case cached
        /// A second look past every cache: small, soon freed.
        case fresh
    }

    /// Which of the contexts of one resolver this is: they share its caches, ports and lookups in equal parts.
    struct Part: Sendable {
        /// Its number, from 0.
        let index: Int
        /// How many there are.
        let count: Int

        /// The only one.
        static let whole = Part(index: 0, count: 1)
    }

    /// Options of unbound.conf(5), in order.
    let settings: [(String, String)]
    /// Forwarders as `ub_ctx_set_fwd` takes them.
    let forwarders: [String]
    /// Trust anchors in zone file form.
    let anchors: [String]
    /// The file that libunbound itself keeps up to date, if any.
    let automaticAnchorPath: String?
    /// The file from which the anchors are, if another context keeps it up to date.
    let followedAnchorPath: String?
    /// The fragment to read last.
    let fragmentPath: String?
    /// How many lookups may be under way at once: no more than there are ports, or those of dead servers would hold up others inside
    /// libunbound, where nobody sees to fairness.
    let flights: Int
    /// How many descriptors the context may come to have.
    let descriptors: Int
    /// The settings by which it has no more sockets than that, and their values.
    let sockets: [(name: String, most: Int)]

    /// Reads and checks the files that the configuration names.
    init(
        _ configuration: ResolverConfiguration, for purpose: Purpose, part: Part = .whole
    ) throws(ResolverError) {
        descriptors = configuration.descriptors.share(of: purpose, contexts: part.count)
        let streams = Self.streams(for: purpose, within: descriptors)
        let ports = min(max(16, descriptors - ResolverDescriptors.overhead - streams), 4096 / part.count)
        flights = max(1, min(configuration.concurrency / part.count, ports))
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
        // A zone may delegate itself to 127.0.0.1, and then whatever listens here would be asked for it.
        settings.append(("do-not-query-localhost", reachesLoopback ? "no" : "yes"))
        self.settings = settings
        forwarders = configuration.forwarders.map { "\($0.address)@\($0.port)" }
        fragmentPath = configuration.configuration

        let (path, isAutomatic) =
            switch configuration.trustAnchor {
            case .file(let path): (path, false)
            case .automatic(let path): (path, true)
            }
        let anchors = try SettingsFile(path, purpose: "trust anchor file").anchors
        guard !anchors.isEmpty else {
            throw ResolverError("trust anchor file \(path) holds no DS or DNSKEY record that may be trusted")
        }
        // Two contexts must not write one file: the short-lived ones take a copy of what is trusted now. Handing over the
        // records rather than the path also means that what was checked is what is used.
        automaticAnchorPath = isAutomatic && purpose == .cached && part.index == 0 ? path : nil
        followedAnchorPath = isAutomatic && purpose == .cached && part.index > 0 ? path : nil
        self.anchors = automaticAnchorPath == nil ? anchors : []
    }

    /// The longest a denial is kept, in seconds.
    static let longestDenial: Int32 = 900

    /// The library's defaults are not those of the daemon (libs.md A2).
    private static let common = [
        // Not `infra-cache-max-rtt`, although it would give dead servers up after 5 s rather than 29 (libs.md A5): a server that
        // has reached it counts as dead for 15 minutes. After an outage of 8 s nothing was resolved for as long, and servers
        // that take 1.5 s never. The deadlines of lookups are our own. A server that is down is tried again before that.
        ("infra-keep-probing", "yes"),
        ("infra-host-ttl", "120"),
        ("cache-max-negative-ttl", "\(longestDenial)"),
        // Off: special names can come back bogus; `_ta-` queries to the root.
        ("root-key-sentinel", "no"),
        ("trust-anchor-signaling", "no"),
        // Against delegations without glue into somebody else's zone, 32 hosts and 13 name servers each, nothing else
        // helps: `max-sent-count` and `max-query-restarts` change nothing, and `outbound-msg-retry` 3 saves 40 % where
        // that zone says SERVFAIL, but gives servers up that take longer than 1.5 s. The bound is `LookLimits`.
        ("target-fetch-policy", "0 0 0 0 0"),
        // A connection on which nothing is asked is kept for a second, not for a minute: one that trickles is read for as
        // long as it does, and such connections took all places until names that need TCP had no answer in time.
        ("tcp-reuse-timeout", "1000"),
        // What no name server has, whatever a delegation says. Linux takes 0.0.0.0 and :: for the machine itself, so that
        // glue of these leads to whatever listens on loopback, past `do-not-query-localhost`; so do IPv4 addresses in
        // IPv6 form where sockets take both. For multicast addresses each try writes a line.
        ("do-not-query-address", "0.0.0.0/8"), ("do-not-query-address", "::/128"),
        ("do-not-query-address", "::ffff:0.0.0.0/96"), ("do-not-query-address", "224.0.0.0/4"),
        ("do-not-query-address", "240.0.0.0/4"), ("do-not-query-address", "ff00::/8"),
        // Off, both: so that whether TLSA records exist is told by the TLSA answer, and never by what else is cached. They
        // would prove absence from an NSEC of the AAAA or _tcp answer even though the TLSA answer is bogus (libs.md E4).
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

    /// How many TCP connections to name servers a context may have open. When all are, libunbound closes the oldest for
    /// each that it opens, which ends the lookups on it; they try again at once, and so nobody's live for long. So there
    /// are more than one domain may have slow lookups (`FairQueue.Limits.slowDomain`).
    private static func streams(for purpose: Purpose, within descriptors: Int) -> Int {
        switch purpose {
        case .cached: min(max(8, descriptors / 8), ResolverDescriptors.mostStreams)
        case .fresh: min(max(4, descriptors / 8), 8)
        }
    }
}
