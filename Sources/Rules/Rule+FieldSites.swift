extension Rule {
    /// Failures seen in the field: the site around danegate, and what its people paste.
    static let fieldSites: [Rule] = [
        Rule(
            "F-86", .field("forwarders and firewalls between a site and the DNS"),
            says: """
                A forwarder or a firewall passes keys and signatures on, but loses NSEC and NSEC3 records or invents
                addresses. Domains outside DNSSEC then look broken.
                """,
            kept: """
                danegate tests for proven denials. While they do not arrive, nothing is dnssec-invalid but
                dns-unavailable, and danegate status is CRITICAL; see the cause denials.
                """),
        Rule(
            "F-87", .field("forwarders and firewalls between a site and the DNS"),
            says: "A forwarder or a firewall fails for TLSA queries alone.",
            kept: """
                danegate tests for a TLSA answer. While none arrives, hosts in signed zones are dns-unavailable, and
                danegate status is CRITICAL; see the cause tlsa.
                """),
        Rule(
            "F-88", .field("connections to the DNS that come and go"),
            says: """
                The way to the DNS works only now and then, so that a failure and the test after it meet different
                moments.
                """,
            kept: """
                The breaker opens at once and closes only after tests have been good for a while. What failed meanwhile
                stays dns-unavailable for five more minutes.
                """),
        Rule(
            "F-89", .field("sites with little mail"),
            says: "The way to the DNS fails while nobody sends mail, so that nobody has noticed yet.",
            kept: """
                The first recipient that meets the failure starts a test of the DNS and is deferred. A stranger's
                broken zone cannot start such tests without end.
                """),
        Rule(
            "F-90", .field("Sendmail"),
            says: """
                Sendmail replaces a recipient domain that is an alias by the alias's target before it asks a milter. A
                certificate for the alias then seems to be wrong.
                """,
            kept: """
                danegate judges the domain that was typed if the DNS says that it is an alias of the other one. The
                feature nocanonify keeps Sendmail from this.
                """),
        Rule(
            "F-91", .field("sites with a relayhost, a smart host or a transport map"),
            says: """
                A next hop in the site's own configuration is broken, and all mail of the site would be refused for it.
                """,
            kept: """
                danegate defers such mail at most, and the reply names the next hop. DANEGATE_ON_OWN_NEXT_HOP rules
                otherwise; danegate status warns if much mail is affected.
                """),
        Rule(
            "F-92", .field("domains with dozens of MX hosts"),
            says: "Many MX hosts do not exist or do not answer, and one behind them is in order.",
            kept: """
                One look makes at most 10 connections and looks up at most 128 hosts. The recipient is pending until
                all have been seen, and each look goes on where the last one stopped.
                """),
        Rule(
            "F-93", .field("Postfix with canonical and virtual maps"),
            says: "Postfix rewrites an address only after RCPT, and the domain that was typed takes no mail itself.",
            kept: """
                danegate judges the domain that was typed. A line with exempt in the policy file lets such mail pass,
                and so does virtual_alias_domains in Postfix.
                """),
        Rule(
            "F-94", .field("MX records that point to other people's networks"),
            says: """
                The MX records of a domain name hundreds of hosts, or hundreds of names for a few addresses of somebody
                else.
                """,
            kept: """
                One look makes at most 10 connections. danegate tries no further name at an address where SMTP has just
                failed before TLS.
                """),
        Rule(
            "F-95", .field("mail logs that danegate survey has read"),
            says: """
                A log has lines that the gate would not judge, such as internal hosts, and words of remote servers that
                look like the MTA's own.
                """,
            kept: """
                danegate survey counts only what the gate would judge and says what it has left out. It names relays
                that are no MX hosts of the domain.
                """),
        Rule(
            "F-96", .field("mail logs that danegate survey has read"),
            says: """
                A log comes from a container, from Sendmail or Exim, in the syslog format of RFC 5424, or compressed.
                """,
            kept: "danegate survey reads all of these. It counts and lists the lines that it cannot read."),
        Rule(
            "F-97", .field("what people paste into commands"),
            says: "A command is given a whole bounce, a mail address, a URL or a part of a trace id.",
            kept: """
                Commands find what is meant or say what they need. danegate explain finds outcomes and codes in any
                text.
                """),
        Rule(
            "F-98", .field("addresses that are not valid UTF-8"),
            says: "An address has bytes that are no text, so that two senders can look alike in a log.",
            kept: """
                danegate writes such a byte as \\xNN in the log, in danegate trace and in its JSON. Both senders can
                then be told apart and found.
                """),
        Rule(
            "F-100", .field("machines whose local users or MTAs leave connections open"),
            says: "Connections that say nothing use up the file descriptors of the daemon.",
            kept: """
                danegate limits them and closes those of the client that has most. It keeps some descriptors back for
                what must not fail.
                """),
        Rule(
            "F-101", .field("daemons whose standard error is a pipe that nobody reads"),
            says: "A library writes to standard error, nobody reads there, and the program stops.",
            kept: "danegate makes no lookup wait for that."),
        Rule(
            "F-102", .field("machines that are short of file descriptors or memory"),
            says: "The system refuses to open files or sockets, for all programs or for this one.",
            kept: "The daemon goes on and answers with what it knows, or with 4xx. It recovers by itself."),
        Rule(
            "F-103", .field("machines that give a process no more threads"),
            says: "The system gives the daemon no more threads, and the libraries that need them wait for ever.",
            kept: """
                danegate keeps threads back, and sessions queue for those that exist. The log line event=threads says
                what limit to raise.
                """),
        Rule(
            "F-104", .field("connections that were closed at once"),
            says: """
                The system reports connections that a client has already closed as root's, and root's real connections
                would give way to them.
                """,
            kept: "danegate counts such connections as nobody's and closes them first."),
    ]
}
