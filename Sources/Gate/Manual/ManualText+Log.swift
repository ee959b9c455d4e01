/// More about log lines.
extension ManualText {
    /// The line of a recipient.
    static let rulingLines = #"""
        One line per ruled recipient, facility mail, always in this order:

            ruling=reject mode=enforce to=user@example.org domain=example.org outcome=tlsa-invalid code=5.7.323 \#
        host=mx1.example.org cached=yes waited_ms=0.1 failing_for=27m trace=01K… client=192.0.2.9 qid=- \#
        from=sender@example.net sasl=alice cause="…"

        domain is the next hop that was judged; where this site's own configuration leads there, own_hop= behind qid
        has it as the MTA writes it. qid is - at a message's first recipient: Postfix has no queue id yet. from is
        the sender (<>: the null sender); sasl is there where the client has authenticated. DANEGATE_LOG_ADDRESSES
        hides them, and names of users altogether. New keys stand before cause, which is the last.

        In monitor mode, and where policy or roll-out monitor, ruling=accept is followed by would=reject. An
        accepted recipient has a cause too where the verdict is degraded. Accepted recipients are logged at level
        info, the others at notice: DANEGATE_LOG_LEVEL=notice leaves the refusals.

        Values with spaces are quoted; what is not printable ASCII is written \xNN, byte for byte as it came, and a
        backslash is doubled. Recipients that are not outbound have no line.

        On standard error a line begins with its priority (<6>) where systemd says that the journal reads it
        (JOURNAL_STREAM), else with time and level: 2026-11-23T15:04:05Z info ruling=….
        """#

    /// Other lines, and how lines are written.
    static let eventLines = #"""
        Other lines begin with event=: start, stop, reload, breaker (state=open or closed, cause; advice for denials
        and tlsa), clock (somebody set it, step), resolver-down and resolver-up (while the resolver does not
        validate, recipients get dns-unavailable, unless there is a verdict from before), trust-anchor, descriptors
        (fewer are allowed than there is use for), threads (the system gives no more: result=short, or ok again),
        connections (of MTAs: result=ended-silent, displaced or rejected, with count), libunbound (its own lines:
        the first at notice, later ones at debug), log-target, log-dropped, control (no control socket), exemption,
        files (root runs the daemon, others may enter the state directory, or a file there belongs to another user:
        result=root, open, foreign), helo (what probes call themselves), policy, milter, trace (result as for
        state), state.

        The last one's result is loaded (with counts), set-aside, forgotten (other settings), off (no state in this
        run), lost (rows that could not be written, a total), vanished or sweep-failed. Those that repeat are logged
        once a minute, with a count.

        waited_ms counts from the moment at which libmilter hands the recipient over. libmilter would leave sessions
        in its queue behind recipients that wait for an inspection; danegate keeps it from that by connecting to its
        own milter socket, now and then while anybody waits.

        No reply waits for the log. Lines that syslog or standard error does not take are kept, up to 8 MB; what
        comes beyond that is dropped, and the next line that can be written says how many: event=log-dropped
        count=…. A syslog daemon that is restarted is found again.

        Postfix logs each refusal too: NOQUEUE: milter-reject: RCPT from …: 550 5.7.323 ….
        """#
}
