extension Rule {
    /// SMTP, null MX, STARTTLS, and internationalized names.
    static let smtp: [Rule] = [
        Rule(
            "S-01", .rfc(5321, "5.1"),
            says: "A client looks up MX records first. If the name is an alias, it begins again with the target.",
            kept: "danegate does the same and judges the hosts at the end of the alias."),
        Rule(
            "S-02", .rfc(5321, "5.1"),
            says: "A client MUST report a domain that does not exist as an error.",
            kept: "danegate says no-such-domain, with 550 5.1.2."),
        Rule(
            "S-03", .rfc(5321, "5.1"),
            says: "After a temporary error in the DNS a client MUST queue the message and try again.",
            kept: "danegate says dns-unavailable and defers the recipient, however long the error lasts."),
        Rule(
            "S-04", .rfc(5321, "5.1"),
            says: "If a domain has no MX records, its own name is taken for an MX host of preference 0.",
            kept: "danegate then uses the addresses and the TLSA records of the domain itself."),
        Rule(
            "S-05", .rfc(5321, "5.1"),
            says: """
                A client MUST NOT use the domain's own address if there are MX records, even if none of their hosts can
                be used.
                """,
            kept: "danegate never looks at that address beside MX records."),
        Rule(
            "S-06", .rfc(5321, "5.1"),
            says: "A client tries the addresses of a host in turn. It SHOULD try at least two.",
            kept: """
                danegate tries IPv6 addresses first and ends with the first one that may be used. danegate check tries
                them all.
                """),
        Rule(
            "S-07", .rfc(5321, "5.1"), .rfc(2181, "10.3"),
            says: "The target of an MX record must not be an alias, and some are.",
            kept: """
                danegate follows the alias. danegate check marks the MX record with a note, so that the domain can name
                the host itself.
                """),
        Rule(
            "S-08", .rfc(5321, "4.5.3.2"),
            says: "A client SHOULD wait five minutes for the greeting and for most replies.",
            kept: """
                A probe waits for DANEGATE_PROBE_TIMEOUT, which is shorter. A host that is slower than that is
                unreachable, which is a doubt.
                """),
        Rule(
            "S-09", .rfc(5321, "4.1.1.1"),
            says: "If a server does not know EHLO, a client says HELO. There is then no STARTTLS.",
            kept: """
                Such a host is starttls-not-supported. A host that refuses EHLO for another reason is unreachable,
                which is a doubt.
                """),
        Rule(
            "N-01", .rfc(7505, "3"),
            says: "A null MX is a single MX record of preference 0 whose target is the root.",
            kept: "danegate says null-mx, whatever preference the record has."),
        Rule(
            "N-02", .rfc(7505, "3"),
            says: "A domain MUST NOT publish a null MX beside other MX records.",
            kept: "danegate passes over the null MX and uses the others. danegate check marks it with a note."),
        Rule(
            "N-03", .rfc(7505, "4.1"),
            says: "Mail to a domain with a null MX SHOULD be refused with 556 and 5.1.10.",
            kept: "danegate gives this reply at once."),
        Rule(
            "N-04", .rfc(7505, "5"),
            says: "A null MX counts whether its zone is signed or not.",
            kept: "danegate says null-mx for an unsigned domain, too."),
        Rule(
            "L-01", .rfc(3207, "4"),
            says: "A server answers STARTTLS with 220, or with 454 or 501 if it does not begin TLS.",
            kept: """
                2xx goes on, and 4xx and 5xx are starttls-not-supported. 421 and a reply that does not fit are
                unreachable, which is a doubt.
                """),
        Rule(
            "L-02", .rfc(3207, "4"),
            says: "A public mail server MUST NOT demand TLS of clients that deliver to it.",
            asksNothing: """
                This binds servers towards clients without TLS. A probe always goes on to STARTTLS and delivers
                nothing, so it does not meet the demand.
                """),
        Rule(
            "L-03", .rfc(3207, "4.1"),
            says: "A client that is not content with the result of the handshake SHOULD say QUIT.",
            kept: "A probe says QUIT and closes, whatever it has seen."),
        Rule(
            "L-04", .rfc(3207, "4.2"),
            says: "After the handshake a client MUST forget what the server said before, and says EHLO again.",
            kept: "A probe says EHLO inside TLS, and only that answer counts from then on."),
        Rule(
            "L-05", .rfc(3207, "4.2"), .named("CVE-2011-0411, cleartext that counts as sent inside TLS"),
            says: "Bytes that follow the reply 220 in cleartext MUST NOT be read as if they had come inside TLS.",
            kept: """
                A probe ends there, and the host is tls-failed. Its administrator should look for an old mail server or
                for an attacker on the way.
                """),
        Rule(
            "L-06", .named("Postfix, which tells these failures apart in its bounces"),
            says: """
                A sender should tell three failures apart: STARTTLS is not offered, STARTTLS is refused, and the
                handshake fails.
                """,
            kept: """
                The first two are starttls-not-supported and the last one is tls-failed. The cause quotes the host's
                reply.
                """),
        Rule(
            "I-01", .rfc(5890), .rfc(5891),
            says: "DNS queries and SNI use A-labels, as in xn--bcher-kva.example.",
            kept: "danegate maps names to A-labels with IDNA before it asks for them."),
        Rule(
            "I-02", .rfc(6125, "6.4.2"),
            says: "Names in certificates are compared as A-labels and without regard to case.",
            kept: "danegate compares them so, in whatever form the sender wrote the address."),
        Rule(
            "I-03", .rfc(8461, "3.2"),
            says: "The names in MTA-STS policies and in TLS reports MUST be A-labels.",
            asksNothing: "danegate neither reads such policies nor writes such reports."),
        Rule(
            "I-04", .rfc(6531),
            says: """
                Only an address whose local part is not ASCII needs SMTPUTF8. A domain can always be written in
                A-labels.
                """,
            kept: "danegate judges the domain alone and asks no host for SMTPUTF8."),
        Rule(
            "I-05", .rfc(1035, "2.3.3"), .rfc(2181, "11"),
            says: "Case and a final dot do not change a name. A host name in an MX record may have an underscore.",
            kept: """
                danegate judges MX_1.Example.Org. as mx_1.example.org, and sends the name in SNI without the final dot.
                """),
    ]
}
