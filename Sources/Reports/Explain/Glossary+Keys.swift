extension Glossary {
    /// The keys of a ruling's line. A test holds this to be all that there are.
    static let keys: [Entry] = [
        ("ruling", "What was done with the recipient: accept, tempfail or reject."),
        ("mode", "DANEGATE_MODE: enforce, or monitor, in which everything passes."),
        ("would", "What would have been done if the recipient were not merely monitored."),
        ("to", "The recipient."),
        ("domain", "The next hop that was judged: the recipient's domain, or what the MTA's routing says."),
        ("outcome", "What is true about that next hop. danegate explain takes each outcome by its name."),
        ("code", "The enhanced code of the refusal, whether it was carried out or not."),
        ("host", "The MX host that decided."),
        ("cached", "Whether the verdict was known (yes) or had to be looked for (no)."),
        ("waited_ms", "How long the recipient waited for danegate, in milliseconds."),
        (
            "failing_for",
            """
            How long danegate has seen the fault. At DANEGATE_DEFER_FOR a deferral becomes a rejection. The time \
            survives restarts, and ends when the destination is in order again.
            """
        ),
        (
            "trace",
            """
            The id that stands in brackets at the end of the reply. With it the sender's bounce finds the line \
            of the log.
            """
        ),
        ("client", "The address of the SMTP client."),
        ("qid", "The MTA's queue id. It is - at the first recipient of a message, which has no id yet."),
        (
            "via",
            "The door that the recipient came to: milter, query (the query socket), or policy (Postfix's policy "
                + "delegation)."
        ),
        (
            "own_hop",
            """
            The next hop as the MTA writes it, if this site's own configuration leads there and not the \
            recipient's domain. See own next hop.
            """
        ),
        (
            "passed",
            """
            The recipient was accepted without being judged, for the reason given. That is an exempt local part, a \
            next hop that danegate does not judge, or an exemption: danegate exempt, the policy file, or by client, \
            login or sender. Its outcome is -.
            """
        ),
        (
            "from",
            """
            The sender. It is <> for the null sender, and - if there was none. DANEGATE_LOG_ADDRESSES leaves it \
            out, or shows only its domain.
            """
        ),
        (
            "sasl",
            "The name that the client has authenticated with, if it has. DANEGATE_LOG_ADDRESSES may leave it out."
        ),
        ("cause", "Why the verdict is what it is."),
    ]
}
