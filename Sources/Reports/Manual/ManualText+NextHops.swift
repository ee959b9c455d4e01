/// Which next hop is judged for a recipient.
extension ManualText {
    /// Which next hop is judged.
    static let nextHops = #"""
        The MTA says where it would send mail for a recipient (the macros {rcpt_mailer}, {rcpt_host} and
        {rcpt_addr}), and that is what is judged: most often the domain of the address, with its MX records.
        DANEGATE_ROUTE=recipient judges the domain of the address whatever the next hop.

        ## A next hop of this site's own

        Whatever is not the address's own domain on the standard port is a next hop of this site's own: a relayhost,
        a smart host, an entry of a transport map. It stands for the mail of many recipients, none of whom can mend
        it. If it is not in order, its mail is deferred and never refused for good, however long that lasts. One
        that takes no mail or does not exist (null-mx, no-such-domain) is 451 4.3.5 (RFC 3463: system incorrectly
        configured); all others have the 4.x.x code of their outcome:

            451 4.7.323 tlsa-invalid: [relay.example]:587: the server fails DANE
            validation; …; this site's own mail configuration leads to this next hop,
            and only its administrator can mend this [01KAQ9V1ZC8F6T0V3M2N4P5Q6R]

        DANEGATE_ON_OWN_NEXT_HOP says otherwise: reject rules as on any other destination, accept accepts, monitor
        accepts and logs would=tempfail. Where the policy file says require, for the address's domain or the next
        hop, nobody is accepted in any case.

        The log line has own_hop=, the trace own_next_hop. danegate status is WARNING while such a next hop fails
        and stands for more than a tenth of the last hour's recipients. DANEGATE_ROLLOUT goes by the domain of the
        address there: it is a share of the recipients' domains behind such a next hop too.

        check and survey know no recipient. For them a host in brackets or with a port of its own is this site's
        own, and a domain on the standard port is a recipient's.

        ## Sendmail and aliases

        Sendmail looks the domain of a recipient up. Where it is an alias (CNAME), Sendmail puts the target in its
        place before it asks a milter; only the RCPT argument keeps the name. But the name before expansion decides
        whether DANE applies, and a certificate may carry it (RFC 7672 2.2.2, 3.2.2).

        So where the two differ, danegate asks the DNS. If what was typed is an alias of the other, in one step or
        several, the typed name is judged, and policy knows it by both names. If it is none, the new domain is
        judged: that is other rewriting (virtusertable, user%example.org@here). Where it cannot be found out, the
        outcome is dns-unavailable. Sendmail's FEATURE nocanonify keeps Sendmail from all this, and is recommended.

        ## Addresses that Postfix rewrites after RCPT

        canonical_maps, recipient_canonical_maps and virtual_alias_maps are cleanup(8)'s, which comes after a
        milter's answer to RCPT. The address is judged as it was typed. So mail for a domain of which every address
        is rewritten, and which does not exist in the DNS, is refused with no-such-domain. Any one of these remedies
        lets it pass:

        - make it one of Postfix's virtual_alias_domains: then it is not outbound, and not judged;
        - example.org exempt in the policy file, or danegate exempt add example.org --until … --keep;
        - for trusted clients DANEGATE_EXEMPT_CLIENTS, or Postfix's smtpd_milter_maps = inline:{ { 192.0.2.9 =
          DISABLE } }, which spare these clients everything.

        Where the mail goes after rewriting is not judged. What trivial-rewrite(8) does (append_dot_mydomain, the
        percent hack) is done before RCPT, and is judged.

        ## Many MX hosts

        One look makes about as many connections as an MTA in one try: ten at most, its second look at a failure
        included. It asks the DNS about 128 hosts. A host without an address costs none, and an address that could
        not be reached is not tried again under another name.

        If no host seen until then may be used, the verdict is pending, for 15 s at most (a quarter of
        DANEGATE_FAILURE_TTL if that is less). The next look goes on where this one ended, in the order of
        preference. Where the first look at a failure made more than five connections, the second one is the next
        look's. A failure is told when all hosts have been seen within two hours, and, as ever, seen twice. Other MX
        records begin anew.

        check makes up to 256 connections and asks about 1024 hosts, and says where it stopped.
        """#
}
