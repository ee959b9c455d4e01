extension Rule {
    /// Failures seen in the field, and what a sender sees of them.
    static let field = rules(
        #"""
        F-01 | field | LE (or other) renewal with new key, 3 1 1 not updated: mismatch at depth 0, notBefore recent -> SKIP-AUTH
        F-02 | field | 3 0 1 / 3 0 2 with auto-renewal: breaks at every renewal even with same key: mismatch; SPKI unchanged -> SKIP-AUTH
        F-03 | field | DNS changed after (or at the same time as) certificate: outage of old TTL + secondary refresh: intermittent mismatch -> SKIP-AUTH during window
        F-04 | field | stale issuer hash (LE X3, R3, E1 ...) in 2 1 1: TA not in chain -> SKIP-AUTH if nothing else matches, else warning E-12
        F-05 | field | root or cross-sign no longer sent (DST X3 cross of ISRG X1) while 2 1 1 pins root: TA absent from handshake -> SKIP-AUTH
        F-06 | field | DANE-TA leaf name lacks MX host/recipient domain: chain fine, name fails -> SKIP-AUTH (name)
        F-07 | field | DANE-TA certificate expired: date failure -> SKIP-AUTH
        F-08 | field | DANE-EE certificate expired, key matches: match -> DANE-OK
        F-09 | field | RSA+ECDSA dual certs, TLSA for one only: depends on client's cipher choice -> SKIP-AUTH or DANE-OK by algorithm
        F-10 | field | SNI-selected certificate; default one does not match: only clients with SNI pass -> DANE-OK with SNI
        F-11 | field | same wildcard key on all MX, rotated at once: all hosts fail together -> all SKIP-AUTH, then delay
        F-12 | field | some MX hosts or some addresses (v6) wrong: partial -> per host; delivery via others
        F-13 | field | mixed usable + unusable, the usable one mismatches: mismatch -> SKIP-AUTH (not TLS-UNAUTH)
        F-14 | field | usage 0/1 only (copied from HTTPS): all unusable -> TLS-UNAUTH
        F-15 | field | TLSA at wrong owner: _25._tcp.<recipient domain> instead of MX host; or 443 record CNAMEd (lore.xmw.de): no TLSA / mismatch -> NO-DANE / SKIP-AUTH
        F-16 | field | digest of PEM, of wrong cert, of chain file, or SHA-1 length: mismatch / malformed -> SKIP-AUTH / unusable
        F-17 | field | strong digest wrong, weak one right: agility drops the right one -> SKIP-AUTH with agility
        F-18 | field | customer MX is CNAME to third-party host; stale TLSA at the alias: alias TLSA tried when target has none -> SKIP-AUTH
        F-20 | field | wrong or missing NSEC/NSEC3 for TLSA (incl. SOA changed after signing): SERVFAIL on TLSA, A fine -> SKIP-DNS
        F-21 | field | NXDOMAIN at _tcp.<host> while _25._tcp.<host> exists (empty non-terminal bug): fails only with QNAME-minimising or aggressive-NSEC resolvers -> SKIP-DNS or NO-DANE
        F-22 | field | Internet.nl extra probe: A query at _25._tcp.<host> must not be bogus: negative answers broken though TLSA positive answer fine -> risk
        F-23 | field | name servers or middlebox drop TLSA queries (old Arbor filter; sauditelecom): timeout on TLSA only -> SKIP-DNS if zone signed; NO-DANE if A insecure
        F-24 | field | NOTIMP / SERVFAIL / REFUSED / FORMERR on unknown type in an UNSIGNED zone: SERVFAIL from resolver -> NO-DANE (do not query)
        F-25 | field | NSEC3 opt-out: denial is insecure: NODATA AD=0 -> NO-DANE, not an error
        F-26 | field | RRSIG expired or future: SERVFAIL everywhere -> DNS-DEFER / SKIP-DNS
        F-27 | field | DS left after moving to unsigned provider, or DNSKEY rolled without DS: SERVFAIL -> DNS-DEFER
        F-28 | field | some secondaries stale or unsigned (inconsistent): random results ("50/50" in INL #1358) -> varies by try
        F-29 | field | lame delegation / dead glue: SERVFAIL, EDE 20/22/23 -> SKIP-DNS / DNS-DEFER
        F-30 | field | wildcard CNAME (*.example.com CNAME x) catches _25._tcp.mx.example.com: TLSA follows to x: usually NODATA; dangling/unsigned/bogus target possible -> NO-DANE if denial ok or insecure; SKIP-DNS if target fails
        F-31 | field | wildcard TLSA (*._tcp or *): TLSA for hosts never meant -> DANE applies
        F-32 | field | MX host in unsigned zone, recipient signed: A insecure -> NO-DANE
        F-33 | field | recipient unsigned, MX host signed with TLSA: MX insecure -> NO-DANE (or HALF)
        F-34 | field | A validates, AAAA denial broken (or reverse): SERVFAIL for one family -> use other family
        F-35 | field | high NSEC3 iteration count: validators go insecure or SERVFAIL -> NO-DANE or SKIP-DNS
        F-36 | field | unsupported algorithm/digest only (e.g. old GOST, or SHA-1 disabled validator): insecure -> NO-DANE
        F-37 | field | large answer, TC=1, TCP/53 blocked; fragments dropped: timeout -> lookup failure
        F-38 | field | CNAME loop / too long chain: error -> lookup failure
        F-39 | field | MX to IP literal, MX to CNAME, MX to nonexistent name, null MX mixed: see D-21, S-07, N-02 -> per row
        F-40 | field | checker reports SERVFAIL as "no TLSA": false clean result -> tool bug
        F-50 | field | STARTTLS not offered on all or some MX: EHLO without STARTTLS -> SKIP-TLS
        F-51 | field | STARTTLS offered but 454 / 5xx on use: "TLS not available due to local problem" -> SKIP-TLS
        F-52 | field | selective STARTTLS (greylist/reputation): offered only to known IPs: DANE senders locked out for good -> SKIP-TLS
        F-53 | field | greylisting at RCPT (4xx) with STARTTLS always on: normal deferral -> no DANE effect
        F-54 | field | tarpit / banner delay / slow EHLO: long wait -> none if within 5321 timers (5 min greeting)
        F-55 | field | 421/554 banner (blocklisted tester IP): cannot test -> inconclusive
        F-56 | field | TLS 1.0/1.1 only, RSA key exchange only, weak cert key: handshake alert -> SKIP-TLS
        F-57 | field | RSA-only or ECDSA-only server: fine if client offers both -> none
        F-58 | field | server demands SNI / aborts on unknown SNI: handshake fails -> SKIP-TLS
        F-59 | field | firewall "SMTP inspection" hides STARTTLS (XXXXXXXA): not offered -> SKIP-TLS
        F-60 | field | client certificate request, or server closing after handshake: handshake or later error -> SKIP-TLS if handshake fails
        F-61 | field | TLS fine on most IPs of a pool, one backend stale: intermittent -> per connection
        F-70 | field | The server's certificate is one that some libraries do not import (version 1 or 2 with extensions, dates in another form, two signature algorithms), and a DANE-EE record matches it: the match alone counts -> DANE-OK
        F-71 | field | A CA's name stands in the certificates that it issued in another type of string, another case or with other blanks: it is the same name (RFC 5280 7.1) -> DANE-OK
        F-72 | field | A name in a DANE-TA chain breaks a name constraint of a CA or of the trust anchor, or is of a form that cannot be compared with one: every form counts, critical or not -> SKIP-AUTH
        F-73 | field | A DANE-TA chain has name constraints in capitals or on forms that no certificate has, critical policy extensions, or a root that is a CA by key usage alone: none of them is broken -> DANE-OK
        F-74 | field | A DANE-TA chain has a key or a signature of a kind that the library does not know, or a certificate that it cannot read: nothing is proven -> inconclusive
        F-75 | field | A DANE-TA chain has a certificate for any purpose but none for servers, a key of less than 80 bits of security, SHA-1 or MD5 below the anchor, or a critical or malformed extension that cannot be processed: OpenSSL and Postfix refuse it -> SKIP-AUTH
        F-76 | field | host refuses us at EHLO or HELO (501, 503, 504, 521, 550, 554: our name, our address, its policy): nothing is seen of its TLS -> inconclusive
        F-77 | field | host does not know EHLO (500, 502) and takes HELO, which has no extensions: no STARTTLS -> SKIP-TLS
        F-78 | field | host closes with 421 at any moment, in answer to STARTTLS too: nothing is seen of its TLS -> inconclusive
        F-79 | field | host refuses a name that is not fully qualified (504, 550), or hides STARTTLS from it: the client says its full name or an address literal -> DANE-OK
        F-80 | field | The host shows such a certificate in a handshake that the library then breaks off: that is no failed handshake of the host's, and a DANE-EE record that matches counts -> DANE-OK
        F-81 | field | The host shows such a certificate in a handshake, under DANE-TA: what it says counts as OpenSSL reads it, so that version 1 with extensions passes and a date in a forbidden form does not -> DANE-OK or SKIP-AUTH
        F-82 | field | reply lines that end in CR CR LF, or in blanks or tabs: the ending is not part of the line -> DANE-OK
        F-83 | field | lines that are no reply lines, or several codes in one reply: the client passes over some such lines, and the last code counts -> DANE-OK
        F-84 | field | host that only a client other than the MTA reaches (CCM in TLS 1.3, FFDHE groups, SHA-1 signatures): handshake fails for the MTA -> SKIP-TLS
        F-85 | field | host with CCM suites of TLS 1.2, Camellia, DHE with its own group, or TLS 1.2 with the extended master secret alone: the MTA reaches it -> DANE-OK
        F-86 | field | a forwarder or a firewall passes keys and signatures on and loses NSEC and NSEC3 records, or makes up addresses: domains outside DNSSEC look broken -> a doubt, whatever does not validate
        F-87 | field | a forwarder or a firewall fails for TLSA questions alone: hosts in signed zones cannot be judged -> a doubt for these, and domains outside DNSSEC pass
        F-88 | field | a way to the DNS comes and goes, or works every other time: a failure and the test after it meet different moments -> a doubt until it has worked for a while
        F-89 | field | the way to the DNS dies or begins to lose things while there is little mail: nobody else has noticed yet -> tested within 15 seconds of the first recipient, and not more often because of a broken zone
        F-90 | field | Sendmail replaces a recipient domain that is an alias by the alias's target before a milter sees it, and TLSA records or a certificate for the name alone then seem to be wrong -> the domain that was typed is judged, where the DNS says that it is an alias of the other one
        F-91 | field | a relayhost, a smart host or a transport map names a next hop that is broken, takes no mail or does not exist, and all mail of the site is refused for it -> deferred at most, in words that name the next hop and this site
        F-92 | field | dozens of MX hosts do not exist or do not answer before one that is in order, more than one look goes through -> pending until all have been seen; each look goes on where the last one stopped
        F-93 | field | an address is rewritten only after RCPT (canonical and virtual maps of Postfix), and the domain that was typed is one that no mail goes to -> judged as typed; the policy file or Postfix must exempt it
        F-94 | field | MX records of a stranger name hundreds of hosts, or hundreds of names for a few addresses of somebody else's network -> about ten connections a look, none of them to an address that is known to be dead
        F-95 | field | a survey of a log counts what the gate would pass (other transports, internal hosts, address probes), takes words of the remote server for the MTA's own, or judges the domains of mail that a relay took without a word -> left out and counted, or named with the relay
        F-96 | field | a survey passes over lines that it should read (containers, RFC 5424, compressed files, Sendmail, Exim), or calls a line that it cannot read another program's -> each line is read or named
        F-97 | field | a command that is given a bounce, an address, a URL or a cut trace id answers something else, or that there is no such domain -> it finds what is meant, or says what it wants
        F-98 | field | an address that is no UTF-8 is mangled in log and trace, so that two senders look alike and none is found -> written with its bytes, escaped
        F-100 | field | any local user, or an MTA that forgets its connections, takes all descriptors of the process with connections that say nothing, and a library that gets none ends it -> they have a bound, whoever has most gives way, and some are held back for what must not fail
        F-101 | field | standard error is a pipe that nobody reads, and a zone has the resolver's library write to it without end -> no lookup waits for that
        F-102 | field | the machine's file table is full, or it has no memory for sockets (ENFILE, EMFILE, ENOMEM, ENOBUFS), for all calls or for some -> the daemon lives, answers with what is kept or with 4xx, and is well afterwards
        F-103 | field | the system gives no more threads, and libmilter forgets the session that it wanted one for, libdispatch sleeps and libunbound waits for ever -> threads are held back, sessions queue for those that there are, and the log names it
        F-104 | field | connections that somebody has closed already count as root's, as the system says of a socket without a process, and root's own give way for them -> they are nobody's
        F-110 | field | a stranger's zone has thousands of names whose signatures do not verify, and keys that come late: second looks of others wait behind its own -> each zone has its turn, its keys are fetched once for its names, and until a name has had its own look there is a doubt
        F-111 | field | names below one dead domain, each of which might be a zone of its own (a second level as short as a registry's) -> they have one domain's share of the lookups between them, and a dead zone leaves its neighbour below the same domain alone
        F-112 | field | dozens of MX hosts of a stranger are delegated without glue to names in a third party's zone, so that each lookup asks that zone twenty times -> eight hosts whose lookups fail are enough for one look, the next goes on behind them
        F-113 | field | somebody off the path sends forged answers to a resolver with many names under way -> none of them counts
        F-114 | field | name servers of a stranger answer over TCP alone, and there a byte at a time, half or nothing, for many names and addresses at once -> his names are a doubt, and others find connections
        F-115 | field | a zone has more NSEC3 iterations than a validator is ready for, or somebody on the way writes so -> what the owner signed makes denials insecure and nothing else, what he did not sign is bogus
        F-116 | field | glue of 0.0.0.0 or :: leads a resolver to what listens on its own machine, past what forbids it loopback -> never asked, a doubt
        F-117 | field | an unbound configuration sets unwanted-reply-threshold, so that whoever sends as many forged answers ends the process -> it has no effect
        F-118 | field | a signed record set fits into a message and not into the buffer in which libunbound verifies it (about 1,300 MX records, 900 TLSA records), and it calls the set bogus -> a doubt; so of keys and DS records on the way
        F-120 | field | names of a stranger lead to hosts of his that stall, and take every slot for probes -> no zone and no network has more than are free, and what found no slot is pending and not kept
        F-121 | field | a stranger points names at a provider's host until it has been probed as often as is polite -> fair between zones, and a host that was authenticated keeps a share
        F-122 | field | a stranger's names lead to many addresses of one network -> a bound for a /24 and a /56, fair between zones
        F-123 | field | MX hosts at this site's own public addresses, which a stranger has named -> PROBE_DENY names what is never probed
        F-124 | field | hosts with long replies and chains fill memory with what is kept of their probes -> replies are not kept, and chains up to so many bytes
        F-125 | field | a stranger's names, with TLSA records that cannot fit, lead to a provider's host until it is left alone, and those that come last pass unseen -> what the address has shown to other names and does not fit is a doubt: 4.7.0, and not kept
        F-126 | field | one recipient makes the gate connect to ten addresses of a stranger's choice, and to all of them again for the second look -> ten connections for both; what they do not reach, the next recipient's look does
        F-127 | field | names in dozens of zones lead to as many networks, and each takes a few slots for probes until none is left -> the last slots are for zones and networks that have none, and for hosts that were authenticated before
        F-128 | field | inside TLS a host sends KeyUpdates, tickets, empty records, warnings or requests for a new handshake by the thousand, or a warning that the probe's library takes for the end -> their number ends the probe, and proves nothing: inconclusive
        F-130 | field | a failure is kept for an hour, so that a domain that has been mended goes on being refused -> no 5xx on a look older than two minutes; then a new one, or 4.7.0
        F-131 | field | names, replies and chains that a stranger makes up fill the memory and the disk: 40 to 516 MiB, a state file of 203 MB -> what is kept is bounded by bytes
        F-132 | field | who owns one zone keeps others from their verdicts, and nothing says so -> `status` and the log name the neighbourhood, and an administrator can hold it back
        """#)
}
