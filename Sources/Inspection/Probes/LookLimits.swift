/// The limits of one look at a destination. The next look begins with what this one left out.
///
/// A stranger's MX records may name a thousand hosts, and direct them at somebody else's network (F-94). Postfix tries
/// five addresses of a destination per delivery attempt (postconf(5), `smtp_mx_address_limit`), however many hosts they
/// belong to.
struct LookLimits: Sendable {
    /// How many hosts are looked up at once, and judged together if their preference is equal.
    static let together = 32

    /// The most connections. If the first host has more addresses than this, it is connected to nevertheless.
    var connections = 10
    /// The most hosts whose addresses and TLSA records are looked up.
    var hosts = 128

    /// The most hosts whose lookups may fail (F-112). This many are looked up at once, and one fewer for each that has
    /// failed.
    ///
    /// A lookup that fails costs the most, because libunbound tries one name server after another. If a stranger
    /// delegates hosts to names in the zone of a third party, the third party gets twenty queries and more per host.
    var failures = 8

    /// The limits of the gate.
    static let gate = LookLimits()
    /// The limits of the analyzer, which has no next look.
    static let analyzer = LookLimits(connections: 256, hosts: 1024, failures: 64)
}
