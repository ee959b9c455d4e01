import Rules

extension Rule {
    /// How danegate keeps the rule, or why it asks nothing of it; for failures in the field, what becomes of a
    /// recipient there.
    var practice: String { Self.practices[id] ?? Self.fieldPractice(text) }

    /// Where a failure seen in the field leads, by the shorthand at the end of its text.
    private static func fieldPractice(_ text: String) -> String {
        let ends: [(word: String, meaning: String)] = [
            ("DANE-OK", "DANE-OK is verified"), ("NO-DANE", "NO-DANE is opportunistic"),
            ("TLS-UNAUTH", "TLS-UNAUTH is encrypted"),
            (
                "SKIP-AUTH",
                "SKIP-AUTH leaves the host out as tlsa-invalid, certificate-expired or certificate-host-mismatch"
            ),
            ("SKIP-TLS", "SKIP-TLS leaves the host out as starttls-not-supported or tls-failed"),
            (
                "SKIP-DNS",
                "SKIP-DNS leaves the host out as dnssec-invalid where that is proven, else as dns-unavailable"
            ),
            ("DNS-DEFER", "DNS-DEFER is dnssec-invalid where that is proven, else dns-unavailable"),
            ("HALF", "HALF is the host's DANE without the domain's: opportunistic"),
            ("lookup failure", "a lookup failure is dnssec-invalid where that is proven, else dns-unavailable"),
            ("inconclusive", "inconclusive is unreachable: a doubt, never a 5xx"),
        ]
        let named = ends.filter { text.contains($0.word) }.map(\.meaning)
        guard named.isEmpty else { return named.joined(separator: "; ").asSentence }
        return "The test world has this failure; danegate's verdict there is held to by tests."
    }

    private static let practices: [String: String] = Dictionary(
        uniqueKeysWithValues: lines.split(separator: "\n").compactMap { line in
            guard let bar = line.firstIndex(of: "|") else { return nil }
            return (String(line[..<bar]), String(line[line.index(after: bar)...]))
        })

