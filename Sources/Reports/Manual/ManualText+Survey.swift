/// Surveys of many domains.
extension ManualText {
    /// What a survey reads, and what it writes.
    static let survey = #"""
            danegate survey --output results.jsonl /var/log/mail.log

        This judges every destination of a mail log, or of a list: a domain, [host]:port, addresses or rank,domain a
        line, mixed as you like. Several files are read in the order given; - reads standard input. The summary on
        standard error gives the share of each outcome in destinations and recipients, what would be refused at
        first and once faults have lasted, and the hosts by which most is lost. A survey changes nothing, and needs
        no daemon.

        ## What it reads

        Logs of Postfix, Sendmail and Exim, and danegate's own rulings, are read: as syslog writes them (RFC 3164,
        RFC 3339, RFC 5424, with what FreeBSD, illumos, rsyslog and syslog-ng add), as journalctl prints them (-o
        short…, cat, json, export), as Docker, Kubernetes and collectors keep them, with or without JSON around
        them.

        Files compressed by gzip, xz, bzip2 or zstd are read through that program, which must be installed. It may
        take 1 GB of memory, and nothing goes to a disk. A file that expands to more than 300 times its size, and to
        more than 1 GB, is refused.

        Each line is read or named. The summary counts the lines of a log that tell of no delivery. The first 20
        lines that could not be read are listed with the reason: a line with a time and no program, a delivery that
        is cut, an address beside something that is none.

        A log in which danegate writes too has each recipient twice, as a ruling and as a delivery.

        ## What it leaves out

        What the gate passes is left out, and the summary says how much:

        - deliveries by transports outside DANEGATE_TRANSPORTS (Postfix's postfix/relay/smtp is relay, Sendmail's
          mailer=; of Exim's transports those count whose name has smtp in it and not lmtp);
        - hosts that are named by a special-purpose address or have an address of an internal network that
          DANEGATE_PROBE_ALLOW does not name;
        - DANEGATE_EXEMPT_LOCALPARTS;
        - address probes of Postfix (status=deliverable), which are no mail.

        A recipient that was deferred counts once it is delivered or bounced.

        ## Relays

        Mail that went through a relay which is no MX host of its domain is counted, and the relay named. --route
        nexthop judges that relay in place of the domain, --route recipient the domain. By default it is as
        DANEGATE_ROUTE says, which is what the gate does. The log does not tell how the next hop was written:
        [relay]:port is assumed. A domain that has changed its MX hosts since the log was written looks the same.

        ## Results

        Results are one line per destination, in the order of the input, as they come: domain, outcome, ruling (for
        a fault seen for the first time), would (where it is only monitored), lasting (once it has lasted for
        DANEGATE_DEFER_FOR, with DANEGATE_MODE=enforce and DANEGATE_ROLLOUT=100), code, host, cause, degraded,
        hazards, mx_security, recipients, relay (no MX host of the domain, or null), relayed (recipients that went
        by relays), route (nexthop where the relay was judged); with --timings also elapsed_ms. In CSV a cell that a
        spreadsheet would take for a formula begins with an apostrophe.

        A survey that was interrupted, even by kill -9, goes on with the same command and --resume, and the file
        comes out as if nothing had happened. The input may have grown at its end meanwhile (of several files the
        last one): results that are there keep the recipients that they were counted with. They keep their rulings,
        too: resumed with other settings or another policy file, a survey mixes both.

        ## Load

        A host is connected to once an hour, and once more if it fails, however many domains share it;
        DANEGATE_PROBE_PER_HOST and DANEGATE_PROBE_PER_HOUR hold. What is in doubt (and unprobed) is tried once more
        after --retry-after seconds (15). Results behind it wait for that, at most 20 000. While DNS does not work
        the survey waits, for ten minutes at most. --concurrency (1000) inspections run at once, fewer where a
        process may have less than about 4000 descriptors.
        """#
}
