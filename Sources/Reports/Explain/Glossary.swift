import DANE
import Inspection
import Policy
import Verdicts

/// The words of log, replies, policy file and reports that are no outcomes, a sentence each.
enum Glossary {
    /// The lines `event=…` of the log. A test holds this to be all that the sources write.
    static let events: [(name: String, meaning: String)] = [
        ("start", "The daemon serves; the line names its version, mode, socket and libraries."),
        ("stop", "The daemon ends; reason is a signal, or why libmilter ended."),
        (
            "reload",
            "Settings and policy file were read again (danegate reload, SIGHUP, SIGUSR1), or the policy file because it changed. "
                + "result=ok: they are in force; changed names the settings that are others now, restart those that need one, "
                + "environment those that the process's own environment sets otherwise than the file, and wins. "
                + "result=kept-old: there is a fault, and all stays as it was."
        ),
        (
            "unanswered",
            "The daemon ended before it had an answer for a recipient (to, domain, waited_ms, client, qid). There is no ruling: the MTA saw "
                + "the connection end, and does as its milter_default_action says."
        ),
        (
            "monitored",
            "Monitored recipients passed of which nothing more is written down: more than 10 000 waited for their verdict (open), and "
                + "so many have been left out since the start (dropped). Nobody was refused or put off for it."
        ),
        (
            "breaker",
            "The trouble is our own (state=open, with cause, and for denials and tlsa with advice) or is over "
                + "(state=closed): see breaker, and its cause."
        ),
        ("clock", "Somebody set this machine's clock, by step."),
        (
            "resolver-down",
            "The resolver does not work or does not validate: nothing new is found out, good verdicts serve on."
        ),
        ("resolver-up", "The resolver works again."),
        (
            "files",
            "Something about the state directory at the start, with the cause. root: danegate runs as root. open: "
                + "others may enter the directory. foreign: a file belongs to another user, and cannot be used."
        ),
        ("trust-anchor", "There is something about the root's keys: the cause says what, and what to do."),
        (
            "descriptors",
            "The process may open fewer files (limit) than danegate has use for (wanted): every part has a smaller share. Raise LimitNOFILE "
                + "or ulimit -n."
        ),
        (
            "threads",
            "The system gives danegate no more threads (result short; ok when it does again): so many it has not given (refused), so many "
                + "are held back (held), and so many parts wait for one (owed). Mail is judged more slowly, and none is judged wrongly. The "
                + "cause says what to raise."
        ),
        (
            "connections",
            "Connections of MTAs were not kept (result, with a count). ended-silent: they did not negotiate within ten seconds. displaced: "
                + "there were too many, and they had been idle for longest. rejected: there were too many, and all others waited for an "
                + "answer; the MTA does as its milter_default_action says, and with accept it lets the mail pass unjudged."
        ),
        (
            "libunbound",
            "What libunbound says itself: the first lines after a start at level notice, where settings that it cannot use are named; "
                + "later ones, mostly about strangers' name servers, at level debug, and no more than twenty in ten seconds."
        ),
        (
            "control",
            "There is no control socket in this run (result=off, with the cause): danegate status and check --cached find nobody. Mail does "
                + "not notice."
        ),
        (
            "exemption",
            "What became of an exemption: added, removed, expired, lifted (the domain has verified clean for EXEMPT_LIFT_AFTER; seen says what "
                + "was seen), with domain, by, reason, until and keep. Of their file: loaded (how many are live), set-aside (corrupt: a new "
                + "one is written), vanished (likewise), unavailable."
        ),
        (
            "hold",
            "What an administrator holds back (danegate hold): result=on or off, with neighbourhood (a zone or a prefix), until and by; "
                + "kept-old if the file cannot be read, with cause."
        ),
        (
            "load",
            "Whether recipients come away without a verdict because others fill the gate: level (warning, critical, ok when it has been over "
                + "for half a minute), neighbourhood (who fills it most), pending and doubtful (the shares among recipients that need a look, "
                + "those of neighbourhoods that are held down left out) and cause."
        ),
        (
            "helo",
            "What probes call themselves to hosts (EHLO): name, and source: setting (PROBE_HELO), host-name, or "
                + "address, which is the literal of each connection's own address where the host's name is not fully "
                + "qualified. A cause warns of a name that hosts may refuse. It is said once, and again if a name "
                + "service answers late."
        ),
        (
            "policy",
            "What policy demands and the settings keep from being shown: require while PROBE=off. result=copy: the policy file was at "
                + "fault at the start, and its last good copy is in force. result=not-kept: the copy could not be written."
        ),
        (
            "trace",
            "The message trace: set-aside (corrupt or of another version: a new one is begun), lost (recipients that could not be written, a "
                + "total), working (they are written again; with how many are there, and how many were lost until "
                + "then), vanished, "
                + "sweep-failed, off. Mail does not notice."
        ),
        ("log-target", "There is no /dev/log, or it cannot be used: lines go to standard error."),
        (
            "log-dropped",
            "So many lines (count) were lost because neither syslog nor standard error took them. No mail waited."
        ),
        ("milter", "An MTA's connection broke the milter protocol, or libmilter says something about one."),
        (
            "state",
            "The state file: loaded, set-aside (corrupt or of another version: a new one is begun), forgotten (other settings), off (none "
                + "in this run), lost (rows that could not be written, a total), working (they are written again; "
                + "with how many were lost "
                + "until then), vanished, sweep-failed. Mail does not notice."
        ),
    ]

