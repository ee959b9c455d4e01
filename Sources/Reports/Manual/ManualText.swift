import Policy

/// The parts of the manual pages that are written by hand.
enum ManualText {
    /// How a shell completes commands, options and their values.
    static let completion = [
        "The shell completes commands, options, and values: outcomes, rulings, the words of explain, files. "
            + "danegate --generate-completion-script bash (or zsh, or fish) prints the script for a shell. In bash, "
            + "source <(danegate --generate-completion-script bash) tries it out. deploy/completion DIRECTORY "
            + "writes all three to "
            + "where the shells look for them below DIRECTORY, /usr for instance: "
            + "share/bash-completion/completions/danegate, "
            + "share/zsh/site-functions/_danegate and share/fish/vendor_completions.d/danegate.fish."
    ]

    static let description = [
        "danegate is a milter daemon for Postfix and Sendmail. Before a message is accepted for a recipient "
            + "it answers one question: would a DANE-aware sender (RFC 7672) be allowed to deliver to this next hop"
            + " today? Where DNSSEC or DANE is broken at the recipient's side, the recipient is refused at RCPT "
            + "with a code and a sentence that name the cause: for the time being while it may pass, for good once "
            + "the fault has lasted.",
        "It is configured by environment variables, described in danegate.env(5), and registered in main.cf "
            + "with smtpd_milters = inet:127.0.0.1:8895. With the daemon stopped, Postfix does as "
            + "milter_default_action says. Who is judged how strictly is told by danegate-policy(5), and the log "
            + "lines by danegate-log(5).",
    ]

    static let signals: [(term: String, text: String)] = [
        (
            "SIGTERM, SIGINT",
            "End. For a fifth of a second MTAs are served on, and get what is kept, or pending; recipients taken "
                + "before have their answers, within DANEGATE_MILTER_DEADLINE and a second."
        ),
        ("SIGHUP, SIGUSR1", "Read environment file and policy file again, as danegate reload does."),
        ("SIGKILL", "The last second or two of what was found out is lost, nothing else."),
    ]

    static let files: [(term: String, text: String)] = [
        (
            "/var/lib/danegate",
            "The state directory, DANEGATE_STATE_DIRECTORY or systemd's: root.key, the root's keys, kept up to date "
                + "(RFC 5011); state.sqlite, verdicts, probe results and faults; trace.sqlite, the message trace; "
                + "exemptions.sqlite, the exemptions with their history; holds, what danegate hold holds back; "
                + "policy.good, the last good copy of the policy file; tests, the results of the page's tests; "
                + "control.sock, the control socket. A corrupt "
                + "file is renamed, as to state.sqlite.corrupt, and a new one begun. Files have mode 0640, and what "
                + "root makes belongs to the directory's owner."
        ),
        ("/usr/share/dns/root.key", "Debian's trust anchor, from which root.key is begun."),
        ("DANEGATE_POLICY_FILE", "The policy file, described in danegate-policy(5)."),
        (
            EnvironmentFile.places.joined(separator: ", "),
            "The environment file, described in danegate.env(5): the first of them that is there."
        ),
    ]

    static let statuses: [(term: String, text: String)] = [
        ("0", "Success; of check: mail to every domain would be accepted."),
        (
            "1",
            "check: mail to some domain would be rejected; judge: a client may not deliver; notice: there is "
                + "nothing to notify of; exempt remove: there is no such exemption; hold --end: it is not held; "
                + "status: warning."
        ),
        ("2", "status: critical, or no daemon answers or runs."),
        ("3", "status: unknown, for want of permission or of a socket, or because something else answers there."),
        ("64", "Usage, or a word that explain does not know."),
        ("65", "Input that is not of the form it should have."),
        ("66", "Input that cannot be read."),
        ("69", "The milter socket cannot be had, or the daemon cannot be reached."),
        ("71", "The system does not give the daemon what it needs, such as threads."),
        ("73", "survey: the file of the results is there already, or is another's."),
        ("74", "The output cannot be written."),
        ("75", "check: mail to some domain would be deferred; notice: nothing is proven; survey: DNS stopped working."),
        ("130, 143", "survey was ended by SIGINT or SIGTERM; it can be gone on with."),
        (
            "78",
            "A setting or the policy file is at fault, or the environment file may not be read; a sentence for each "
                + "fault is on standard error."
        ),
    ]

    static let log = [
        "Lines go to syslog, facility mail, or to standard error. There is one line per ruled recipient: key=value "
            + "pairs in the order of the following list."
    ]

    static let troubleshooting = [
        "On the telephone: ask for the reply in the bounce. 1. The word behind the codes is the outcome: its "
            + "section below says what it means, or danegate explain does, given the reply as it is. 2. The letters"
            + " in brackets at its end find everything: danegate trace --id LETTERS shows the recipient with the "
            + "inspection behind the reply; without a bounce, danegate trace --recipient ADDRESS does. 3. danegate "
            + "check DOMAIN shows whether it is still so, step by step, and check --cached what the daemon rules "
            + "now. 4. If the fault is the recipient's, danegate notice DOMAIN writes the mail to its postmaster, "
            + "and if mail must go meanwhile, danegate exempt add DOMAIN --until DATE --reason TEXT lets it pass, "
            + "within seconds.",
        "A code that begins with 4 means that the sender's server will try again by itself; one with 5 that "
            + "the message came back. In the commands below, DOMAIN is the recipient's domain and HOST the MX host "
            + "of the reply.",
    ]

