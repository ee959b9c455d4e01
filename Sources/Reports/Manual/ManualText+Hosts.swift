/// One place to ask all hosts of a site.
extension ManualText {
    /// The list of hosts.
    static let hosts = #"""
        danegate trace, report, status, exempt and recheck ask all hosts of a site at once with --hosts FILE. FILE is a
        list that the administrator keeps. A line names a host, and says how it is reached; # begins a comment:

            *      user=ops command=sudo -n danegate
            mta01  local
            mta02
            mta03  address=192.0.2.3 port=2222
            mta04  user=danegate command=/usr/bin/danegate

        The first word is the host's name. It marks what the host answers, and is the address if there is no other.
        The words behind it:

        local :: This host: the command runs without ssh, with the settings that --env-file names. A line that is only
          local does the same, and the host's name is local.
        address=HOST :: The name or address that ssh is given. It may be a Host of ssh's configuration.
        user=NAME, port=NUMBER :: The user there, and the port of sshd.
        command=PROGRAM WORDS :: What runs there, to the end of the line; danegate by default.

        A line that begins with * says what holds for the lines below it, up to the next such line, that do not say it
        themselves. It does not count for local. Names and words have letters, digits and a few signs only, so that no
        shell finds more in them. No host may stand there twice, as it would count twice. A list has 1000 hosts at most.
        It must belong to root or to the user of the command, and nobody else may write to it, because it decides what
        is run where: a list from anywhere else is not taken. A list at fault ends the command with 65, one that cannot
        be read with 66.
        """#

    /// How a host is asked.
    static let hostsAsked = #"""
        Each host runs the same command with --json, over ssh(1), and this host puts the answers together. ssh is what
        administrators have: its keys, its log of who did what, sudo. The page's JSON is not asked: it knows neither
        status nor exemptions nor recheck, and a file with the tokens of all hosts would open all of them.
        The daemon's page (danegate-web(5)) shows the host that serves it, and no other; danegate page shows all.

        ssh asks nobody anything (BatchMode), gives up after five seconds without a connection, and forwards nothing.
        The host's key must be known. What else it does stands in ssh_config(5). The user there needs what the command
        needs on one host: to read the trace, to open the control socket, to write exemptions. command=sudo -n danegate
        gets it from sudo.

        32 hosts are asked at once, and eight for recheck, as each daemon connects to the same mail hosts. Each has 30
        seconds, 20 for status, 10 for page, two minutes a domain for recheck; --within changes that. Times ago (--since
        2h) are those of each host's own clock.

        An answer is taken as a whole or not at all. Nothing in it is believed but what the host says of itself: it
        cannot speak in another's name, and its text has no effect on a terminal. One that prints without an end, or
        more than it was asked for, has not answered. Hosts may run different versions. Keys of the JSON that this
        version does not know are passed on.

        A host that does not answer keeps nobody waiting longer than that. Standard error has a line about it, with the
        words of ssh or of danegate there, the others' results are printed all the same, and the command exits with 69.
        With --json a line {"mta":"mta07","error":"…"} stands at the end. status and report have it in their own lists.
        """#

    /// What the commands print for several hosts.
    static let hostsPrinted = #"""
        trace :: The latest recipients of all hosts by time, 100 or --limit (at most 10000), with the host in a column
          MTA and as mta in the JSON (host is the mail host of the recipient). --id finds the recipient wherever it is,
          and exits with 1 if no host has it. --follow is for one host.
        report :: One report. Recipients are added up. A destination that several hosts know counts once: report --sets
          sends the hashes that tell (an estimate beyond 4096). With a host whose version has no --sets the number is
          the least that there can be ("about"), and so it is with those of an outcome that is refused. A broken
          destination has the recipients of all hosts, the earliest time that it was seen, the cause that was seen last,
          and the hosts. Each host names its first thousand, or ten times --top if that is more. A table has each host.
          In the JSON, mtas has the hosts, and error of those that did not answer.
        status :: A line for monitoring, with the number of hosts in each state, and a line a host. The exit status is
          the worst: CRITICAL, then WARNING, then UNKNOWN, then OK. A host that does not answer is UNKNOWN. The JSON has
          status, and in mtas what each host says. --metrics is for one host: Prometheus asks each.
        exempt add, exempt remove :: A line for each host. The exemption ends on all at the same moment, also with
          --until 30d, and is made in the name of whoever gives the command here. Exits with 69 if a host has not done
          it: give the command again when it is back; hosts that have the exemption get it anew. remove exits with 1 if
          a host had none.
        exempt list :: Each exemption once, and which hosts have it: all 50, all but mta07, or their names. The JSON has
          a line for each exemption of each host.
        recheck :: What each host's daemon ruled before, and rules now. Exits with 1 if one rejects, else with 75 if one
          puts off.
        """#
}

extension ManualText {
    /// The page of all hosts.
    static let hostsPage = #"""
        danegate page --hosts FILE runs in a terminal, as the user who has the ssh keys, and prints an address for a
        browser. It is no service, and no daemon needs to run there. /overview has a row a host: what status says,
        how long it has run, its mode, roll-out, version and resolver, or why there is no answer; then the reports of
        all hosts in one, and the exemptions with the hosts that have them. /trace searches the traces of all hosts; a
        row names its host, and leads to the recipient with the inspection behind it, for which that host alone is
        asked. /codes explains codes. Tests and whatever acts are not there: the commands do that.

        On a loopback address everybody needs the token that the command prints; it is a new one each time, and without
        it there is nothing. On a unix socket mode 0600 takes its place, and root and this user get in. As on the
        daemon's page, only localhost and the address itself are answered, and another site's page can have no host
        asked.

        16 hosts are asked at once for a trace, and thrice as many for an overview. Each has ten seconds (--within);
        one that does not answer is named on the page, and what the others say is shown when its time is over. Three
        pages at once are made, else the answer is 503. A page is shown again for five seconds before hosts are asked
        anew. A search has 20 pages of 50 recipients.
        """#
}
