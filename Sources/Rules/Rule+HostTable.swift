extension Rule {
    /// The table by which a host is judged: what is seen, and what follows. The first row that fits counts.
    static let hostTable: [Rule] = [
        Rule(
            "V1", .rfc(7672, "2.1.2"),
            says: """
                A domain whose MX records cannot be looked up, or are bogus, has no known mail servers. Mail to it MUST
                be delayed.
                """,
            kept: """
                danegate defers the recipient: as dnssec-invalid if the answer is proven bogus, else as
                dns-unavailable. Only dnssec-invalid can become a rejection.
                """),
        Rule(
            "V2", .rfc(5321, "5.1"),
            says: "A domain that does not exist (NXDOMAIN) gets no mail, whether the zone above it is signed or not.",
            kept: "danegate rejects the recipient at once as no-such-domain. The sender has to correct the address."),
        Rule(
            "V3", .rfc(7505, "3"),
            says: "A domain with a single MX record whose target is the root, the null MX, says that it takes no mail.",
            kept: "danegate rejects the recipient at once as null-mx, with 556 5.1.10."),
        Rule(
            "V4", .rfc(5321, "5.1"),
            says: "A domain without MX records is its own mail host, the implicit MX.",
            kept: "danegate looks at the domain itself as the only host, and asks for TLSA records there."),
        Rule(
            "V5", .rfc(7672, "2.2.1"),
            says: "DANE does not apply to a domain whose MX records are insecure.",
            kept: """
                The domain is opportunistic. danegate looks at its hosts only for TLSA records that crash MTAs
                (hazard).
                """),
        Rule(
            "V6", .rfc(7672, "2.2.2"),
            says: """
                An MX host none of whose addresses can be looked up is out of reach. The sender goes on with the next
                host.
                """,
            kept: """
                danegate leaves the host out: as dnssec-invalid if the addresses are bogus, else as dns-unavailable.
                """),
        Rule(
            "V7", .rfc(7672, "2.2.2"),
            says: "An MX host of which the DNS says that it has no address cannot be delivered to.",
            kept: """
                danegate leaves the host out as no-mail-host. The domain has that outcome only if no other host
                decides.
                """),
        Rule(
            "V8", .rfc(7672, "2.2.2"),
            says: "DANE does not apply to a host that is no alias and whose addresses are insecure.",
            kept: "The host is opportunistic, and danegate sends no TLSA query for it."),
        Rule(
            "V9", .rfc(7672, "2.2.2"),
            says: "DANE does not apply to a host that is an alias if the alias itself is in an unsigned zone.",
            kept: "danegate asks for no TLSA records at either name. The host is opportunistic."),
        Rule(
            "V10", .rfc(7672, "2.2.2", "2.2.3"),
            says: """
                A host may be a secure alias that leads to insecure addresses. Only its original name can then have
                TLSA records.
                """,
            kept: "danegate asks for TLSA records at the original name alone."),
        Rule(
            "V11", .rfc(7672, "2.2.3"),
            says: """
                The TLSA records of a host that is an alias, secure to its end, are looked for at the expanded name
                first, then at the original one.
                """,
            kept: "danegate asks in this order and takes the first name that has secure TLSA records."),
        Rule(
            "V12", .rfc(7672, "2.1.2", "2.2"),
            says: "If the TLSA lookup for a host fails in any way, the client MUST NOT deliver to that host.",
            kept: """
                danegate opens no connection to the host and leaves it out: as dnssec-invalid if that is proven, else
                as dns-unavailable. The zone has to answer TLSA queries, also where there is no record.
                """),
        Rule(
            "V13", .rfc(7672, "2.2"),
            says: "A host has no DANE if its TLSA records are insecure or the DNS denies that there are any.",
            kept: "The host is opportunistic, and danegate makes no connection to it."),
        Rule(
            "V14", .rfc(7672, "2.2"),
            says: "Secure TLSA records demand TLS even if none of them is usable.",
            kept: """
                If STARTTLS or the handshake fails at such a host, danegate leaves it out as starttls-not-supported or
                tls-failed.
                """),
        Rule(
            "V15", .rfc(7672, "2.2"),
            says: """
                If secure TLSA records exist, none is usable and TLS works, the client delivers over TLS without
                authentication.
                """,
            kept: """
                The recipient is accepted as encrypted, unless the policy file says require. The administrator of the
                host should publish a usable record, such as 3 1 1.
                """),
        Rule(
            "V16", .rfc(7672, "2.2"),
            says: "A host with usable TLSA records that does not come as far as TLS MUST NOT be delivered to.",
            kept: """
                danegate leaves the host out as starttls-not-supported if STARTTLS is missing, and as tls-failed if the
                handshake fails.
                """),
        Rule(
            "V17", .rfc(7672, "3.1.1"),
            says: "A DANE-EE(3) record that matches the server's certificate authenticates the host.",
            kept: "The host is verified. Names and dates in the certificate do not count."),
        Rule(
            "V18", .rfc(7672, "3.1.2"),
            says: """
                A DANE-TA(2) record authenticates the host if a chain leads to its trust anchor, all of it is in date
                and the name fits.
                """,
            kept: "danegate builds the path and checks each of these. The host is then verified."),
        Rule(
            "V19", .rfc(7672, "2.2"),
            says: "A host with usable TLSA records of which none authenticates it MUST NOT be delivered to.",
            kept: "danegate leaves the host out as tlsa-invalid, certificate-expired or certificate-host-mismatch."),
    ]
}
