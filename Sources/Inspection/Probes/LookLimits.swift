/// The bounds of one look at a destination. What they leave out, the next look begins with.
///
/// A stranger's MX records may name a thousand hosts, and point them at a network that is somebody else's. Postfix
/// tries five addresses of a destination in one delivery attempt (postconf(5), `smtp_mx_address_limit`), whatever
/// number of hosts they belong to.
struct LookLimits: Sendable {
    /// Hosts that are looked up at once, and judged together where their preference is the same.
    static let together = 32

    /// The most connections. A host with more addresses than that is looked at all the same, if it is the first one.
    var connections = 10
    /// The most hosts whose addresses and TLSA records are looked up.
    var hosts = 128

    /// The most hosts whose lookups fail: so many are looked up at once, and fewer the more of them have failed.
    ///
    /// A lookup that fails costs most: libunbound tries one name server after the other. And where a stranger delegates
    /// his hosts to names in a third party's zone, it is the third party who is asked, twenty times and more for each
    /// host.
    var failures = 8

    /// The bounds of the gate.
    static let gate = LookLimits()
    /// The bounds of the analyzer, which has no next look.
    static let analyzer = LookLimits(connections: 256, hosts: 1024, failures: 64)
}
