extension Glossary {
    /// The lines `event=…` of the log. A test holds this to be all that the sources write.
    static let events: [Entry] = [
        (
            "start",
            "The daemon serves. The line names its version, mode and libraries, and where each door listens, the "
                + "page (web) among them."
        ),
        ("stop", "The daemon ends. The key reason has the signal, or why libmilter ended."),
        (
            "reload",
            """
            Settings and policy file were read again (danegate reload, SIGHUP, SIGUSR1), or the policy file \
            because it changed. result=ok means that they are in force. changed names the settings that differ \
            now, and restart those that need a restart. environment names those that the process's own \
            environment sets otherwise than the file; the environment wins. result=kept-old means that there is \
            a fault, and everything stays as it was.
            """
        ),
        (
            "unanswered",
            """
            The daemon ended before it had an answer for a recipient (to, domain, waited_ms, client, qid). There \
            is no ruling. The MTA saw the connection end, and does as its milter_default_action says.
            """
        ),
        (
            "monitored",
            """
            Monitored recipients passed of whom nothing more is recorded. More than 10 000 waited for their \
            verdict (open). The key dropped has how many have been left out since the start. Nobody was refused \
            or deferred because of it.
            """
        ),
        (
            "breaker",
            """
            The trouble is this site's own (state=open, with the cause, and with advice for denials and tlsa), \
            or it is over (state=closed). See breaker, and the cause.
            """
        ),
        ("clock", "Somebody set this machine's clock, by step."),
        (
            "expiry",
            """
            A certificate or a signature (what) of a domain that mail often goes to ends within seven days (ends). \
            After that, mail to the domain is deferred, and later refused, if its administrator renews nothing. The \
            line comes at most once a day for a domain.
            """
        ),
        (
            "resolver-down",
            "The resolver does not work or does not validate. Nothing new is found out, and good verdicts still serve."
        ),
        ("resolver-up", "The resolver works again."),
        (
            "files",
            """
            Something is unusual about the state directory at the start, and the key cause says what. root means \
            that danegate runs as root. open means that others may enter the directory. foreign means that a \
            file belongs to another user and cannot be used.
            """
        ),
        ("trust-anchor", "Something is unusual about the root's keys. The cause says what, and what to do."),
        (
            "descriptors",
            """
            The process may open fewer files (limit) than danegate has use for (wanted), so every part has a \
            smaller share. Raise LimitNOFILE or ulimit -n.
            """
        ),
        (
            "threads",
            """
            The system gives danegate no more threads (result=short), or gives them again (result=ok). refused \
            counts those that it has not given, held those that are kept back, and owed the parts that wait for \
            one. Mail is judged more slowly, and none is judged wrongly. The cause says what to raise.
            """
        ),
        (
            "connections",
            """
            Connections of MTAs were not kept (result, with a count). ended-silent means that they did not \
            negotiate within ten seconds. displaced means that there were too many, and that they had been idle \
            for longest. rejected means that there were too many, and that all others waited for an answer. The \
            MTA then does as its milter_default_action says, and with accept it lets the mail pass unjudged.
            """
        ),
        (
            "libunbound",
            """
            What libunbound itself says. The first lines after a start are at level notice and name settings \
            that it cannot use. Later ones are at level debug, mostly about strangers' name servers, and no more \
            than twenty in ten seconds.
            """
        ),
        (
            "library",
            """
            What a library that danegate is built from says, other than libunbound; label names the library or a \
            part of it. Lines at level debug are about the start and the end of danegate's own parts. No more than \
            twenty are written in ten seconds, and repeated counts those that were not.
            """
        ),
        (
            "control",
            """
            There is no control socket in this run (result=off, with the cause), so danegate status and check \
            --cached find no daemon. Mail is not affected.
            """
        ),
        (
            "exemption",
            """
            What became of an exemption, with domain, by, reason, until and keep: added, removed, expired, or \
            lifted. The key by may name another host: alice on mta07. lifted means that the domain has verified \
            clean for DANEGATE_EXEMPT_LIFT_AFTER, and seen says what was seen. Of the file of exemptions: loaded \
            (how many are live), set-aside (corrupt, and a new one is written), vanished (the same), unavailable.
            """
        ),
        (
            "hold",
            """
            What an administrator holds back (danegate hold). result is on or off, with neighbourhood (a zone or \
            a prefix), until and by. It is kept-old if the file cannot be read, with the cause.
            """
        ),
        (
            "load",
            """
            Whether recipients leave without a verdict because others fill the gate. level is warning, critical, \
            or ok when it has been over for half a minute. neighbourhood is the one that fills the gate most. \
            pending and doubtful are shares of the recipients that need a look, without those of neighbourhoods \
            that are held back.
            """
        ),
        (
            "helo",
            """
            What probes call themselves to hosts (EHLO). name is the name, and source is where it comes from: \
            setting (DANEGATE_PROBE_HELO), host-name, or address. address is the literal of each connection's \
            own address, used where the host's name is not fully qualified. A cause warns of a name that hosts \
            may refuse. The line is written once, and again if a name service answers late.
            """
        ),
        (
            "policy",
            """
            What the policy demands and the settings do not allow: require while DANEGATE_PROBE=off. result=copy \
            means that the policy file was at fault at the start, and that its last good copy is in force. \
            result=not-kept means that the copy could not be written.
            """
        ),
        (
            "trace",
            """
            The message trace. set-aside means that the file was corrupt or of another version, and that a new \
            one is begun. lost has a total of the recipients that could not be written. working means that they \
            are written again, with how many are there and how many were lost until then. There are also \
            vanished, sweep-failed and off. Mail is not affected.
            """
        ),
        (
            "shared",
            """
            The store that several hosts share (DANEGATE_SHARED). result=up and result=down say whether it is used \
            (store, cause). Without it each host works as if it were alone. result=difference means that another \
            host (host) has called a domain good (theirs) that this one has found broken (ours), with the cause; \
            age says how long before. With mx and address, the other host has authenticated a server that shows a \
            fault here. A finder is a third host, on whose connection the first one relied. If the domain was not \
            broken meanwhile, look into these hosts: they see another DNS, or somebody has taken one over. They are \
            not believed until they have been right a hundred times. \
            result=exemptions-refused means that the store does not let this host write its exemptions (cause): \
            they hold on this host alone.
            """
        ),
        ("log-target", "There is no /dev/log, or it cannot be used. Lines go to standard error."),
        (
            "log-dropped",
            "So many lines (count) were lost because neither syslog nor standard error took them. No mail had to wait."
        ),
        (
            "web",
            """
            The page (danegate-web(5)). result=listening says where it is served, and in authorization who lets \
            people in: a file of tokens (token), the mode and the group of a unix socket (socket), or the proxies \
            of DANEGATE_WEB_PROXIES (proxy). With authorization=none nobody may see the trace. result=open means \
            that every user of this machine may write to the unix socket that somebody else has made, so that it \
            makes nobody an administrator. result=refused means that somebody asked by a host name that is none \
            of its own, and result=denied that a token was wrong or, in cause, that the file of tokens cannot be \
            used. With recheck and notice an administrator asked for one (domain, client). With not-kept the \
            result of a test could not be written.
            """
        ),
        ("milter", "An MTA's connection broke the milter protocol, or libmilter says something about one."),
        (
            "state",
            """
            The state file: loaded, set-aside, forgotten, off, lost, working, vanished or sweep-failed. \
            set-aside means that it was corrupt or of another version, and that a new one is begun. forgotten \
            means that settings have changed, and off that there is none in this run. lost has a total of the \
            rows that could not be written. working means that they are written again, with how many were lost \
            until then. Mail is not affected.
            """
        ),
    ]
}
