/// More about log lines.
extension ManualText {
    /// The line about a recipient.
    static let rulingLines = #"""
        A line is this, broken here to fit the page:

            ruling=reject mode=enforce to=user@example.org domain=example.org
            outcome=tlsa-invalid code=5.7.323 host=mx1.example.org cached=yes
            waited_ms=0.1 failing_for=27m trace=01K… client=192.0.2.9 qid=-
            from=sender@example.net sasl=alice via=milter cause="…"

        There is one line per ruled recipient, in the facility mail, always in this order. New keys stand before
        cause, which is the last. Recipients that are not outbound have no line.

        domain is the next hop that was judged. Where this site's own configuration leads there, own_hop= behind qid
        has it as the MTA writes it. qid is - at a message's first recipient: Postfix has no queue id yet. from is
        the sender (<>: the null sender). sasl is there where the client has authenticated. DANEGATE_LOG_ADDRESSES
        hides them, and names of users altogether.

        In monitor mode, and where policy or roll-out monitor, ruling=accept is followed by would=reject. An
        accepted recipient has a cause too where the verdict is degraded. Accepted recipients are logged at level
        info, the others at notice: DANEGATE_LOG_LEVEL=notice leaves the refusals.

        Values with spaces are quoted. What is not printable ASCII is written \xNN, byte for byte as it came, and a
        backslash is doubled.

        On standard error a line begins with its priority (<6>) where systemd says that the journal reads it
        (JOURNAL_STREAM), else with time and level: 2026-11-23T15:04:05Z info ruling=….

        waited_ms counts from the moment at which libmilter hands the recipient over. libmilter would leave sessions
        in its queue behind recipients that wait for an inspection. danegate keeps it from that.
        """#

    /// The other lines, and the form of all lines.
    static let eventLines = #"""
        ## More about events

        breaker :: state=open or closed, and cause; advice for denials and tlsa.
        clock :: somebody set the clock; step says by how much.
        resolver-down, resolver-up :: while the resolver does not validate, recipients get dns-unavailable, unless
          there is a verdict from before.
        descriptors :: fewer are allowed than there is use for.
        threads :: the system gives no more: result=short, or ok again.
        connections :: those of MTAs: result=ended-silent, displaced or rejected, with count.
        libunbound :: its own lines: the first at notice, later ones at debug.
        control :: there is no control socket.
        files :: root runs the daemon (result=root), others may enter the state directory (open), or a file there
          belongs to another user (foreign).
        helo :: what probes call themselves.
        state :: result is loaded (with counts), set-aside, forgotten (other settings), off (no state in this run),
          lost (rows that could not be written, a total), vanished or sweep-failed.
        trace :: result as for state.

        Events that repeat are logged once a minute, with a count.

        ## Where lines go

        No reply waits for the log. Lines that syslog or standard error does not take are kept, up to 8 MB. What
        comes beyond that is dropped, and the next line that can be written says how many: event=log-dropped
        count=…. A syslog daemon that is restarted is found again.

        How rsyslog brings the lines of many hosts into one place, by TLS, into files and PostgreSQL, is in
        /usr/share/doc/danegate/examples/rsyslog, contrib/rsyslog of the sources. A line has at most some 21 000 bytes.

        Postfix logs each refusal too: NOQUEUE: milter-reject: RCPT from …: 550 5.7.323 ….
        """#
}
