/// What several hosts share.
extension ManualText {
    /// The section of danegate.env(5).
    static let sharing = #"""
        A site with many MTA hosts may let them share what they know, over a Redis (6 or later) or a Valkey. Then one
        inspection serves all of them, and a fault is as old on each host as on the one that saw it first: a sender whose
        tries come to one host after the other gets the same answers as from one. On every host:

            DANEGATE_SHARED=redis://redis.example.org:6379/0
            DANEGATE_SHARED_KEY_FILE=/etc/danegate/shared.key

        The key is one line that all hosts have (openssl rand -hex 32). Only user danegate should be able to read these
        files. What somebody else writes into the store is not believed, and counted. These settings need a restart.

        Shared are verdicts, first sightings of faults and of doubts, and who is just inspecting a destination. Nothing of
        senders, recipients or clients is in the store. But the domains that mail goes to are, so it belongs into a
        network of your own, or behind TLS (rediss://, with DANEGATE_SHARED_CA_FILE). Rulings, policies and exemptions are
        not shared. Hosts whose settings differ in what decides the truth (DNS_…, PROBE, PROBE_PORT, PROBE_ALLOW,
        PROBE_DENY, EXPIRED_EE) do not use each other's verdicts.

        The store is asked only where a host has no verdict of its own, and for 50 milliseconds at most. Another host's
        failure is a reason to look at once, and never for a 5xx: that takes an inspection by the host that gives it. One
        in a hundred good verdicts of others is inspected as well. If it was wrong, event=shared result=difference says
        so, danegate status warns, and the host that wrote it is not believed until it has been right a hundred times.

        If the store fails, each host works as if it were alone, and tries it again every five seconds. danegate status
        and the metrics danegate_shared_… say since when. The daemon does not wait for it at the start. Several addresses,
        separated by commas, are tried in order; a replica is passed over. There is no Sentinel and no Cluster: put a
        virtual address in front of these.

        Give danegate an instance of its own, where it can do no harm to others and they cannot crowd it out. It may
        lose all that it has: no persistence, maxmemory 256mb, maxmemory-policy volatile-lru. A configuration with TLS,
        users with no more rights than they need, and the steps to set it up are in
        /usr/share/doc/danegate/examples/redis, contrib/redis of the sources. Name and password of the user are two
        lines, user=NAME and password=PASSWORD, in the file of DANEGATE_SHARED_CREDENTIALS_FILE.
        """#
}