    static let tls = [
        "The probe foresees what the MTA will meet, so it offers what Postfix 3.7 offers at the level dane with "
            + "OpenSSL 3.0 (Debian 12): TLS 1.3 and 1.2; the groups X25519, X448, P-256, P-521 and P-384; the three "
            + "suites that OpenSSL has for TLS 1.3; for TLS 1.2 AES (GCM, CCM, CBC), ChaCha20 and Camellia with "
            + "ECDHE, DHE (from 1024 bits) and RSA; signatures with SHA-256 and longer, EdDSA among them. It offers "
            + "no FFDHE group in TLS 1.3, no SHA-1 signature, no raw public key.",
        "What remains different: OpenSSL alone speaks ARIA, DSA, signatures with SHA-224, and TLS 1.0 and 1.1 with "
            + "RSA key exchange, which RFC 8996 forbids. GnuTLS alone reads stricter: a certificate that RFC 5280 "
            + "forbids (version 1 with extensions, a date without its time zone, two signature algorithms that "
            + "differ) is held to DANE-EE records all the same, and under DANE-TA it is a doubt.",
        "Exim of Debian is linked with GnuTLS and offers other things by default: FFDHE groups and a CCM suite in "
            + "TLS 1.3, SHA-1 signatures, TLS 1.0 and 1.1, but neither Camellia nor CCM with a short tag. A host "
            + "that only Exim reaches is tls-failed here; exempt its domain if the MTA behind danegate is Exim.",
        "In EHLO the probe says DANEGATE_PROBE_HELO, or else the host's canonical name (hostname -f) if it is fully "
            + "qualified, or else the address literal of the connection. The name is looked for beside the start, "
            + "for two seconds at most; until then probes wait within their own time, and from then on the literal "
            + "serves until the name service answers. Names of one label, and below .local, .localdomain, .internal, "
            + ".home.arpa, .invalid, .onion and .alt, are not fully qualified.",
    ]

    static let failures =
        "Each of these is shown by tests, which are named. They have one thing in common: what danegate could"
        + " not find out is never answered with 5xx, and mail never waits for a file or a socket of danegate's "
        + "own."

    static let standards =
        "RFC 7672 (DANE for SMTP), RFC 7671 and RFC 6698 (DANE), RFC 4035 (DNSSEC), RFC 5011 (trust anchors),"
        + " RFC 7505 (null MX), RFC 3207 (STARTTLS), RFC 3463 (enhanced status codes), RFC 8305 (Happy "
        + "Eyeballs). The codes x.7.321 to x.7.325 are those of Exchange Online."

    static let settings = [
        "danegate is configured by environment variables. They may stand in a file of NAME=value lines, which the "
            + "daemon and every command find by themselves: \(EnvironmentFile.places.joined(separator: ", or else ")). "
            + "--env-file names another file. Variables of the environment win over the file. danegate settings prints "
            + "the settings in force and where each came from; with --changed only those that are set.",
        "The daemon reads the file itself, so a systemd unit needs no EnvironmentFile=. systemd reads that at a start "
            + "only, and what it read counts as environment: a change needs a restart. The user that the daemon runs "
            + "as must be able to read the file, and so must everybody who runs a command. Who may not read it is told "
            + "so, with exit status 78. status, reload and recheck, which ask the daemon, go on without it. explain, "
            + "judge and manual never read it.",
        "A name that does not exist or a value that is not allowed stops the start, with a sentence for each "
            + "and exit status 78. So does a line of the file without the prefix or in lower case, such as ROLLOUT=10. "
            + "Other variables may stand there, and mean nothing. An empty value is no value. status, reload "
            + "and recheck go on all the same: status is WARNING then, as the next start will fail.",
        "danegate settings also asks the running daemon and says what is different there: reload needed, where "
            + "danegate reload takes what the file says now; restart needed, where only a new start does; and what the "
            + "daemon's own environment sets, which wins.",
    ]

    static let policies = [
        "DANEGATE_POLICY_FILE has one line per domain: its name, a word, and if need be until=DATE (the last day on "
            + "which it holds, in UTC) and reason=\"TEXT\". A name with a dot in front stands for its subdomains. "
            + "The words:"
    ]

    static let examples: [(text: String, commands: [String])] = [
        ("Watch first, and refuse nobody:", ["DANEGATE_MODE=monitor"]),
        ("Then refuse for a tenth of the domains:", ["DANEGATE_MODE=enforce", "DANEGATE_ROLLOUT=10"]),
        (
            "Lines of a policy file:",
            [
                "example.org        exempt until=2027-01-31 reason=\"they are moving\"", ".example.org       monitor",
                "partner.example    require",
            ]
        ),
    ]
}
