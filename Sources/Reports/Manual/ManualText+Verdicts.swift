/// How long verdicts count, and what happens at a restart and while this site itself has trouble.
extension ManualText {
    /// How long a verdict counts.
    static let verdicts = #"""
        A verdict counts for as long as every record that took part in it, within DANEGATE_CACHE_MIN_TTL and
        DANEGATE_CACHE_MAX_TTL.

        A good verdict may serve for DANEGATE_CACHE_STALE_TTL longer. The recipient gets it at once, and danegate
        renews it meanwhile. Destinations that somebody asked for are renewed by themselves within about twenty
        seconds of their verdict's end, at most 64 at once.

        A failure that is proven, second look included, takes the place of the good verdict. That something could
        not be found out does not: then danegate tries again at growing intervals, and the good verdict serves until
        its time is over. A DANEGATE_CACHE_STALE_TTL of 0 switches this off: a good verdict then ends with its
        records, and the next recipient waits.
        """#

    /// What danegate does while good domains look broken.
    static let breaker = #"""
        A resolver that does not validate, a way to the DNS that lets only some things through, a wrong clock or a
        full file table make good domains look broken. While danegate finds itself in such a state, its breaker is
        open. Then:

        - Good verdicts count, whether kept, stale or new.
        - Whatever else is found gets dns-unavailable, with a cause that names the trouble. It is ruled by
          DANEGATE_ON_LOCAL_TROUBLE (tempfail; accept; monitor: accept and log would=tempfail), and never with a
          5xx. It is no fault, and is forgotten after ten seconds.
        - Where policy says require, the ruling is tempfail in any case.
        - danegate tries again every ten seconds, and the breaker closes by itself.

        The log's cause is one of these:

        clock :: the signatures of the root are out of date or not yet valid; or many destinations fail since
          somebody set the clock.
        trust-anchor :: the root's keys are not those of the trust anchor, or there is none.
        descriptors :: the process (EMFILE) or the machine (ENFILE) has no file descriptors left.
        resolver :: the root's keys cannot be looked up for another reason.
        denials :: the proof that something does not exist (NSEC, NSEC3) does not come through, or somebody on the
          way makes up answers.
        tlsa :: lookups of TLSA records fail, and others do not.
        failures :: at least twenty destinations fail within a minute, half or more of those looked at and far more
          than usual, and so do destinations that were in order before.

        For failures danegate looks again, past every cache, at five destinations that were in order, no two of one
        site. So mail to broken domains alone, however much, opens nothing. Where fewer than three such destinations
        are known, a hundred must fail and hardly any other be in order.

        The other causes are found by a self-test past every cache. It asks for the root's keys. To see that denials
        come with their proof, it asks for MX records of the root, for names of random letters, and for com. and
        org. (NSEC3, which the root does not have). It asks for TLSA records that do not exist, and for those of up
        to three hosts that had some lately: if two or three are lost and none is there, the way is at fault. A
        private root passes the test, whatever it has.

        The test is made at the start and every five minutes, within 15 seconds of the first recipient who meets
        what may be its subject, and every ten seconds while something is amiss (every minute once denials or tlsa
        have lasted for a quarter of an hour). A test that finds all in order clears the part of the DNS that was
        its reason for five minutes. Other parts are reason for three tests in a row and then for one a minute,
        those that were in order lately for ten and two: mail to broken domains does not make danegate poll the
        root. A lookup without any answer is a reason to ask for the root's keys alone, before its verdict is known:
        every ten seconds at most, not if an MX lookup was answered since, and once in five minutes for the same
        part of the DNS.

        While the cause is denials or tlsa, inspections go on, for what validates is true: with denials, domains
        whose records are all signed pass; with tlsa, those outside DNSSEC pass. No failure of DNSSEC counts before
        a self-test that began after it has found all in order. So a domain is never dnssec-invalid because its
        proof was lost on the way, not even for the first recipient. When the breaker opens, danegate takes back
        what was counted since the last good test.

        The breaker closes when the tests have been good for 20 seconds. If the same happens again within half an
        hour, this takes twice as long each time, up to five minutes, and for five minutes after that what rests on
        it stays a doubt. danegate check and notice make the same test once something fails, and name the way
        instead of the domain. A survey does not begin before the test is passed.
        """#

    /// The contents of the state directory.
    static let state = #"""
        danegate makes the files of the state directory for their owner and group alone (mode 0640), whatever the
        umask. Run as root by mistake, the daemon, exempt add and hold give what they make to the directory's owner.

        The directory holds the root's keys (root.key), exemptions (exemptions.sqlite) and state.sqlite: verdicts,
        probe results and faults. The daemon writes state.sqlite once a second, behind the replies, and reads it
        after it has begun to serve. Killed, it loses the last second or two. It locks the file while it runs: a
        second daemon with the same directory goes without. So does one that cannot write there; it says so once.

        A file of an earlier version is read or carried over. One of a later version (after a downgrade), or one
        that is corrupt, is renamed (state.sqlite.version-2, state.sqlite.corrupt; an older one of that name is
        replaced), and a new one is begun. Mail does not notice. state.sqlite may be removed while the daemon is
        stopped.

        What was found out with other settings says nothing. So other values of DANEGATE_DNS_… (DANEGATE_DNS_TIMEOUT
        aside), DANEGATE_PROBE, DANEGATE_PROBE_PORT, DANEGATE_PROBE_ALLOW, DANEGATE_PROBE_DENY or
        DANEGATE_EXPIRED_EE, or other contents of the files that they name, empty state.sqlite.

        Ages are told by the time since the machine was booted: setting the clock changes none. Across a boot the
        clock must be right. A fault is remembered for four hours after it was last seen (twice DANEGATE_DEFER_FOR,
        if that is longer).
        """#
}
