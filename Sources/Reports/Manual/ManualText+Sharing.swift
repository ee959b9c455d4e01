/// What several hosts share.
extension ManualText {
    /// The section of danegate.env(5).
    static let sharing = #"""
        A site with many MTA hosts may let them share what they know, over a Redis (6 or later) or a Valkey. Then one
        inspection serves all of them, and a fault is as old on each host as on the one that saw it first: a sender
        whose tries come to one host after the other gets the same answers as from one. On every host:

            DANEGATE_SHARED=redis://redis.example.org:6379/0
            DANEGATE_SHARED_KEY_FILE=/etc/danegate/shared.key

        The key is one line that all hosts have (openssl rand -hex 32). Only user danegate should be able to read these
        files. What somebody else writes into the store is not believed, and counted. These settings need a restart.

        Shared are verdicts, first sightings of faults and of doubts, who is just inspecting a destination, which
        servers were authenticated by a probe and by which TLSA record, and how often an address was probed:
        DANEGATE_PROBE_PER_HOUR is for all hosts together, and a fiftieth of it is left to each of them whatever the
        others do (DANEGATE_PROBE_PER_HOST is for each host). Nothing of senders, recipients or clients is in the store.
        But the domains that mail goes to are, so it belongs into a network of your own, or behind TLS (rediss://, with
        DANEGATE_SHARED_CA_FILE). Rulings and policies are not shared. Hosts whose settings differ in what decides the
        truth (DNS_…, PROBE, PROBE_PORT, PROBE_ALLOW, PROBE_DENY, EXPIRED_EE) do not use each other's verdicts.

        The store is asked only where a host has no verdict of its own, and for 50 milliseconds at most. Another host's
        failure is a reason to look at once, and never for a 5xx: that takes an inspection by the host that gives it.
        One in a hundred good verdicts of others is inspected as well. If it was wrong, event=shared result=difference
        says so, danegate status warns, and the host that wrote it is not believed until it has been right a hundred
        times.

        A server that another host has authenticated is not probed again for DANEGATE_PROBE_TTL: the domains of one
        provider need one probe from all hosts together. One in a hundred is probed nevertheless. Faults of servers are
        not shared: a host that is to refuse mail has seen them on connections of its own. Certificates are not shared
        either, but the day on which the first of them expires is, if it matters (event=expiry).

        If the store fails, each host works as if it were alone, and tries it again every five seconds. Once it is back,
        each tells which faults it has seen meanwhile, and for how long. danegate status and the metrics
        danegate_shared_… say since when it has failed. A store whose clock is more than six hours from the host's
        counts as failing: somebody could show old verdicts there. Where the two clocks are more than a minute apart,
        that host counts by itself how long a fault has lasted, and danegate status warns: if the store's clock has
        jumped, a new fault would look old, and be refused at once. The daemon does not wait for it at the start.
        Several addresses, separated by commas, are tried in order; a replica is passed over. There is no Sentinel and
        no Cluster: put a virtual address in front of these.

        An exemption (danegate exempt) that is made or removed on one host holds on all, usually within a second. Each
        host has it in its own file too, so that it outlives the store: a store that forgets everything takes no
        exemption back. The later of two orders about a domain wins, and a removal wins over what it removes, whatever
        the clocks say. A host that was away for more than a month may bring back what was removed meanwhile. Where the
        domain is in order again, each host lifts the exemption by itself. Who made it shows as "alice on mta07" in the
        log, also of each recipient that passes. DANEGATE_SHARED_EXEMPTIONS=off leaves each host its own.

        danegate recheck on one host has all others drop what they know of the domain, and look anew when the next
        recipient comes, or go by what that host has found.

        Whoever may write exemptions into the store can let mail pass, so let only some hosts do so. danegate exempt
        says where the store does not let it (NOPERM); the exemption then holds on that host alone.

        Give danegate an instance of its own, where it can do no harm to others and they cannot crowd it out. It may
        lose all that it has: no persistence, maxmemory 256mb, maxmemory-policy volatile-lru. A configuration with TLS,
        users with no more rights than they need, and the steps to set it up are in
        /usr/share/doc/danegate/examples/redis, contrib/redis of the sources. Name and password of the user are two
        lines, user=NAME and password=PASSWORD, in the file of DANEGATE_SHARED_CREDENTIALS_FILE. Redis 6 cannot let a
        user read exemptions and not write them (%R~): leave that pattern and +hscan away there, and set
        DANEGATE_SHARED_EXEMPTIONS=off, on hosts that may write none. Like any cache, the store may forget exemptions:
        the hosts write them again.
        """#
}
