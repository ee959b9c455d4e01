/// What the daemon does, how it is registered with an MTA, and what a sender reads.
extension ManualText {
    /// What danegate does, point by point.
    static let whatItDoes = #"""
        - danegate looks at the next hop that the MTA would use. It validates the MX, address and TLSA records
          itself (libunbound, with its own cache and the root's keys), and walks the hosts in MX preference order as
          a delivering client would.
        - It connects to hosts that publish TLSA records, and to no others: banner, EHLO, STARTTLS, TLS handshake,
          EHLO, QUIT. It offers the TLS that Postfix 3.7 does with OpenSSL 3.0; what remains different, and what
          Debian's Exim offers otherwise, is in TLS OF THE PROBE. Of several addresses it tries IPv6 first, and the
          next one after 250 ms or a failure, until one may be used (RFC 8305). It judges the certificate chain
          against the TLSA records, without any public certificate authority.
        - Where DNSSEC data is bogus it says why, in words for the domain's operator and with dates ("the signature
          of the MX records of example.org expired 3 days ago (2026-11-20 14:00 UTC)"). danegate check adds
          libunbound's own words. Keys that the name servers did not give are a doubt, not a fault.
        - It keeps verdicts for as long as the DNS allows. What it found out about MX hosts (addresses, TLSA
          records, certificates) serves all domains that share them.
        - It looks at a failure a second time before the failure counts: at records past every cache of its own, at
          hosts on new connections. If the records have changed meanwhile, that was a roll-over, and it has healed.
          If they have not, and one connection failed while the other did not, not all machines behind the address
          are alike. The recipient is then accepted, and the verdict is marked degraded and says what each
          connection showed. Where the first look finds all in order, there is no second connection. That a domain
          lacks DANE is such a failure where the policy file demands DANE.
        - What it knows outlives it. Verdicts, probe results, and since when a destination fails are in the state
          directory, so that DANEGATE_DEFER_FOR counts across restarts.
        - It refuses with the codes that Exchange Online gives: 4.7.32x while a fault is young, 5.7.32x once it has
          lasted for DANEGATE_DEFER_FOR. What could not be found out is never a reason for a 5xx.
        - DANEGATE_MODE=monitor rules and logs, and lets everything pass. DANEGATE_ROLLOUT, a policy file,
          exemptions with an end, and lists of senders and clients say for whom it is earnest.
        - It writes down who was refused, or would have been, and why (danegate trace, danegate report), and tells
          over a local socket how it is (danegate status).
        - danegate survey says how much of a mail log or a list it would refuse, before it refuses any. danegate
          check shows what the gate would find out about a domain, step by step, also as of some days ahead.
          danegate explain says what a code or word means, and what to do. danegate notice writes the mail that
          tells the other side.
        """#

    /// What danegate does not do.
    static let whatItDoesNot = #"""
        - It is tried with Postfix. Sendmail speaks the same protocol; the macros that it sends are tried, Sendmail
          itself is not.
        - It sees envelopes only: it tells the MTA that it wants no headers and no body.
        - It does not deliver, queue or encrypt mail, and adds nothing to it. Delivery with DANE is the MTA's
          (smtp_tls_security_level = dane).
        - It does not judge local recipients, address literals, transports other than smtp and esmtp, or next hops
          that it does not understand: several of them, or port 465, where TLS begins with the connection.
        - It asks the host's resolver for nothing but the host's own name (DANEGATE_PROBE_HELO). For destinations it
          reads neither /etc/resolv.conf nor /etc/hosts. A next hop that only an internal DNS knows does not exist
          for it: name that DNS with DANEGATE_DNS_FORWARD or DANEGATE_DNS_CONFIG, or exempt the domain.
        - It does not see what an MTA does to an address after RCPT: see WHICH NEXT HOP IS JUDGED.
        - It does not judge mail that enters Postfix otherwise than by SMTP: do not put it into non_smtpd_milters.
          Postfix would keep a refused message in its queue. danegate recognises such sessions as well as one can,
          and passes them.
        - It sends no mail and tells nobody anything by itself: notice prints.
        - The trace has a row for those who were refused or would have been. Of all others there are counts alone.
        - check, survey and notice know the settings and the policy file. Exemptions are the daemon's: check
          --cached and settings --policy tell them.
        - No MTA-STS, no TLS reporting.
        """#

    /// More about the commands that the daemon's page describes.
    static let commands = #"""
        ## The daemon and its settings

        danegate reload (or SIGHUP, SIGUSR1) reads the environment file and the policy file again. Mode, roll-out,
        rulings, lists of senders and clients, deadlines, times of the caches, what the trace keeps and the log
        level are in force at once, and no session ends. danegate reload names what needs a restart, and what the
        daemon's own environment sets, which wins over the file. Where anything is wrong, all stays as it was. One
        message is ruled by one set of settings. The daemon reads the policy file also by itself when it changes.

        A recipient that is only monitored (DANEGATE_MODE=monitor, the rest of DANEGATE_ROLLOUT, monitor lines) does
        not wait. It passes at once, and log line, counts and trace follow when the verdict is known; 10 000 at a
        time at most. danegate status counts them (monitored in the JSON): open, those that would have waited for
        longer than DANEGATE_MILTER_DEADLINE (would_have_waited), and dropped.

        run ends at SIGTERM once the recipients under way have
        their answers. It tells systemd that it is ready when it serves, also while the DNS does not work yet
        (STATUS= says so).

        It takes over sockets of systemd's socket units in place of those that are set, one for each door. The unit
        says by FileDescriptorName= what a socket is for: milter, query, tls-policy or web. Without that, it is the
        milter's. Then the unit determines address, owner, group and mode, and danegate neither changes nor removes
        the socket. A door whose socket is handed over is open, also if its setting is off. The line event=start,
        danegate status and danegate settings tell where each door listens. Whoever connects while danegate stops or
        starts waits for the next one.

        ## What explain takes

        explain takes 5.7.323, tlsa-invalid, D-44, trust-anchor; without a word it lists what there is. It also
        finds an outcome or a code in a bounce of any MTA, in Exchange's report or in a line of a log, in quotes or
        on standard input (-).

        Of several it explains the one that tells most: an outcome behind its code, outcome= of the log, an outcome
        alone, a code x.7.32x, a code of Exchange Online's. It names the others. Three digits such as 550 explain
        nothing by themselves. 451 4.7.1 Service unavailable is Postfix's own answer while danegate is down, and is
        explained as that.
        """#

    /// How an MTA is told to use danegate.
    static let registration = #"""
        The Debian package, or deploy/install on other systems with systemd, brings danegate.service and
        danegate.socket: danegate runs, and milter clients find it on 127.0.0.1, port 8895. Examples for Postfix,
        Exim, Sendmail and sockets elsewhere are in /usr/share/doc/danegate/examples, contrib of the sources.
        deploy/run builds danegate and runs it in the foreground with its defaults.

        While a socket unit is in use (danegate.socket, danegate-query.socket, danegate-tls-policy.socket,
        danegate-web.socket), systemd makes and keeps its socket, and DANEGATE_MILTER_SOCKET, DANEGATE_QUERY_SOCKET,
        DANEGATE_TLS_POLICY_SOCKET or DANEGATE_WEB_LISTEN does not count. If danegate cannot start while clients wait,
        systemd gives up the socket after ten starts. When the cause is mended:
        systemctl restart danegate.socket danegate.service.

        In main.cf, behind milters that are there already, and then postfix reload:

            smtpd_milters = inet:127.0.0.1:8895

        Postfix needs no other milter setting: danegate asks for the macros it wants. To take danegate out, remove
        the entry and reload.

        With the daemon stopped, Postfix does as milter_default_action says: tempfail by default, so that clients
        try again. To let mail pass unjudged instead, for this milter alone:

            smtpd_milters = { inet:127.0.0.1:8895, default_action=accept }

        Postfix waits 30 s for an answer (milter_command_timeout), Sendmail 10 s by default. danegate answers within
        DANEGATE_MILTER_DEADLINE, 5 s, be it pending. A stop may take as long.

        ## A unix socket and the chroot

        Debian runs smtpd chrooted in /var/spool/postfix: Postfix looks a path in main.cf up below that directory.
        With the package a drop-in for danegate.socket puts the socket there (examples/systemd). Without it, make a
        directory there that danegate may write to and Postfix may search:

            install -d -o danegate -g postfix -m 0750 /var/spool/postfix/danegate

        The settings of danegate:

            DANEGATE_MILTER_SOCKET=unix:/var/spool/postfix/danegate/danegate.sock
            DANEGATE_MILTER_SOCKET_GROUP=postfix
            DANEGATE_MILTER_SOCKET_MODE=0660

        In main.cf the path is relative to the chroot:

            smtpd_milters = unix:danegate/danegate.sock

        The user that danegate runs as must be a member of that group.
        """#

    /// The parts of a reply.
    static let reply = #"""
        A reply is one line, broken here to fit the page:

            550 5.7.323 tlsa-invalid: example.org: the server fails DANE
            validation; host mx1.example.org: none of the usable TLSA records
            (1) matches the server's chain; first seen 2026-11-23 15:04 UTC;
            only the recipient's administrator can mend this: publish TLSA
            records that match the certificate in use
            [01KAQ9V1ZC8F6T0V3M2N4P5Q6R]

        The word behind the codes is the outcome (tlsa-invalid for a hazard). "First seen" is when this daemon met the
        fault. The letters at the end find the line of the log. DANEGATE_HELP_URL may be appended; it is left out
        where the sentence about who can mend the fault would have no room. What is wrong at this site (its DNS, its
        state, descriptors, a hold) is for log, trace and status. A sender then reads: this site cannot check the
        domain now; try again later.

        At first the recipient is deferred, and rejected once the fault has lasted for DANEGATE_DEFER_FOR; null-mx and
        no-such-domain are rejected at once, and doubts (dns-unavailable, unreachable, pending) are never rejected.
        verified, encrypted, opportunistic and unprobed are accepted. Behind a relayhost or the like all of them are
        deferred at most: see WHICH NEXT HOP IS JUDGED.

        verified :: an MX host was authenticated by DANE.
        encrypted :: TLSA records, none usable; STARTTLS is mandatory, and works.
        opportunistic :: no DANE applies.
        unprobed :: TLSA records, and DANEGATE_PROBE=off, or the host was probed too often and nothing is known against
          it.

        The others are in TROUBLESHOOTING BY CODE.
        """#
}
