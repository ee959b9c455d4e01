/// More about settings.
extension ManualText {
    /// What a hazard is.
    static let hazards = #"""
        A secure TLSA record of usage 2 or 3 without any data cannot be used, says RFC 7671, and no more than that;
        but Postfix 3.7's smtp(8) panics on it, again and again, and with it the mail of everyone else waits. The
        verdict is what the RFC says; DANEGATE_ON_HAZARD rules on top of it where mail would be accepted, check and
        the log name the record. Hosts behind insecure MX records are looked at for this alone: Postfix asks for
        their TLSA records, too.
        """#

    /// More about a setting than its one sentence, by its name without DANEGATE_.
    static let remarks: [String: String] = [
        "MILTER_SOCKET":
            "It may be in libmilter's order or in Postfix's. DANEGATE_MILTER_SOCKET_MODE and "
            + "DANEGATE_MILTER_SOCKET_GROUP are for a unix socket.",
        "ROLLOUT": "A domain's place is stable: see THE ORDER OF RULINGS in danegate-policy(5).",
        "ON_LOCAL_TROUBLE": "See WHEN THE TROUBLE IS OUR OWN in danegate(8).",
        "ON_OWN_NEXT_HOP": "See WHICH NEXT HOP IS JUDGED in danegate(8).",
        "ON_HAZARD": "See HAZARDS.",
        "POLICY_FILE": "See danegate-policy(5).",
        "EXEMPT_LOCALPARTS": "Somebody at a broken domain can so be told.",
        "ENFORCE_SENDERS":
            "This is the pilot group: addresses, domains, .domain for subdomains, <> for the null sender.",
        "EXEMPT_SENDERS": "They are written as those of DANEGATE_ENFORCE_SENDERS.",
        "EXEMPT_CLIENTS": "IPv4 and IPv6.",
        "EXEMPT_LIFT_AFTER": "See danegate-exempt(8).",
        "HELP_URL": "It is left out where the sentence about who can mend the fault would have no room.",
        "DNS_FORWARD":
            "Their validation is not trusted, and they must let everything through: keys, signatures, the proof "
            + "that something does not exist (NSEC, NSEC3), TLSA. A second look cannot get past their caches.",
        "DNS_TRUST_ANCHOR":
            "The file is only read. By default it is Debian's, kept up to date (RFC 5011) in the state directory.",
        "DNS_CONFIG":
            "There is a libunbound context for two cores, at most four: cache sizes set here count for each.",
        "PROBE_CONCURRENCY":
            "No zone and no network (/24, /56) has more of them than are free; the last eighth is for those that "
            + "have none, half of it for hosts that were verified in the last week; what finds none in time is "
            + "pending, and not kept.",
        "PROBE_PER_HOUR":
            "Beyond it a host is left alone: the outcome is unprobed, unreachable where it had failed and could "
            + "not be looked at again, or pending where what its address showed to another name does not fit.",
        "PROBE_HELO":
            "Hosts may refuse any other name. danegate status and event=helo say which it is, and warn of a "
            + "private address.",
        "EXPIRED_EE": "ignore is as RFC 7672 3.1.1 has it; fail imitates Exchange Online's .322.",
        "CACHE_DOMAINS": "A destination takes about 200 bytes.",
        "CACHE_STALE_TTL": "See WHEN A VERDICT RUNS OUT in danegate(8).",
        "STATE_DIRECTORY":
            "By default it is systemd's (STATE_DIRECTORY in the environment), if there is one. See WHAT OUTLIVES "
            + "A RESTART in danegate(8).",
        "QUERY_SOCKET": "See danegate-query(5).",
        "TLS_POLICY_SOCKET":
            "See danegate-query(5). smtp(8) of Debian's Postfix is chrooted: there, the socket must lie below "
            + "/var/spool/postfix, or be inet:.",
        "WEB_LISTEN": "While danegate-web.socket is in use, its socket counts instead. See danegate-web(5).",
        "WEB_TOKEN_FILE": "See WHO MAY DO WHAT in danegate-web(5).",
        "WEB_HOSTS": "See danegate-web(5).",
        "WEB_PROXIES": "See BEHIND A PROXY in danegate-web(5).",
        "SHARED": "See SEVERAL HOSTS.",
        "SHARED_KEY_FILE": "DANEGATE_SHARED needs it. See SEVERAL HOSTS.",
        "SHARED_CREDENTIALS_FILE": "See SEVERAL HOSTS.",
        "SHARED_CA_FILE": "The certificate must be valid for the host's name or address in DANEGATE_SHARED.",
        "SHARED_EXEMPTIONS": "Who may make them for all is up to the store's ACL. See SEVERAL HOSTS.",
        "TRACE": "See danegate-trace(8).",
        "LOG": "stderr is also taken where there is no /dev/log.",
        "LOG_LEVEL": "notice leaves the refusals: see danegate-log(5).",
        "LOG_ADDRESSES": "See danegate-log(5).",
    ]
}
