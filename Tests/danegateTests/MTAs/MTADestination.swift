import World

/// Where mail goes, as four doors are asked about it: a domain of the world, or a next hop that the administrator has
/// set for a domain of his own.
struct MTADestination: Sendable {
    /// The recipient's domain.
    let domain: String
    /// The next hop in the words of Postfix, of policy delegation and of the query; nil for the domain itself.
    let nextHop: String?
    /// The same in Sendmail's mailertable; nil where Sendmail cannot tell it, as a port.
    let mailertable: String?
    /// How the reply begins, with DEFER_FOR=0.
    let codes: String

    /// The recipient.
    var recipient: String { "user@\(domain)" }

    /// A domain of the world.
    init(_ domain: MailDomain) {
        self.domain = domain.name
        (nextHop, mailertable) = (nil, nil)
        codes = domain.codes ?? "250"
    }

    private init(_ number: Int, to nextHop: String, _ codes: String) {
        domain = "partner\(number).example"
        self.nextHop = nextHop
        self.codes = codes
        mailertable = nextHop.contains("]:") ? nil : "\(domain)\tesmtp:\(nextHop)\n"
    }

    /// Domains of every outcome that rests on the destination alone, and what leads there in other ways.
    static let labels = [
        // Verified: plain, by other names, by aliases, behind a host that fails.
        "verified", "implicit-mx", "ee-expired", "ee-other-name", "ta-wildcard", "ta-domain-name", "tlsa-alias",
        "tlsa-at-original-name", "www.alias", "www.alias-named", "www.chained", "backup-broken", "second-address-stale",
        "wild-tlsa", "any.wild-mx", "odd-spelling", "xn--bcher-kva", "required-and-verified",
        // Records, none of which is usable.
        "unknown-parameters", "short-digest", "pkix-usages",
        // No DANE.
        "no-tlsa", "unsigned", "unsigned-host", "www.from-unsigned", "child.insecure-delegation",
        "backup-without-dane", "unsigned-mx-matching-host",
        // No TLS.
        "starttls-hidden", "starttls-behind-a-tab", "all-broken", "old-tls", "sni-refused",
        // The wrong certificate.
        "ta-expired", "tlsa-invalid", "renewed-with-new-key", "implicit-mx-mismatch", "ta-not-yet-valid",
        "stale-tlsa-at-alias", "wild-tlsa-mismatch", "ta-other-name", "ta-partial-wildcard",
        // Bogus.
        "mx-corrupt-signature", "mx-missing-denial", "address-bogus", "tlsa-zone-not-yet-valid", "child.expired-ds",
        "www.bogus-alias", "no.unproven-name",
        // What the policy demands.
        "required-without-dane", "required-unsigned",
        // No mail there.
        "null-mx", "null-mx-unsigned", "no.such", "www.dangling", "host-does-not-exist", "no-address",
        "own-address-unused",
        // No answer.
        "mx-servfail", "keys-refused", "www.to-servfail", "connection-refused", "private-address",
    ]

    /// Next hops of the administrator's own.
    ///
    /// - Parameter port: The port of the world's hosts.
    static func nextHops(port: UInt16) -> [MTADestination] {
        [
            .init(1, to: "[mx.verified.example]", "250"), .init(2, to: "[mx.tlsa-invalid.example]", "451 4.7.323"),
            .init(3, to: "[mx.verified.example]:\(port)", "250"),
            .init(4, to: "[mx.tlsa-invalid.example]:\(port)", "451 4.7.323"), .init(5, to: "verified.example", "250"),
            .init(6, to: "tlsa-invalid.example", "451 4.7.323"), .init(7, to: "null-mx.example", "451 4.3.5"),
        ]
    }
}
