/// What becomes of a verdict: its end, a restart, trouble of our own.
extension ManualText {
    /// How long a verdict counts.
    static let verdicts = #"""
        A verdict counts for as long as every record that took part in it, within DANEGATE_CACHE_MIN_TTL and
        DANEGATE_CACHE_MAX_TTL. A good one may serve for DANEGATE_CACHE_STALE_TTL longer: whoever asks gets it at
        once, and it is renewed behind him; destinations that were asked for are renewed by themselves within about
        twenty seconds of their verdict's end, at most 64 at once. A failure that is proven, second look included,
        takes its place. That something could not be found out does not: then it is tried again at growing
        intervals, and the good verdict serves until its time is over. 0 switches that off: then a good verdict ends
        with its records, and who asks next waits.
        """#

    /// What is done while good domains look broken.
    static let breaker = #"""
        A resolver that does not validate, a way to the DNS that lets only some things through, a wrong clock or a
        full file table make good domains look broken. While danegate finds itself in such a state its breaker is
        open: good verdicts count, kept, stale or new; whatever else is found gets dns-unavailable with a cause that
        names the trouble, is ruled by DANEGATE_ON_LOCAL_TROUBLE (tempfail; accept; monitor: accept and log
        would=tempfail), never with a 5xx, is no fault, and is forgotten after ten seconds. Where policy says
        require, the ruling is tempfail in any case. It is tried again every ten seconds, and the breaker closes by
        itself. The log's cause is one of

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

        For failures five destinations that were in order are looked at again past every cache, no two of one site:
        mail to broken domains alone, however much, opens nothing. Where fewer than three are known, a hundred must
        fail and hardly any other be in order.

        The others are found by a self-test past every cache. It asks for the root's keys; for MX records of the
        root, for names of random letters, and for com. and org. (NSEC3, which the root does not have), to see that
        denials come with their proof; for TLSA records that do not exist, and for those of up to three hosts that
        had some lately (if two or three are lost and none is there, the way is at fault). A private root passes it,
        whatever it has. The test is made at the start and every five minutes, within 15 seconds of the first
        recipient who meets what may be its subject, and every ten seconds while something is amiss (every minute
        once denials or tlsa have lasted for a quarter of an hour). A test that finds all in order clears the part
        of the DNS that was its reason for five minutes. Other parts are reason for three tests in a row and then
        for one a minute, those that were in order lately for ten and two: mail to broken domains does not make
        danegate poll the root.

        While denials or tlsa is the cause inspections go on, for what validates is true: with denials domains whose
        records are all signed pass, with tlsa those outside DNSSEC. No failure of DNSSEC counts before a self-test
        that began after it has found all in order: a domain is never dnssec-invalid because its proof was lost on
        the way, not even for the first recipient. What was counted since the last good test is taken back when the
        breaker opens. It closes when the tests have been good for 20 seconds. If that happens again within half an
        hour it takes twice as long each time, up to five minutes, and for five minutes after that what rests on it
        stays a doubt. danegate check and notice make the same test once something fails, and name the way instead
        of the domain; a survey does not begin before it is passed.
        """#

    /// What is kept in the state directory.
    static let state = #"""
        The files of the state directory are made for their owner and group alone (mode 0640), whatever the umask.
        Run as root by mistake, the daemon, exempt add and hold give what they make to the directory's owner. It
        holds the root's keys (root.key), exemptions (exemptions.sqlite) and state.sqlite: verdicts, probe results
        and faults. The daemon writes it behind, once a second, and reads it after it has begun to serve; killed, it
        loses the last second or two. The file is locked while it runs: a second daemon with the same directory goes
        without. So does one that cannot write there, and says so once. A file of an earlier version is read or
        carried over. One of a later version (after a downgrade), or one that is corrupt, is renamed
        (state.sqlite.version-2, state.sqlite.corrupt; an older one of that name is replaced), and a new one is
        begun; mail does not notice. It may be removed while the daemon is stopped. Other values of DANEGATE_DNS_…
        (DANEGATE_DNS_TIMEOUT aside), DANEGATE_PROBE, DANEGATE_PROBE_PORT, DANEGATE_PROBE_ALLOW, DANEGATE_PROBE_DENY
        or DANEGATE_EXPIRED_EE, or other contents of the files that they name, empty it: what was found out with
        other eyes says nothing. Ages are told by the time since the machine was booted, so that setting the clock
        changes none; across a boot the clock must be right. A fault is remembered for four hours after it was last
        seen (twice DANEGATE_DEFER_FOR, if that is longer).
        """#
}