    /// The keys of a ruling's line. A test holds this to be all that there are.
    static let keys: [(name: String, meaning: String)] = [
        ("ruling", "What was done with the recipient: accept, tempfail or reject."),
        ("mode", "MODE: enforce, or monitor, in which everything passes."),
        ("would", "What would have been done if the recipient were not merely monitored."),
        ("to", "The recipient."),
        ("domain", "The next hop that was judged: the recipient's domain, or what the MTA's routing says."),
        ("outcome", "What is true about that next hop; each outcome can be explained by its name."),
        ("code", "The enhanced code of the refusal, carried out or not."),
        ("host", "The MX host that decided."),
        ("cached", "Whether the verdict was known (yes) or looked for (no)."),
        ("waited_ms", "How long the recipient waited for danegate, in milliseconds."),
        (
            "failing_for",
            "How long danegate has seen the fault; at DEFER_FOR a deferral becomes a rejection. It survives restarts, and ends when "
                + "the destination is in order again."
        ),
        (
            "trace",
            "The id that stands in brackets at the end of the reply: with it the sender's bounce finds the line."
        ),
        ("client", "The address of the SMTP client."),
        ("qid", "The MTA's queue id; - at a message's first recipient, which has none yet."),
        (
            "own_hop",
            "The next hop as the MTA writes it, where this site's own configuration leads there and not the "
                + "recipient's domain: see own next hop."
        ),
        (
            "passed",
            "The recipient was accepted without being judged, for the reason given: an exempt local part, an exemption (danegate exempt, the "
                + "policy file, or by client, login or sender), or a next hop that danegate does not judge. Its outcome is -."
        ),
        (
            "from",
            "The sender: <> for the null sender, - where there was none. LOG_ADDRESSES leaves it out, or its "
                + "domain alone."
        ),
        ("sasl", "The name that the client has authenticated with, where it has. LOG_ADDRESSES leaves it out."),
        ("cause", "Why the verdict is what it is."),
    ]

