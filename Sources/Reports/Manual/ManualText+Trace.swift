/// The message trace, and the reports made from it.
extension ManualText {
    /// The contents of the trace, and how to read it.
    static let trace = #"""
        trace.sqlite in the state directory has a row for every recipient that was deferred or rejected, or would
        have been (monitor, roll-out). A row has time, trace id, sender, recipient, client, authenticated name, next
        hop, outcome, host, code, reply, the queue id if there was one (not at a message's first recipient), and the
        inspection behind it, as check --json prints one. Inspections have at most 64 KB (certificates are left out
        first); one is kept for each destination, outcome and cause, 10000 in all.

        Of all others, accepted ones too, there are hourly counts, and which destinations they were, as hashes:
        exact up to 2048 an hour of each kind, and 65536 in all, beyond that within about one in a hundred.

        With DANEGATE_TRACE_ADDRESSES=domain no local part and no user name is in the file: addresses are
        @example.org. A change of this setting leaves older rows as they are: remove the file while the daemon is
        stopped to be rid of them.

        The daemon writes rows once a second, behind the replies, and counts every half minute; killed, it loses
        that much. What a full disk or a lock keeps out is lost, counted and logged (event=trace result=lost rows=…,
        a total); counts wait. A file that is corrupt or of a newer version is renamed as the state's is. One that
        has vanished is begun anew.

        What is older than DANEGATE_TRACE_RETENTION, or more than DANEGATE_TRACE_ROWS, is taken out in the
        background and overwritten, and the file shrinks. A million rows take some 850 MB. What is too old goes at
        most 24 times as fast as time passes, and not at all while the breaker names the clock: a clock that is set
        ahead does not empty the trace.

        danegate trace --recipient user@example.org :: what happened to the mail of this recipient; the newest is at
          the bottom.
        danegate trace --id 01KAQ9V1ZC8F6T0V3M2N4P5Q6R :: the id in a bounce: the recipient whole, and what the
          inspection saw. Brackets, its first letters, or the whole reply will do.
        danegate trace --domain .example.org --since 2h --follow :: what is below a domain, as it comes.
        danegate report --since 30d :: the share of recipients and destinations that are broken, and which.

        Rulings in brackets would have been carried out. --domain takes a recipient's domain or a next hop;
        .example.org is what is below it. An address may be asked for as it stands in the log. The commands only
        read, while the daemon runs and when it does not. A user who may read the directory's trace.sqlite* (mode
        0640) may use them.

        --json has a line per recipient: time, trace, sender, recipient, domain, client, authenticated, next_hop,
        outcome, ruling, would, mode, code, reply, host, cause, hazard, policy, own_next_hop, queue_id,
        failing_for_s, cached, inspection (its number; the whole with --id or --inspection), sender_bytes,
        recipient_bytes. The last two are hexadecimal where an address is no UTF-8 (the address itself is then
        written as in the log), else null.

        A report counts whole hours. "Broken" is a proven fault or a hazard, not what could not be found out, nor a
        domain that does not exist.
        """#
}
