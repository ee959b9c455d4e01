/// The page.
extension ManualText {
    /// What it is for.
    static let page = [
        "The page shows in a browser what the commands show in a terminal: the test of a domain (check), the message "
            + "trace (trace), an overview (report, status, exempt list) and what codes mean (explain). It is closed by "
            + "default. The daemon serves it itself: nothing is fetched from elsewhere, and all works without "
            + "JavaScript. It shows one host: danegate page --hosts FILE shows trace and overview of all hosts of a "
            + "site (danegate-hosts(5)).",
        "It is plain HTTP. Where others are to reach it, put a proxy with TLS in front of it, on a unix socket or on "
            + "this machine's loopback address.",
    ]

    /// Who may do what.
    static let pageAccess = #"""
        Visitors may test domains, read codes, and open the result of a test whose address they know. Administrators
        may also read the message trace and the overview, have the daemon look again (recheck), have a notice written,
        and test a next hop in brackets or with a port of its own.

        unix:/path :: whoever DANEGATE_WEB_LISTEN_MODE and DANEGATE_WEB_LISTEN_GROUP let in is an administrator. With
          DANEGATE_WEB_TOKEN_FILE, only who gives a token is one; the others are visitors.
        127.0.0.1:8896, [::1]:8896 :: everybody on this machine is a visitor. Loopback is no authorization: who gives a
          token is an administrator.
        Any other address :: without a token there is nothing, except /healthz and /readyz. Without
          DANEGATE_WEB_TOKEN_FILE only the proxies of DANEGATE_WEB_PROXIES may connect. They must authenticate their
          users, who are visitors. With neither, the daemon does not start. event=web says at the start which it is.

        A token stands in the field Authorization: as Bearer TOKEN, or as the password of Basic authentication with any
        user name, which is what a browser asks for. DANEGATE_WEB_TOKEN_FILE has one token per line, of at least 20
        characters; lines that begin with # are comments. The file is read again when it changes. A file that cannot be
        used any more leaves no token in force: event=web result=denied says why when somebody gives one. This makes a
        token:

            openssl rand -base64 30 | install -m 0640 -g danegate /dev/stdin /etc/danegate/web-tokens

        A proxy that is to make all its users administrators adds the field itself, and must then authenticate them.
        A proxy at a unix socket without a file of tokens makes administrators of all whom it lets through.

        A socket of systemd's counts as one of the same kind that DANEGATE_WEB_LISTEN names: see SYSTEMD. A unix socket
        of systemd's to which others may write (SocketMode=0666, systemd's default) makes nobody an administrator: it
        counts as loopback does, and event=web result=open says so at the start.

        A browser is answered only by names that are this page's own: its address, localhost on a loopback address or a
        unix socket, and those of DANEGATE_WEB_HOSTS. Name there the host name under which your proxy serves it.
        Nothing acts for a form that another site's page has sent.
        """#

    /// The socket unit.
    static let pageSocket = #"""
        The package brings danegate-web.socket, which is off. Under its sandbox the daemon can give a unix socket to no
        other group, so a unix socket for a proxy comes from this unit:

            systemctl enable danegate-web.socket
            systemctl restart danegate.socket

        The page is then served at /run/danegate/page.sock, whatever DANEGATE_WEB_LISTEN says, and clients wait there
        while danegate restarts. The socket belongs to the group danegate-web, which has no other use and no members at
        first. Without DANEGATE_WEB_TOKEN_FILE its members are administrators of the page, and so are all whom a proxy
        lets through that is one of them. systemctl edit danegate-web.socket changes group and mode (SocketGroup=,
        SocketMode=) and the address (an empty ListenStream= and then another one). At a TCP address of other machines
        the daemon ends with 78 unless DANEGATE_WEB_TOKEN_FILE or DANEGATE_WEB_PROXIES is set.

        event=start, danegate status and danegate settings tell where the page is served.
        """#

    /// The proxy.
    static let pageProxy = #"""
        In nginx, whose worker must be a member of the socket's group (adduser www-data danegate-web, and then
        systemctl restart nginx):

            location / {
                proxy_pass http://unix:/run/danegate/page.sock;
                proxy_http_version 1.1;
                proxy_set_header Host $host;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                proxy_buffering off;
            }
            location = /metrics { return 404; }

        The last line hides the metrics from visitors. Prometheus can read them with a token past the proxy.

        The settings for it, where danegate-web.socket makes the socket:

            DANEGATE_WEB_TOKEN_FILE=/etc/danegate/web-tokens
            DANEGATE_WEB_HOSTS=mail-check.example.org
            DANEGATE_WEB_PROXIES=unix

        Without the unit, DANEGATE_WEB_LISTEN=unix:/run/danegate/page.sock and DANEGATE_WEB_LISTEN_GROUP=www-data make
        the socket, if the daemon may give it to that group.

        X-Forwarded-For counts only from the proxies of DANEGATE_WEB_PROXIES; the word unix stands for whoever connects
        to the unix socket. Without it all visitors behind a proxy share one allowance.
        """#

    /// What a test is.
    static let pageTests = #"""
        A test is made as check makes one: afresh, past all caches, by the daemon's own engine and settings. The page
        shows the steps as they end, first with what would happen to mail when all have ended. It has an address of its
        own, /inspection/ID, where the result stays for DANEGATE_TRACE_RETENTION; at most 5000 results and 128 MiB are
        kept, in the folder tests of the state directory. Nobody finds the address who does not know it,
        but whoever may not begin another test of a domain is offered the latest result of it.

        /inspection/ID.txt :: the text of check --verbose, for a mail.
        /inspection/ID.json :: the object of check --json; so is /inspection/ID for a client that accepts
          application/json.
        POST /test :: begins a test: domain=example.org in a form. A client that accepts application/json gets the
          address of the result (202), which it may ask for at once: the answer comes when the test has ended.
        /inspection/ID/events :: the steps as server-sent events.
        /healthz, /readyz :: whether the daemon lives; whether it can judge (200 or 503).
        /metrics :: for Prometheus: its text format, or OpenMetrics, as the field Accept asks. It is what danegate
          status --metrics prints. Visitors may read it; only administrators get exemplars, which carry trace ids.

        A test that nobody waits for any more ends after ten seconds. Two who ask for the same domain wait for the same
        test.
        """#

    /// Its bounds.
    static let pageBounds = #"""
        A client (an IPv4 address, an IPv6 /64) may begin ten tests in a row and then one in thirty seconds, four at
        once. The page says how many are left, and so does the field RateLimit. Beyond that the answer is 429 with
        Retry-After, and the address of the last result of that domain. Administrators have no limit of their own. All
        together may have a tenth of the inspections that recipients may have, 200; then the answer is 503.

        Tests have a resolver and a prober of their own, with a tenth of DANEGATE_PROBE_CONCURRENCY,
        DANEGATE_PROBE_PER_HOST and DANEGATE_PROBE_PER_HOUR, and of the lookups and the file descriptors; a third of the
        probes of an hour may be in a row. So they take nothing that recipients wait for. One
        thread begins and judges them, for an eighth of a processor at most, and the rest of the daemon goes before all
        that they do: many tests at once take longer. They connect where check would connect, and nowhere else. Where
        that is used up, the page says that the domain could not be tested now.

        A request has 20 seconds for its head, of 12 KB at most, and 10 seconds for a form of 8 KB. A client has 32
        connections. Where there are too many, the one gives way that has been without a whole request for longest.
        Half of the connections may wait for tests to end, and 16 of one client; the others get 503 or 429 with
        Retry-After. So /healthz, /readyz and /metrics have an answer however many wait.
        """#
}
