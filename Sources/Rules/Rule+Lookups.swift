extension Rule {
    /// RFC 7672 §2.1 and §2.2: lookups, and what a client does with what they find.
    static let lookups: [Rule] = [
        Rule(
            "D-01", .rfc(7672, "2.1.1"),
            says: "A client that does DANE needs a resolver that validates DNSSEC.",
            kept: """
                danegate validates by itself, with libunbound and the keys of the root. Every five minutes it tests
                that this works.
                """),
        Rule(
            "D-02", .rfc(7672, "2.1.1"), .rfc(4035, "4.9.3"),
            says: "A client MUST NOT trust the AD bit of a resolver that it reaches over an untrusted channel.",
            kept: """
                danegate never looks at the AD bit, whoever sets it. DANEGATE_DNS_FORWARD may name any resolver that
                passes DNSSEC records on.
                """),
        Rule(
            "D-03", .rfc(7672, "2.1.1"),
            says: """
                Answers are insecure for several reasons: an unsigned delegation, no trust anchor, an unknown
                algorithm. A client treats them all alike.
                """,
            kept: "danegate has one value for insecure and never asks for the reason."),
        Rule(
            "D-04", .rfc(7672, "2.1.1"),
            says: """
                An answer is indeterminate if records that are needed to validate it cannot be had. It MUST count as an
                error.
                """,
            kept: "danegate says dns-unavailable and never takes it for a domain without DANE."),
        Rule(
            "D-05", .rfc(7672, "2.1.1"),
            says: "A denial (NODATA or NXDOMAIN) is an answer and no error, whether it is secure or insecure.",
            kept: "danegate takes both as the answer that there is no such record."),
        Rule(
            "D-06", .rfc(7672, "2.1.1"),
            says: """
                SERVFAIL, other error codes, a timeout, a malformed reply and bogus data all mean that the lookup
                failed.
                """,
            kept: """
                danegate takes none of them for an answer. It tells bogus data apart only to name the cause and to
                choose the code.
                """),
        Rule(
            "D-07", .rfc(7672, "2.1.2"),
            says: "If the set of mail servers cannot be determined, the client MUST delay the mail.",
            kept: """
                danegate defers the recipient as dns-unavailable for as long as it lasts. Proven bogus data is
                dnssec-invalid, which is rejected after DANEGATE_DEFER_FOR.
                """),
        Rule(
            "D-08", .rfc(7672, "2.1.2"),
            says: "If the addresses of one MX host cannot be looked up, the client may go on with the other hosts.",
            kept: "danegate leaves that host out and looks at the next one."),
        Rule(
            "D-09", .rfc(7672, "2.1.2"),
            says: "A client that does DANE MUST look up the TLSA records of a server that it has identified securely.",
            kept: "danegate sends the TLSA query for every MX host with secure addresses."),
        Rule(
            "D-10", .rfc(7672, "2.1.2"),
            says: """
                If a query on the way to the TLSA records fails, the client MUST NOT deliver to that server, nor
                connect to it.
                """,
            kept: "danegate opens no connection to such a host."),
        Rule(
            "D-11", .rfc(7672, "2.1.3"),
            says: "A client follows aliases (CNAME) to their end, up to a limit.",
            kept: """
                libunbound does this for danegate. An alias that loops or is longer than the limit is dns-unavailable.
                """),
        Rule(
            "D-12", .rfc(7672, "2.1.3"),
            says: "If the lookup fails at any alias on the way, the whole lookup has failed.",
            kept: "danegate then treats the name at which it began as not looked up."),
        Rule(
            "D-13", .rfc(7672, "2.1.3"),
            says: "One insecure alias makes all that follows it insecure, even where later zones are signed.",
            kept: "For danegate an answer is as secure as the weakest alias on the way."),
        Rule(
            "D-14", .rfc(7672, "2.1.3"),
            says: """
                If an alias leads to insecure addresses, a CNAME query of its own tells whether the alias itself is in
                a signed zone.
                """,
            kept: "danegate makes that query and then decides where TLSA records can be."),
        Rule(
            "D-15", .rfc(7672, "2.1.3"),
            says: "A DNAME record needs no handling of its own beyond the CNAME record that is synthesized from it.",
            kept: "libunbound synthesizes that record and validates it."),
        Rule(
            "D-16", .rfc(7672, "2.2"),
            says: """
                A host with at least one usable secure TLSA record MUST do TLS and be authenticated. Otherwise the
                client goes on with the next server, or delays the mail.
                """,
            kept: "For danegate such a host is verified, or it is left out."),
        Rule(
            "D-17", .rfc(7672, "2.2"),
            says: "If there are secure TLSA records and none is usable, TLS is mandatory and authentication is not.",
            kept: "The host is encrypted if STARTTLS and the handshake work. Otherwise danegate leaves it out."),
        Rule(
            "D-18", .rfc(7672, "2.2"),
            says: "If TLSA records are insecure or absent, TLS is opportunistic, and delivery in cleartext is allowed.",
            kept: "The host is opportunistic. danegate does not connect to it and asks nothing of its TLS."),
        Rule(
            "D-19", .rfc(7672, "2.2"),
            says: "After an error in the TLSA lookup the client MUST use the next server or delay the mail.",
            kept: "danegate leaves the host out. If no host remains, it defers the recipient."),
        Rule(
            "D-20", .rfc(7672, "2.2"),
            says: "A sender MAY demand DANE of chosen destinations.",
            kept: "The word require in the policy file does this. A domain without usable DANE is then dane-required."),
        Rule(
            "D-21", .rfc(7672, "2.2"),
            says: """
                DANE does not apply to an address literal, nor to an MX record whose target is written as an IP
                address.
                """,
            kept: "danegate does not judge address literals. A domain with such an MX record is opportunistic."),
        Rule(
            "D-22", .rfc(7672, "2.2"),
            says: "A domain MUST NOT publish TLSA records for a server that does not do TLS.",
            kept: """
                Such a host is starttls-not-supported. Its administrator has to offer STARTTLS or remove the records.
                """),
    ]
}