    /// Further words.
    static let words: [(name: String, meaning: String)] = [
        (
            "hazard",
            "A TLSA record that makes a widely used MTA crash at delivery (usage 2 or 3 without any data: Postfix 3.7's smtp panics on it). "
                + "The verdict stays what the RFC says, and ON_HAZARD rules on top of it, with x.7.323. The domain's administrator must "
                + TLSARecord.hazardRepair + "."
        ),
        (
            "degraded",
            "Mail would be delivered, but something that a client would try before or beside failed: another MX host, another address, or "
                + "one connection of two. Nobody is refused; the cause says what to mend."
        ),
        (
            "withheld",
            "A host could not be looked at, since it, or its network, had been probed as often as is polite (PROBE_PER_HOUR). If it had "
                + "failed before, the outcome is unreachable; if what its address showed to another name does not fit, pending: "
                + "doubts, and never a 5xx. If nothing is known against it, the outcome is unprobed."
        ),
        (
            "breaker",
            "While danegate finds that the trouble is its own, the breaker is open: good verdicts count, whatever else is found is "
                + "dns-unavailable and ruled by ON_LOCAL_TROUBLE, never with a 5xx. It closes by itself. Its causes: clock, "
                + "trust-anchor, descriptors, resolver, denials, tlsa, failures."
        ),
        (
            "own next hop",
            "A next hop that this site's own configuration leads to: relayhost, transport map, mailertable, "
                + "SMART_HOST. Whatever is not in order there is deferred at most, unless ON_OWN_NEXT_HOP says "
                + "otherwise, and only this site's administrator can mend it. One that takes no mail or does not "
                + "exist is 451 4.3.5: system incorrectly configured."
        ),
        ("first seen", "In a reply: since when this danegate has seen the fault without a break."),
        (
            "stale",
            "A good verdict whose records have run out serves for CACHE_STALE_TTL more, while it is renewed behind the recipient's back."
        ),
        (
            "Service unavailable",
            "Not danegate's answer but Postfix's: it says 451 4.7.1 Service unavailable - try again later to every "
                + "client while danegate is stopped, cannot be reached, or does not answer in time "
                + "(milter_default_action=tempfail, the default). It tells nothing about the recipient. The sender's "
                + "server keeps the message and tries again."
        ),
        (
            "Please try again later",
            "Not danegate's answer but Sendmail's: it says 451 4.3.2 Please try again later while danegate is stopped, "
                + "cannot be reached, or does not answer in time (F=T in INPUT_MAIL_FILTER). It tells nothing about the "
                + "recipient. The sender's server keeps the message and tries again."
        ),
        ("second look", "A failure is looked at again, past every cache and on new connections, before it counts."),
    ]
}

extension Glossary {
    /// What an MTA says where danegate does not answer: the word that explains it; nil if the text, in lower case, is
    /// another.
    static func answer(_ text: String) -> String? {
        // With a semicolon behind it, it is what Postfix says of a client on a block list.
        if text.contains("4.7.1 service unavailable"), !text.contains("service unavailable;") {
            return "Service unavailable"
        }
        if text.contains("service unavailable - try again later") { return "Service unavailable" }
        return text.contains("4.3.2 please try again later") ? "Please try again later" : nil
    }
}

