/// The state of the daemon.
extension ManualText {
    /// What `danegate status` prints.
    static let status = #"""
        The daemon answers status and check --cached on a unix socket (DANEGATE_CONTROL_SOCKET), which root and the
        members of the daemon's group may open: one line in, one line of JSON out. A connection has five seconds,
        and there are 32 at most: the oldest gives way to a further one. Mail does not wait for the thread that
        answers. If the socket cannot be had, this is logged (event=control), and mail is ruled all the same.

        status begins with a line fit for Nagios or Icinga, and exits as their plugins do:

        0 :: OK - … | figures: all is well. What was lost longer than 15 minutes ago, and is written again, is well
          too.
        1 :: WARNING - … : breaker open for failures or descriptors; log lines or rows lost; no state file; policy
          file refused; settings that the next start would not take; a file of exemptions was
          set aside, or cannot be used (exemptions_fault), so that a partner may be refused again;
          probes call themselves by a private address; over four fifths of the descriptors in
          use; the system gives no more threads; nine tenths of the connections of MTAs that there may be are open;
          the state directory cannot be written; a next hop of this site's own fails and stands for more than a
          tenth of the last hour's recipients (own_next_hops in the JSON).
        2 :: CRITICAL - … : no daemon answers, or neither control socket nor milter socket is there; the resolver
          does not work or validate (clock, trust anchor), or not everything comes through (denials, tlsa), with
          what to do; breaker open for more than 15 minutes.
        3 :: UNKNOWN - … : the daemon cannot be asked: this user may not open the socket, it is off, or it is not
          there while something listens on the milter socket; or something else answers.

        Another program on the socket is told apart as well as one can. Silence for five seconds, or no line within
        1 MB, is CRITICAL. An answer that is none of danegate's is UNKNOWN.

        ## The JSON

        Every key is always there, null where there is no value. status (ok, …) and problems have what the first
        line says. resolver has what comes through on the way to the DNS (root_keys, denials, tlsa, and advice if
        not all does).

        descriptors has the limit, how many are in use, and the share of each part (budget: connections, lookups,
        second_looks, probes, files, reserve). The shares together stay below the limit. With a low limit all are
        smaller (event=descriptors), and below about 350 the daemon does not start.

        connections has those of MTAs: open, cap, and since the start ended_silent, displaced and refused.
        ended_silent made no negotiation within ten seconds. displaced were too many: whoever has most loses the one
        that was idle for longest, and users of this machine are told apart. refused were too many while an answer
        was due on each. A refused one is told so in its negotiation, and the MTA does as its default action says.
        With milter_default_action=accept that mail passes unjudged; leave it at tempfail.

        doors has the same of each other door that is open (door: query, tls-policy or web, the page), and where it
        listens (socket). How many connections browsers have open is no reason for a warning: those give way.

        ## Metrics

        status --metrics prints the daemon's metrics in the text format of Prometheus, status --openmetrics as
        OpenMetrics, where an example stands behind each bucket of a histogram: the trace id of a recipient. danegate
        trace --id finds it, unless the recipient was accepted: then only its log line has it. Nothing else is printed
        then, and the exit status is 0 if a daemon answers. To
        have them scraped, let a timer write them where the textfile collector of node_exporter looks:

            danegate status --metrics >/var/lib/prometheus/node-exporter/danegate.prom.new &&
            mv /var/lib/prometheus/node-exporter/danegate.prom.new /var/lib/prometheus/node-exporter/danegate.prom

        Labels are of fixed sets, never a name of anybody. Numbers count from the start of the daemon.

        danegate_recipients_total :: Recipients by door, mode, ruling, would (what it would have been, or none), and
          outcome. passed and exempt are those without a verdict.
        danegate_rcpt_wait_seconds, danegate_inspection_seconds :: How long recipients wait, and how long
          inspections take.
        danegate_dns_lookup_seconds, danegate_probe_step_seconds :: How long lookups take, by type, and probes, by
          step.
        danegate_cache_hits_total, danegate_cache_entries :: What was known already, and what is kept.
        danegate_single_flight_joins_total :: How many callers waited for work that was under way for others.
        danegate_places_used, danegate_places_limit :: How full each part of the gate is, as under Load.
        danegate_breaker_open, danegate_resolver_working, danegate_status :: What the first line says.
        danegate_state_age_seconds :: How old the oldest change is that the state file lacks. It is zero if nothing
          waits to be written.
        danegate_expiry_horizon_seconds, danegate_expiring_destinations :: When the first certificate or signature
          of a frequent destination ends. Frequent is a destination with DANE that has been inspected three times.
          A certificate under DANE-EE counts only with DANEGATE_EXPIRED_EE=fail. The end of a signature stays, if
          it cannot be looked up again, until it has passed. The page's overview and the log (event=expiry) have
          the names.
        danegate_lost_destinations :: Frequent destinations that have failed for more than a day, and were verified
          in the week before. A restart forgets which were verified.
        danegate_connections, danegate_connections_ended_total :: Connections by door: milter, query, tls-policy, web.
        danegate_web_answers_total, danegate_web_tests_total :: While the page is open: what it has answered, by class
          of status code, and the tests that were asked for there: begun, joined, refused-client, refused-all.
        danegate_log_lines_dropped_total, danegate_trace_rows_dropped_total :: What could not be written.
        process_resident_memory_bytes, process_open_fds, process_threads :: What the process uses.

        contrib/prometheus in the sources has alerts for these, contrib/grafana a dashboard.

        ## Threads

        32 threads are held back for when the system gives none. process has how many the system has not given
        (threads_refused) and whether it gives none now (threads_short). Sessions then wait for the threads that
        there are.
        """#

    /// Which domains and networks fill the daemon, and how their mail is held back.
    static let load = #"""
        ## Holds

        One zone or network may fill the gate: a flood of names below one domain, hosts that keep each connection
        open. danegate status and event=load then name it.

        danegate hold dead.example --for 1h holds mail to a zone back. Within about two seconds each recipient in
        the zone or below it is put off at once with 4.7.0, without an inspection, in every mode; only exemptions go
        before. danegate hold 192.0.2.0/24 --for 1h makes no connection to these addresses: a recipient that would
        need one gets 4.7.0, and verdicts that are kept still count.

        Nobody is refused for good, or accepted, because of a hold. A hold ends by itself, outlives a restart (holds
        in the state directory), and --end ends it sooner. danegate hold lists them. The log has event=hold
        result=on|off neighbourhood=… until=… by=….

        ## Load

        status has who fills each part of the gate (load.parts), and the share of recipients that come away without
        a verdict (pending_percent, doubtful_percent). Recipients with a kept verdict do not count there.

        A neighbourhood with a good share of the mail, most of whose own recipients come away without a verdict, is
        held down: it is named in line two and in held_down, and that is all. Of several at once, the smaller ones
        are taken for that only while all others are served. Where others come away without a verdict too, status is
        WARNING (3 % pending, or 30 % with doubts), then CRITICAL (25 %, 60 %), and the log has event=load level=…
        neighbourhood=… cause=….
        """#
}