    private static let lines = """
        V1|dnssec-invalid where the answer is proven bogus, else dns-unavailable. The domain is deferred at first.
        V2|no-such-domain: rejected at once.
        V3|null-mx: rejected at once with 556 5.1.10.
        V4|The domain itself is looked at as its only host.
        V5|opportunistic. Hosts are looked at for hazards alone.
        V6|The host is left out: dnssec-invalid if its address is bogus, else dns-unavailable.
        V7|The host is left out as no-mail-host; it speaks for the domain only if there is no other.
        V8|The host is opportunistic; TLSA is not asked for.
        V9|The host is opportunistic; TLSA is not asked for.
        V10|TLSA is asked for at the original name alone.
        V11|TLSA is asked for at the expanded name first, then at the original one.
        V12|The host is left out without a connection: dnssec-invalid if proven, else dns-unavailable.
        V13|The host is opportunistic.
        V14|The host is left out: starttls-not-supported or tls-failed.
        V15|encrypted: accepted, unless the policy file says require.
        V16|The host is left out: starttls-not-supported or tls-failed.
        V17|verified.
        V18|verified.
        V19|The host is left out: tlsa-invalid, certificate-expired or certificate-host-mismatch.
        D-01|danegate validates by itself, with libunbound and the root's keys, and tests every five minutes that it does.
        D-02|The AD bit of a forwarder is never looked at.
        D-03|An insecure answer is an insecure answer, for whatever reason.
        D-04|What cannot be found out is dns-unavailable, never "no DANE".
        D-05|Proven and insecure absence are both answers.
        D-06|None of them is an answer. That an answer is bogus is told apart, for words and code alone.
        D-07|The recipient is deferred (dns-unavailable, or dnssec-invalid while it is young).
        D-08|The host is left out, and the next one is looked at.
        D-09|TLSA is looked up for each host with secure addresses.
        D-10|A host whose TLSA lookup failed is not connected to.
        D-11|libunbound follows aliases, up to its limit.
        D-12|The whole lookup counts as failed.
        D-13|The security of an answer is that of its weakest link.
        D-14|A CNAME query of its own tells whether the alias is in a signed zone.
        D-15|libunbound synthesizes and validates it.
        D-16|The host is verified, or left out.
        D-17|STARTTLS must work: encrypted, else the host is left out.
        D-18|opportunistic: danegate connects to no such host, and asks nothing of its TLS.
        D-19|The host is left out; if none remains, the recipient is deferred.
        D-20|The policy file's word require.
        D-21|Address literals are not judged; an MX record that names an address has no DANE.
        D-22|Binds publishers. Such a host is starttls-not-supported.
        D-23|Hosts are walked in the order of preference; the first one that may be used decides.
        D-24|Of equal hosts the weakest one speaks for the domain.
        D-25|The alias is followed, and the MX records of its target count.
        D-26|With require an insecure MX is dane-required.
        D-27|opportunistic: TLSA records of hosts behind insecure MX records are looked at for hazards alone.
        D-28|Log and JSON name the host as the MX record does.
        D-29|Such a domain is never verified.
        D-30|Each host is looked at by itself.
        D-31|Where the zone is not signed, no TLSA question is asked.
        D-32|Addresses first, and TLSA only where they are secure.
        D-33|It is not looked for.
        D-34|no-mail-host.
        D-35|The host is left out: dnssec-invalid or dns-unavailable.
        D-36|Aliases of MX hosts are followed, and danegate check marks them with a note.
        D-37|The family that validates is used.
        D-38|The owner has the port of the next hop, 25 unless the route says otherwise.
        D-39|Exactly so.
        D-40|Exactly so.
        D-41|They are never asked.
        D-42|The chain must be secure; the base domain stays.
        D-43|Then STARTTLS is mandatory: encrypted at best.
        D-44|verified whatever names and dates are; EXPIRED_EE=fail imitates Exchange Online instead.
        D-46|The anchor is looked for in the chain that was sent.
        D-47|Binds publishers; a chain without its anchor is tlsa-invalid.
        D-48|Binds publishers; danegate check marks such records with a note.
        D-49|The anchor's own constraints are applied.
        D-50|They are unusable.
        D-51|No match is a failure of the host.
        D-52|Names are not looked at.
        D-53|The TLSA base domain is the first reference name.
        D-54|Behind secure MX records the next-hop domain and its expanded name are accepted, too.
        D-55|Such hosts are not authenticated at all: opportunistic.
        D-56|The original next hop is the second reference name.
        D-57|The CN counts only where there is no DNS name.
        D-58|A wildcard is the whole first label and stands for one label.
        D-59|Binds publishers. Either record matches; a roll-over half seen heals at the second look.
        D-60|Exactly so; see E-15 to E-18.
        D-61|SNI is the TLSA base domain; TLS 1.2 and 1.3.
        D-62|Binds servers. danegate check also tries without SNI, and notes what it is shown.
        D-63|Both kinds of certificate are offered, in the order in which OpenSSL does.
        D-64|MODE=monitor; otherwise no delivery.
        D-65|Binds servers. Such a host is starttls-not-supported.
        D-67|No connection is opened to a host that is to be left out.
        E-01|SHA2-256 and SHA2-512 are both understood; 512 alone is a note of danegate check.
        E-02|TLS 1.2 and 1.3, with SNI.
        E-03|Usages 0 and 1 are unusable.
        E-04|Certificate transparency is not looked at.
        E-05|Names and dates are ignored with DANE-EE; raw public keys are not offered.
        E-06|SNI is always sent.
        E-07|With DANE-TA the path is built and dates are checked.
        E-08|A 2 0 0 record serves as anchor though the server does not send it.
        E-09|No public certificate authority is consulted.
        E-10|The key of a 2 1 0 record may sign the top of the chain.
        E-11|Exactly so.
        E-12|A combination without a match is a note of danegate check; it has no effect on mail.
        E-15|SHA2-512 is stronger than SHA2-256.
        E-16|Exactly so.
        E-17|Full(0) always counts.
        E-18|Exactly so.
        E-19|Binds publishers; danegate check marks 3 0 0 and 2 0 0 with a note.
        E-20|Exactly so.
        E-21|encrypted; with require dane-required.
        T-01|Values beyond these make a record unusable.
        T-02|danegate judge and reports use these names.
        T-03|danegate judge reads records so.
        T-04|Such a record is unusable.
        T-05|Such a record is unusable.
        T-06|dnssec-invalid, without a connection; insecure records do not count.
        T-07|Then TLS is mandatory: encrypted.
        T-08|One match is enough.
        T-09|Exactly so.
        T-10|A usage-2 record does not match the server's own certificate, as in OpenSSL and Postfix: tlsa-invalid.
        T-11|A wildcard is an ordinary answer.
        T-12|Exactly so.
        S-01|MX first; an alias restarts with its target.
        S-02|no-such-domain.
        S-03|dns-unavailable: deferred, however long it lasts.
        S-04|The domain itself is its only host.
        S-05|The domain's own address is never used beside MX records.
        S-06|Addresses are tried in turn, IPv6 first, until one may be used; danegate check tries them all.
        S-07|The alias is followed; danegate check marks it with a note.
        S-08|A probe is shorter (PROBE_TIMEOUT), and what runs out is unreachable: a doubt.
        S-09|A host that does not know EHLO has no STARTTLS: starttls-not-supported. One that refuses us is unreachable: a doubt.
        N-01|null-mx.
        N-02|The null MX is passed over, with a note.
        N-03|556 5.1.10.
        N-04|null-mx, whether signed or not.
        L-01|2xx goes on; 4xx and 5xx are starttls-not-supported, but 421 is a doubt, as is a reply that is none to STARTTLS.
        L-03|The probe says QUIT and closes.
        L-04|EHLO is said again inside TLS, and only that answer counts.
        L-05|Bytes behind the 220 in clear text end the probe.
        L-06|starttls-not-supported where it is not offered or refused, tls-failed where the handshake fails.
        F-52|The probe says a fully-qualified name, so that a host need not hide STARTTLS from it. A host that does is starttls-not-supported.
        F-55|unreachable: a doubt, never a 5xx. The same of a host that refuses EHLO.
        F-76|unreachable: a doubt, never a 5xx. The cause quotes the reply and the name that was said.
        F-77|starttls-not-supported. The probe says HELO, and a host that refuses that for another reason is unreachable.
        F-78|unreachable: a doubt, never a 5xx. Inside TLS all is known by then, and the reply to EHLO does not matter.
        F-79|The probe says the host's canonical name, or an address literal where that is not fully qualified; PROBE_HELO sets it.
        F-80|verified. GnuTLS does not read the certificate; the host's signature on the handshake is checked by hand. With RSA key exchange there is none, and the match is believed: the MTA checks again.
        F-81|As OpenSSL judges it; what nobody can tell is unreachable, a doubt, never a 5xx.
        F-82|The ending is cut off, and the reply is read as any other.
        F-83|As Postfix takes it, for up to ten such lines in one reply; beyond that the host is unreachable.
        F-84|tls-failed: the probe offers what Postfix does. A host that takes CCM in TLS 1.3 is connected to once more without it.
        F-85|The probe offers them, as Postfix does.
        F-90|The domain that was typed is judged if it is an alias of the one in {rcpt_host} and {rcpt_addr}, in one or several steps. Where that cannot be looked up the outcome is dns-unavailable. Other rewriting is judged as rewritten. Sendmail's FEATURE nocanonify keeps it from that.
        F-91|DANEGATE_ON_OWN_NEXT_HOP rules, tempfail unless it is set. The log line has own_hop=, and danegate status warns where such a next hop fails and stands for more than a tenth of the last hour's recipients.
        F-92|A look makes at most 10 connections and asks the DNS about at most 128 hosts. The verdict is pending until all hosts have been seen within two hours, and a failure is looked at a second time in the same way.
        F-93|A line of the policy file, domain exempt, lets mail to such a domain pass; so does virtual_alias_domains in Postfix, for domains all of whose addresses are rewritten.
        F-94|One look makes at most 10 connections. Where SMTP does not come as far as TLS at an address, no further name is tried there.
        I-01|Names are mapped to A-labels (IDNA) before they are asked for.
        I-02|Exactly so.
        I-04|Exactly so; danegate judges the domain alone.
        I-05|The final dot and the case do not matter; underscores are taken.
        F-86|The self-test wants proven denials. While they do not come nothing is dnssec-invalid but dns-unavailable, the breaker is open (denials), and status is CRITICAL.
        F-87|The self-test wants a TLSA answer. While none comes hosts in signed zones are dns-unavailable, the breaker is open (tlsa), and status is CRITICAL.
        F-88|The breaker opens at once and closes after twenty seconds of good tests, later each time up to five minutes. Until five minutes after that a failure which rests on it is dns-unavailable.
        F-89|The first recipient who meets it is reason for a self-test. One that finds all in order clears his part of the DNS for five minutes; strangers' zones are reason for three tests in a row and then one a minute.
        F-95|danegate survey reads a log's own words alone, leaves out what the gate passes, counts it, and names relays that are no MX hosts.
        F-96|danegate survey reads the logs of Postfix, Sendmail and Exim in all usual forms; what it cannot read is counted and listed.
        F-97|explain finds outcomes and codes in any text, trace --id ids; check, notice, exempt and settings --policy take addresses and next hops.
        F-98|A byte that is no text is written as \\xNN in the log line, in danegate trace and in its JSON.
        F-120|One zone or network has half of PROBE_CONCURRENCY at most, the next half of what is left. What finds no slot in time is pending, and nothing of it is kept.
        F-121|PROBE_PER_HOUR holds for each zone that asks; all together have twice the sixth in a row, and no zone more than is left of that. A host whose TLSA records have matched has a part that others cannot take.
        F-122|A network (/24, /56) gets eight times what PROBE_PER_HOUR gives an address, one zone in it twice. Beyond that its hosts are left alone: unprobed, or a doubt by what is known of them.
        F-123|Addresses in PROBE_DENY are not connected to, as special-purpose ones are not: unreachable where no other address of the host counts.
        F-124|What a host says is not kept with its report, and reports are kept up to 64 MB of chains and records.
        F-125|A host that is left alone is verified by what it showed under the same name in the last hour, and pending by what its address showed under another name, or failed in, if that does not fit; unreachable if it failed itself; unprobed if nothing is known against it.
        F-126|A look and its second look make ten connections together, however many hosts and addresses there are. Where the first made more than five, the outcome is pending, and the second look is the next recipient's.
        F-127|An eighth of PROBE_CONCURRENCY is for zones and networks that have no probe under way, half of that for hosts that were verified in the last week.
        F-128|512 KB before the handshake is complete and 512 KB after it, eight KeyUpdates a second and 32 warnings in one go are read. Beyond that the host is unreachable: a doubt, never a 5xx.
        """ + "\n"
        + asksNothing.map { "\($0.key)|Asks nothing of danegate: \($0.value)." }.joined(separator: "\n")
}