extension LocalTrouble.Cause {
    /// What was seen, and what to do here.
    var explanation: (meaning: String, steps: [Explanation.Step]) {
        switch self {
        case .clock:
            (
                "This machine's clock is wrong: the signatures of the root's keys are out of date or not yet valid, or many destinations "
                    + "fail since somebody set the clock.",
                [.init("Set the clock, and keep it set.", "timedatectl", "date -u")]
            )
        case .trustAnchor:
            (
                "The root's keys are not those of the trust anchor, or there is no trust anchor.",
                [
                    .init(
                        "Bring Debian's anchor up to date and begin a new copy, or name another file with DNS_TRUST_ANCHOR.",
                        "apt-get install --only-upgrade dns-root-data", "rm STATE_DIRECTORY/root.key",
                        "systemctl restart danegate")
                ]
            )
        case .descriptors:
            (
                "The process (EMFILE) or the machine (ENFILE) has no file descriptors left.",
                [
                    .init(
                        "Allow more, or find who holds them.", "grep files /proc/$(pidof danegate)/limits",
                        "ls /proc/$(pidof danegate)/fd | wc -l", "cat /proc/sys/fs/file-nr")
                ]
            )
        case .resolver:
            (
                "The root's keys cannot be looked up, or do not validate on the way from the name servers that are asked.",
                [
                    .init(
                        "See whether this machine may ask name servers, over UDP and TCP, and whether a forwarder passes signatures on.",
                        "dig +dnssec DNSKEY . @198.41.0.4", "dig +tcp +dnssec DNSKEY . @198.41.0.4", "danegate settings"
                    )
                ]
            )
        case .denials:
            (
                "The way to the DNS loses the proof that a name or a record does not exist (NSEC, NSEC3 and their "
                    + "signatures): a forwarder or a firewall passes signed data on, but not these records, or it "
                    + "makes up answers for names that do not exist. Without the proof every domain outside DNSSEC "
                    + "looks broken. Inspections go on: mail passes to domains whose records are all signed.",
                [
                    .init(
                        "Ask the forwarder for what does not exist. The authority section must hold NSEC or NSEC3 "
                            + "and RRSIG records, for each question and over both transports, and no address may "
                            + "come. (+cd keeps the forwarder from judging by itself.)",
                        "dig +dnssec +cd MX . @FORWARDER", "dig +dnssec +cd A nonexistent.nonexistent @FORWARDER",
                        "dig +dnssec +cd MX com @FORWARDER", "dig +tcp +dnssec +cd MX . @FORWARDER"),
                    .init(
                        "Do without the forwarder, or name another one (DNS_FORWARD), or let these records pass at "
                            + "the forwarder and the firewall. If they come over TCP alone, a DNS_CONFIG file with "
                            + "the lines `server:` and `tcp-upstream: yes` helps meanwhile.",
                        "danegate settings", "danegate status"),
                ]
            )
        case .tlsa:
            (
                "Lookups of TLSA records (type 52) fail on the way to the DNS, and other lookups do not: a forwarder "
                    + "or a firewall does not know the type, or blocks it. Nothing is known of hosts in signed zones "
                    + "then, and their domains are deferred. Mail to domains outside DNSSEC passes.",
                [
                    .init(
                        "Ask the forwarder for a TLSA record that does not exist. The status must be NXDOMAIN, and "
                            + "the authority section must hold NSEC and RRSIG records.",
                        "dig +dnssec +cd TLSA _25._tcp.nonexistent @FORWARDER"),
                    .init(
                        "Do without the forwarder, or name another one (DNS_FORWARD), or let type 52 pass at the "
                            + "forwarder and the firewall.",
                        "danegate settings", "danegate status"),
                ]
            )
        case .failures:
            (
                "At least twenty destinations failed within a minute, half or more of those looked at and far more than usual, and so do "
                    + "destinations that were in order before. Why is not known: a network outage, an interfering firewall.",
                [
                    .init(
                        "See what they have in common in the log's causes, and look at one that was in order.",
                        "danegate check DOMAIN")
                ]
            )
        }
    }
}

extension Ruling.Action {
    /// What it means.
    var meaning: String {
        switch self {
        case .accept: "The recipient is accepted, as far as danegate is concerned."
        case .tempfail:
            "The recipient is refused for the time being (4xx): the sender's server keeps the message and tries again by itself."
        case .reject: "The recipient is refused for good (5xx): the sender gets the message back with the reply in it."
        }
    }
}

extension Policy.Kind {
    /// What it means in the policy file.
    var meaning: String {
        switch self {
        case .exempt: "A line of the policy file: the domain is never looked at and never refused."
        case .monitor: "The domain is judged and logged, with what would be done, and let pass."
        case .enforce: "The domain is ruled in earnest, whatever ROLLOUT says."
        case .require: "DANE or nothing: a domain without usable DANE is refused too (dane-required)."
        }
    }
}

extension InspectionStep.Kind {
    /// What is done in it.
    var meaning: String {
        switch self {
        case .mx: "The domain's MX records are looked up and validated."
        case .address: "The A and AAAA records of an MX host are looked up and validated."
        case .tlsa: "The TLSA records of a host with secure addresses are looked up at _25._tcp.HOST and validated."
        case .probe: "A host with TLSA records is connected to: banner, EHLO, STARTTLS, TLS handshake, EHLO, QUIT."
        case .certificate: "The chain that the host sent is held to its TLSA records."
        case .resolver:
            "Before a bogus answer is believed the root's keys are looked up, and the way to the DNS is tested."
        case .again: "Everything once more, past every cache and on new connections, since the first look failed."
        case .comparison:
            "Further connections of `danegate check` to the same address: RSA or ECDSA alone, without SNI."
        case .expiry: "Of `danegate check --days`: a certificate or signature that will have ended by then."
        }
    }
}
