extension Rule {
    /// Failures seen in the field: SMTP and TLS.
    static let fieldSMTP: [Rule] = [
        Rule(
            "F-50", .field("hosts with TLSA records"),
            says: "A host has TLSA records and does not offer STARTTLS.",
            kept: """
                danegate leaves the host out as starttls-not-supported. Its administrator should turn TLS on, or remove
                the records.
                """),
        Rule(
            "F-51", .field("hosts that cannot read their own certificate"),
            says: "A host offers STARTTLS and then refuses it, as with 454.",
            kept: """
                The host is starttls-not-supported, and the reply quotes the refusal. The mail server's own log says
                why it has no TLS.
                """),
        Rule(
            "F-52", .field("hosts that offer STARTTLS only to clients they know"),
            says: "A host hides STARTTLS from strangers. A client that does DANE is then locked out for good.",
            kept: """
                danegate says a fully-qualified name in EHLO and looks a second time. A host that hides STARTTLS both
                times is starttls-not-supported.
                """),
        Rule(
            "F-53", .field("hosts with greylisting"),
            says: "A host offers STARTTLS to everyone and defers recipients with 4xx.",
            kept: """
                Greylisting comes after TLS and has nothing to do with DANE. A probe names no recipient and does not
                meet it.
                """),
        Rule(
            "F-54", .field("hosts that answer slowly on purpose"),
            says: "A host takes a long time for its greeting or for its reply to EHLO.",
            kept: """
                danegate waits for DANEGATE_PROBE_TIMEOUT. A host that takes longer is unreachable, and that is a
                doubt.
                """),
        Rule(
            "F-55", .field("hosts that refuse the prober's address"),
            says: "A host greets with 421 or 554, because this machine's address is on a list or the host is busy.",
            kept: """
                The host is unreachable: nothing is known of its TLS, and there is no 5xx. If many hosts do so, look
                for this machine's address on block lists.
                """),
        Rule(
            "F-56", .field("hosts with old TLS"),
            says: "A host speaks only TLS 1.0 or 1.1, or has no suite or key that a client of today accepts.",
            kept: "The handshake fails, and the host is tls-failed."),
        Rule(
            "F-57", .field("hosts with one certificate"),
            says: "A host has only an RSA certificate, or only an ECDSA one.",
            kept: "danegate offers both kinds, so it is judged by the one that it has."),
        Rule(
            "F-58", .field("hosts that refuse names in SNI"),
            says: "A host ends the handshake if it does not know the name in SNI.",
            kept: "The host is tls-failed. It has to show a certificate for every name, or know the TLSA base domain."),
        Rule(
            "F-59", .field("firewalls that inspect SMTP"),
            says: "A firewall hides STARTTLS from clients, as by XXXXXXXA in its place.",
            kept: "The host is starttls-not-supported. Its administrator should turn the inspection off."),
        Rule(
            "F-60", .field("hosts that ask for a client certificate"),
            says: "A host demands a client certificate, or closes the connection right after the handshake.",
            kept: """
                If the host breaks the handshake off, it is tls-failed. One that closes after the handshake without an
                alert is unreachable, which is a doubt.
                """),
        Rule(
            "F-61", .field("addresses with several machines behind them"),
            says: "One of the machines behind an address has an old certificate or no TLS, so that connections differ.",
            kept: """
                danegate looks a second time. If one of two connections is in order, mail passes, and the domain is
                marked as degraded.
                """),
    ]
}
