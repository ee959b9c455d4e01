extension Rule {
    /// Failures seen in the field: hosts and certificates that are unlike most.
    static let fieldHosts: [Rule] = [
        Rule(
            "F-70", .field("certificates that GnuTLS does not read"),
            says: """
                A certificate breaks a rule of RFC 5280 in its version, its dates or its signature algorithm, and
                matches a DANE-EE(3) record.
                """,
            kept: "The match alone counts, and the host is verified."),
        Rule(
            "F-71", .field("chains compared with OpenSSL"),
            says: """
                An issuer's name is written in another type of string, other case or other blanks than in the
                authority's own certificate.
                """,
            kept: "It is the same name by RFC 5280, Section 7.1, and danegate follows the chain."),
        Rule(
            "F-72", .field("chains compared with OpenSSL"),
            says: """
                A name in a DANE-TA(2) chain breaks a name constraint, or is of a form that cannot be compared with
                one.
                """,
            kept: """
                The chain is not valid, and the host is tlsa-invalid. Every form of name counts, whether the constraint
                is critical or not.
                """),
        Rule(
            "F-73", .field("chains compared with OpenSSL"),
            says: """
                A DANE-TA(2) chain has constraints in capitals, or on forms of names that it does not use. Or it has
                critical policies, or a root that only its key usage marks as an authority.
                """,
            kept: "None of this breaks the chain, and the host is verified."),
        Rule(
            "F-74", .field("chains with algorithms that are not in common use"),
            says: """
                A DANE-TA(2) chain has a key or a signature of a kind that GnuTLS does not know, or a certificate that
                cannot be read.
                """,
            kept: "Nothing is proven: the host is unreachable, which is a doubt."),
        Rule(
            "F-75", .field("chains compared with OpenSSL and Postfix"),
            says: """
                A DANE-TA(2) chain has a certificate that is not for servers, a weak key, SHA-1 or MD5 signatures, or a
                critical extension that nobody knows.
                """,
            kept: "OpenSSL and Postfix refuse such a chain, and so does danegate: tlsa-invalid."),
        Rule(
            "F-76", .field("hosts that refuse clients by name or address"),
            says: """
                A host refuses EHLO or HELO with 501, 503, 504, 521, 550 or 554, because of our name, our address or a
                policy.
                """,
            kept: """
                The host is unreachable, which is a doubt, and the cause quotes the reply and our name. Check
                DANEGATE_PROBE_HELO and the reverse DNS of this machine.
                """),
        Rule(
            "F-77", .field("hosts that do not know EHLO"),
            says: "A host answers EHLO with 500 or 502 and accepts HELO, which has no extensions.",
            kept: """
                There is no STARTTLS, and the host is starttls-not-supported. If it refuses HELO for another reason, it
                is unreachable.
                """),
        Rule(
            "F-78", .field("hosts that are busy"),
            says: "A host closes with 421 at some moment, also in answer to STARTTLS.",
            kept: """
                Before TLS this is unreachable, a doubt without a 5xx. Inside TLS everything is known by then, and the
                reply does not matter.
                """),
        Rule(
            "F-79", .field("hosts that refuse short names"),
            says: "A host refuses a client whose name in EHLO is not fully qualified, or hides STARTTLS from it.",
            kept: """
                A probe says this machine's canonical name, or an address literal if that name is short.
                DANEGATE_PROBE_HELO sets another one.
                """),
        Rule(
            "F-80", .field("certificates that GnuTLS does not read"),
            says: """
                GnuTLS breaks the handshake off, because it cannot read the certificate. The host itself has not
                failed.
                """,
            kept: """
                danegate checks the host's signature on the handshake by itself. A DANE-EE(3) record that matches then
                makes the host verified.
                """),
        Rule(
            "F-81", .field("certificates that GnuTLS does not read"),
            says: "Such a certificate is shown by a host with DANE-TA(2) records.",
            kept: """
                danegate reads the certificate as OpenSSL does. A date in a forbidden form is tlsa-invalid, version 1
                with extensions passes, and what nobody can tell is unreachable.
                """),
        Rule(
            "F-82", .field("hosts with unusual ends of lines"),
            says: "Reply lines end in CR CR LF, in LF alone, or in blanks before the end.",
            kept: "danegate cuts the end off and reads the reply as any other."),
        Rule(
            "F-83", .field("hosts with stray lines in their replies"),
            says: "A reply has lines without a code, or several codes.",
            kept: """
                danegate reads it as Postfix does: it passes over up to ten such lines, and the last code counts.
                Beyond that the host is unreachable.
                """),
        Rule(
            "F-84", .field("hosts with TLS that is not in common use"),
            says: "A host speaks TLS only in a way that Postfix with OpenSSL does not, such as CCM suites in TLS 1.3.",
            kept: """
                danegate offers what Postfix does, so the host is tls-failed, as it is for Postfix. If a host takes CCM
                in TLS 1.3, danegate connects once more without it.
                """),
        Rule(
            "F-85", .field("hosts with TLS that is not in common use"),
            says: """
                A host has only suites such as CCM in TLS 1.2, Camellia, or DHE with a group of its own, all of which
                Postfix reaches.
                """,
            kept: "danegate offers these as well, and judges the host by its certificate."),
    ]
}
