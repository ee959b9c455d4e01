extension Rule {
    /// RFC 7671: updates to DANE.
    static let dane: [Rule] = [
        Rule(
            "E-01", .rfc(7671, "2"),
            says: """
                Clients must understand SHA2-256(1) and SHOULD understand SHA2-512(2). Servers SHOULD NOT publish
                SHA2-512(2) alone.
                """,
            kept: """
                danegate understands both of them. danegate check marks SHA2-512(2) without SHA2-256(1) with a note.
                """),
        Rule(
            "E-02", .rfc(7671, "3"), .rfc(8996),
            says: "A client MUST send SNI and SHOULD speak TLS 1.2 or later. TLS 1.0 and 1.1 are no longer allowed.",
            kept: "danegate speaks TLS 1.2 and 1.3. A host that has only older versions is tls-failed."),
        Rule(
            "E-03", .rfc(7671, "4", "4.1"),
            says: """
                A client that does opportunistic DANE need not support all four certificate usages. PKIX-TA(0) and
                PKIX-EE(1) SHOULD NOT be used there.
                """,
            kept: "danegate supports DANE-TA(2) and DANE-EE(3), and other usages are unusable."),
        Rule(
            "E-04", .rfc(7671, "4.2"),
            says: "Certificate Transparency SHOULD NOT be checked under DANE-TA(2) and DANE-EE(3).",
            kept: "danegate does not look for it."),
        Rule(
            "E-05", .rfc(7671, "5.1"),
            says: """
                DANE-EE(3) ignores names and dates. A raw public key in the place of a certificate needs records of the
                kind 3 1 x.
                """,
            kept: "danegate does not look at names and dates there. It never asks for raw public keys."),
        Rule(
            "E-06", .rfc(7671, "5.2"),
            says: "Under DANE-TA(2) a server MUST send the trust anchor, unless all such records are 2 0 0.",
            kept: """
                danegate finds the trust anchor in the chain or in a 2 0 0 record. Otherwise the host is tlsa-invalid.
                """),
        Rule(
            "E-07", .rfc(7671, "5.2"),
            says: """
                Under DANE-TA(2) the server MUST send a complete chain, and all its certificates have to be in date.
                """,
            kept: """
                danegate builds the path and checks the dates. A chain that is out of date is certificate-expired; one
                that is not valid yet is tlsa-invalid.
                """),
        Rule(
            "E-08", .rfc(7671, "5.2.2"),
            says: "Only a 2 0 0 record lets a client verify a chain whose trust anchor the server does not send.",
            kept: """
                danegate takes the certificate in the 2 0 0 record as trust anchor. A digest in its place is not
                enough.
                """),
        Rule(
            "E-09", .rfc(7671, "5.2.2"),
            says: """
                DANE-TA(2) needs no list of trusted authorities. The trust anchor may be any authority, also an
                intermediate one.
                """,
            kept: "danegate consults no public certificate authorities."),
        Rule(
            "E-10", .rfc(7671, "5.2.3"),
            says: """
                A 2 1 0 record holds a public key. If no certificate of the chain has it, the key may have signed the
                last one.
                """,
            kept: "danegate tries the key on the last certificate of the chain, and a signature that fits is a match."),
        Rule(
            "E-11", .rfc(7671, "7"),
            says: """
                The expanded name of a secure alias is the preferred TLSA base domain. SNI and name checks use the TLSA
                base domain.
                """,
            kept: "danegate does the same for SNI and for names, wherever it has found the records."),
        Rule(
            "E-12", .rfc(7671, "8"),
            says: """
                Each combination of usage, selector and matching type that a domain publishes MUST have a record that
                matches the chain in use.
                """,
            kept: """
                danegate check marks a combination without a match with a note. One match suffices for mail; the
                administrator should remove old records.
                """),
        Rule(
            "E-13", .rfc(7671, "8.1"),
            says: "A new record has to be published for two TTLs before its key or certificate is used.",
            asksNothing: """
                This is a duty of domains. danegate cannot see when a record was published; it judges records and
                certificate as they are now.
                """),
        Rule(
            "E-14", .rfc(7671, "8.4"),
            says: "A domain should make one change of keys, records or parameters at a time.",
            asksNothing: """
                This is advice to domains. One look cannot tell one change from two; F-01 and F-03 say what becomes of
                a change half done.
                """),
        Rule(
            "E-15", .rfc(7671, "9"),
            says: "A client SHOULD have an order of the strength of digests.",
            kept: "For danegate SHA2-512(2) is stronger than SHA2-256(1). There is no setting for it."),
        Rule(
            "E-16", .rfc(7671, "9"),
            says: """
                A client first drops unusable records. Of each usage and selector it SHOULD then use Full(0) and the
                strongest digest alone.
                """,
            kept: """
                danegate does so, as OpenSSL and Postfix do. A wrong SHA2-512(2) record makes a right SHA2-256(1)
                record useless; correct it or remove it.
                """),
        Rule(
            "E-17", .rfc(7671, "9"),
            says: "Records with Full(0) are never dropped in favour of a digest.",
            kept: "A Full(0) record that matches is enough for danegate, whatever digests stand beside it."),
        Rule(
            "E-18", .rfc(7671, "9"),
            says: "Digests compete only within the same usage and selector.",
            kept: "A 3 1 1 record that matches is enough for danegate beside a 3 0 2 record that does not."),
        Rule(
            "E-19", .rfc(7671, "10.1"),
            says: """
                Answers should stay small. Records that hold whole certificates, such as 3 0 0 and 2 0 0, SHOULD be
                avoided.
                """,
            kept: """
                danegate check marks them with a note. If an answer needs TCP and the name server does not offer it,
                the lookup has failed.
                """),
        Rule(
            "E-20", .rfc(7671, "10.2"),
            says: "SNI MUST be the TLSA base domain, and names MUST be checked under all usages but DANE-EE(3).",
            kept: "danegate checks names under DANE-TA(2), the only other usage that it supports."),
        Rule(
            "E-21", .rfc(7671, "10.3"),
            says: """
                If no TLSA record is usable, a client uses TLS without authentication and never cleartext. Where DANE
                is mandatory it does not connect.
                """,
            kept: "The host is encrypted. If the policy file says require, the domain is dane-required."),
        Rule(
            "E-22", .rfc(7671, "13"),
            says: "Signatures SHOULD NOT last long, and TTLs should be short enough for emergencies.",
            asksNothing: """
                This is advice to domains about signatures that are valid, and asks nothing of danegate. F-26 is about
                those that are not.
                """),
    ]
}
