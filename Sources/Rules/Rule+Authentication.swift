extension Rule {
    /// RFC 7672 §3 to §10: certificates, names, and what servers and domains must do.
    static let authentication: [Rule] = [
        Rule(
            "D-44", .rfc(7672, "3.1.1"),
            says: "Under DANE-EE(3) a certificate that matches is enough. Its names and its expiry MUST be ignored.",
            kept: """
                The host is verified. DANEGATE_EXPIRED_EE=fail refuses expired certificates all the same, as Exchange
                Online may do.
                """),
        Rule(
            "D-45", .rfc(7672, "3.1.1"),
            says: "Domains SHOULD publish 3 1 1 records: DANE-EE(3), SPKI(1), SHA2-256(1).",
            asksNothing: "This is advice to domains. danegate judges every kind of record and prefers none."),
        Rule(
            "D-46", .rfc(7672, "3.1.2"),
            says: """
                Under DANE-TA(2) a server MUST send the certificate of the trust anchor in its chain, even if it is a
                self-signed root.
                """,
            kept: """
                danegate looks for the trust anchor in the chain that the server sends. Without it the host is
                tlsa-invalid.
                """),
        Rule(
            "D-47", .rfc(7672, "3.1.2"),
            says: """
                If a server's software cannot send the root certificate, its domain MUST publish an intermediate one or
                use DANE-EE(3).
                """,
            kept: """
                danegate accepts any certificate authority of the chain as trust anchor, an intermediate one included.
                """),
        Rule(
            "D-48", .rfc(7672, "3.1.2"),
            says: """
                With DANE-TA(2), records SHOULD hold a digest of the whole certificate, and Full(0) should be avoided.
                """,
            kept: "danegate accepts Full(0), and danegate check marks it with a note."),
        Rule(
            "D-49", .rfc(7672, "3.1.2"),
            says: """
                If a DANE-TA(2) record stands for a whole certificate, the constraints in that certificate SHOULD
                apply, such as the length of the path.
                """,
            kept: "danegate holds the chain to the constraints of the trust anchor."),
        Rule(
            "D-50", .rfc(7672, "3.1.3"),
            says: "PKIX-TA(0) and PKIX-EE(1) SHOULD NOT be used for SMTP, and clients MAY treat them as unusable.",
            kept: """
                For danegate both are unusable. If there are no other records, TLS is mandatory and the host is
                encrypted.
                """),
        Rule(
            "D-51", .rfc(7672, "3.2"),
            says: """
                A client MUST authenticate a server that has usable TLSA records, and MUST NOT deliver if that fails.
                """,
            kept: """
                A host that matches none of its usable records is left out. Nothing else that speaks for it changes
                that.
                """),
        Rule(
            "D-52", .rfc(7672, "3.2.1"),
            says: "A client MUST NOT check names under DANE-EE(3).",
            kept: "danegate does not compare any name of such a certificate."),
        Rule(
            "D-53", .rfc(7672, "3.2.2"),
            says: """
                Under DANE-TA(2) the certificate MUST have a name that fits. The TLSA base domain is the first
                reference identifier.
                """,
            kept: """
                A chain with another name is certificate-host-mismatch. The administrator needs a certificate with the
                host's name, or a 3 1 1 record.
                """),
        Rule(
            "D-54", .rfc(7672, "3.2.2"),
            says: """
                If the MX records are secure, the next-hop domain and the name that it is an alias for MUST be accepted
                as well.
                """,
            kept: "danegate accepts a certificate for the recipient's domain behind secure MX records."),
        Rule(
            "D-55", .rfc(7672, "3.2.2"),
            says: "If the MX records are insecure, the name of the MX host is the only reference identifier.",
            kept: """
                danegate authenticates no hosts behind insecure MX records, so it needs no reference identifier there.
                """),
        Rule(
            "D-56", .rfc(7672, "3.2.2"),
            says: """
                If there are no MX records and the domain is an alias, the original next-hop domain is the second
                reference identifier.
                """,
            kept: "danegate accepts a certificate for either name."),
        Rule(
            "D-57", .rfc(7672, "3.2.3"),
            says: "If a certificate has any DNS name, its Common Name (CN) does not count.",
            kept: "danegate looks at the Common Name only in a certificate without DNS names."),
        Rule(
            "D-58", .rfc(7672, "3.2.3"),
            says: "A wildcard MUST be the whole first label of a name. It stands for one label.",
            kept: """
                danegate accepts *.example.org for mx.example.org, but not for a.mx.example.org, and never accepts
                m*.example.org.
                """),
        Rule(
            "D-59", .rfc(7672, "4"),
            says: """
                Before a key changes, a domain MUST publish the TLSA records of the old and the new key and wait until
                caches have both.
                """,
            kept: """
                Either record may match. danegate looks a second time before it counts a failure, so a change that it
                meets half done does no harm.
                """),
        Rule(
            "D-60", .rfc(7672, "5"),
            says: "A client MUST follow the digest algorithm agility of RFC 7671.",
            kept: "danegate follows it; E-15 to E-18 say how."),
        Rule(
            "D-61", .rfc(7672, "8.1"),
            says: "A client MUST send the TLSA base domain in SNI and MUST NOT speak SSL 2.0.",
            kept: "danegate sends that name, with TLS 1.2 and 1.3."),
        Rule(
            "D-62", .rfc(7672, "8.1"),
            says: """
                A server MUST show a chain that matches one of its TLSA records, and MUST NOT refuse a client because
                of the name in SNI.
                """,
            kept: """
                A server that refuses the name is tls-failed. danegate check also connects without SNI and notes what
                it is shown.
                """),
        Rule(
            "D-63", .rfc(7672, "8.2"),
            says: "A client SHOULD offer cipher suites with certificates, and not only anonymous ones.",
            kept: "danegate offers suites for RSA and ECDSA certificates, in the order in which OpenSSL does."),
        Rule(
            "D-64", .rfc(7672, "9.1"),
            says: """
                A client MAY only audit and deliver all the same. Otherwise it MUST NOT deliver if authentication
                fails.
                """,
            kept: "DANEGATE_MODE=monitor audits: everything passes, and the log says what would have been refused."),
        Rule(
            "D-65", .rfc(7672, "9.2"),
            says: """
                A server with TLSA records MUST NOT offer STARTTLS to some clients only, such as those that have passed
                greylisting.
                """,
            kept: """
                danegate looks a second time. A host without STARTTLS both times is starttls-not-supported, and its
                administrator has to offer it to everyone.
                """),
        Rule(
            "D-66", .rfc(7672, "9.2"),
            says: """
                Domains have to follow the advice of RFC 7671 on key changes, on the size of answers and on the
                lifetime of signatures.
                """,
            asksNothing: """
                This binds domains and asks nothing of danegate. E-12, E-19 and E-22 are what danegate does about it.
                """),
        Rule(
            "D-67", .rfc(7672, "10"),
            says: "A client opens no connection to a server that counts as unreachable.",
            kept: "danegate connects to no host that it has left out after a lookup."),
    ]
}
