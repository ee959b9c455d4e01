import DANE
import Verdicts

extension LocalTrouble.Cause {
    /// What was seen, and what to do here.
    var explanation: (meaning: String, steps: [Explanation.Step]) {
        switch self {
        case .clock:
            (
                """
                This machine's clock is wrong. The signatures of the root's keys are out of date or not yet \
                valid, or many destinations fail since somebody set the clock.
                """,
                [.init("Set the clock, and keep it set.", "timedatectl", "date -u")]
            )
        case .trustAnchor:
            (
                "The root's keys are not those of the trust anchor, or there is no trust anchor.",
                [
                    .init(
                        """
                        Bring Debian's trust anchor up to date and begin a new copy, or name another file with \
                        DANEGATE_DNS_TRUST_ANCHOR.
                        """,
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
                "The root's keys cannot be looked up, or they do not validate on the way from the name servers.",
                [
                    .init(
                        """
                        See whether this machine may ask name servers, over UDP and TCP, and whether a forwarder \
                        passes signatures on.
                        """,
                        "dig +dnssec DNSKEY . @198.41.0.4", "dig +tcp +dnssec DNSKEY . @198.41.0.4", "danegate settings"
                    )
                ]
            )
        case .denials:
            (
                """
                The way to the DNS loses the proof that a name or a record does not exist (NSEC, NSEC3 and their \
                signatures). A forwarder or a firewall passes signed data on, but not these records, or it \
                invents answers for names that do not exist. Without the proof every domain outside DNSSEC looks \
                broken. danegate still looks at domains, and mail passes to those whose records are all signed.
                """,
                [
                    .init(
                        """
                        Ask the forwarder for what does not exist. The authority section must have NSEC or NSEC3 \
                        and RRSIG records, for each question and over both transports, and no address may come. \
                        +cd keeps the forwarder from validating by itself.
                        """,
                        "dig +dnssec +cd MX . @FORWARDER", "dig +dnssec +cd A nonexistent.nonexistent @FORWARDER",
                        "dig +dnssec +cd MX com @FORWARDER", "dig +tcp +dnssec +cd MX . @FORWARDER"),
                    .init(
                        """
                        Do without the forwarder, name another one (DANEGATE_DNS_FORWARD), or let these records \
                        pass at the forwarder and the firewall. If they come over TCP alone, a \
                        DANEGATE_DNS_CONFIG file with the lines `server:` and `tcp-upstream: yes` helps \
                        meanwhile.
                        """,
                        "danegate settings", "danegate status"),
                ]
            )
        case .tlsa:
            (
                """
                Lookups of TLSA records (type 52) fail on the way to the DNS, and other lookups do not. A \
                forwarder or a firewall does not know the type, or blocks it. Nothing is then known of hosts in \
                signed zones, and their domains are deferred. Mail to domains outside DNSSEC passes.
                """,
                [
                    .init(
                        """
                        Ask the forwarder for a TLSA record that does not exist. The status must be NXDOMAIN, \
                        and the authority section must have NSEC and RRSIG records.
                        """,
                        "dig +dnssec +cd TLSA _25._tcp.nonexistent @FORWARDER"),
                    .init(
                        """
                        Do without the forwarder, name another one (DANEGATE_DNS_FORWARD), or let type 52 pass \
                        at the forwarder and the firewall.
                        """,
                        "danegate settings", "danegate status"),
                ]
            )
        case .failures:
            (
                """
                At least twenty destinations failed within a minute. That is at least half of those looked at \
                and far more than usual, and destinations that were in order before fail as well. The reason is \
                not known. A network outage or a firewall may cause this.
                """,
                [
                    .init(
                        "See what they have in common in the causes of the log, and look at one that was in order.",
                        "danegate check DOMAIN")
                ]
            )
        }
    }
}
