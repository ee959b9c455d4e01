/// The pages about one domain: check, recheck, judge, notice.
extension ManualText {
    /// The arguments of these commands, and what they print.
    static let check = #"""
        ## How a destination is written

        DOMAIN may be a domain, a next hop ([mx.example.org]:2525), or a mail address as it is copied from a log, a
        bounce or a mail program (<user@example.org>, mailto:…), of which the domain is meant. Names may have
        U-labels. A next hop in brackets is checked without MX lookup.

        A URL, a path, an address literal (DANE does not apply there) and whatever else is no destination ends the
        command with 64 and a sentence. A name without a dot is taken for a next hop in brackets, or with its final
        dot; exempt and settings --policy take it as it is.

        ## What check shows

        What check marks as note (warning in the JSON) should be mended and has no effect on mail: a combination of
        TLSA parameters without a record that matches (RFC 7671 8), records with whole certificates or keys,
        SHA2-512 alone, records below the mail domain and not its hosts, an MX record that names an alias, a null MX
        that is not alone.

        check shows more than the gate looks for. To each address of a host with TLSA records it makes up to three
        further connections, one after the other: an ordinary one, one that takes only RSA certificates where the
        host showed an ECDSA one (or the other way round), and one without SNI. attempts in the JSON, and lines in
        the text, say what each met.

        An ordinary connection offers both kinds of certificate in the order in which OpenSSL does. So a host with
        two shows the one that it shows to Postfix and Sendmail. That connection decides. If another one fails where
        it passes, the verdict is degraded. What a host shows to clients without SNI is only noted: a client that
        does DANE names the server.

        ## check --cached

        check --cached asks the daemon, and looks at nothing anew. It tells the verdict kept (not its age, which the
        cache does not hold), how long it is fresh (fresh_for_s, negative where it serves stale) and may serve
        (valid_for), for how long the fault has lasted (failing_for_s), the policy, the ruling and the reply. It
        exits as check does: 75 also where nothing is kept, 69 if no daemon answers.

        ## recheck

        danegate recheck DOMAIN is for a domain that has been mended. The daemon looks again past every cache, says
        what it ruled before and what it rules now, and goes by that from then on.

        ## judge

        judge wants the chain in PEM as the server sends it (openssl s_client -starttls smtp -showcerts prints it),
        each record as it stands in a zone file ("3 1 1 2bf4…"), and as names the TLSA base domain, then the
        next-hop domain if its MX records are secure.

        It says verified, encrypted (no record can be used), tlsa-invalid, certificate-expired or
        certificate-host-mismatch, and why each record did not decide. It exits 0 if a client may deliver, 1 if not.
        matched in the JSON counts from 0.

        Where a failure is none for certain, it says unreachable, as the gate does, and exits 75: the chain has more
        than the 128 certificates that are judged (cut), or a certificate cannot be read, or has a key or a
        signature of a kind that GnuTLS does not know (undecided).
        """#

    /// What `check --days` does.
    static let expiry = #"""
        check --days N judges what is there today as of N days ahead, if nobody renews anything. A chain under
        DANE-TA that ends before is certificate-expired. A signature (RRSIG) that ends before is dnssec-invalid
        ("the signature of the MX records of example.org expires 2026-12-01 (in 8 days)").

        The signatures are those of the answers that the domain and its hosts are responsible for: MX, A, AAAA and
        TLSA records or their denials, aliases, and the DNSKEY of the zones that signed them; not those of the root
        and of parents. Dates of certificates under DANE-EE are only noted. A step says which look-up has failed.

        Signers renew some days before the end. An N of 2 or 3 is a sensible alarm for signatures, 14 or more for
        certificates. expires in the JSON has every end, the soonest first: {"what":"signature","subject":…,"at":…}.
        """#

    /// The mail to the postmaster.
    static let notice = #"""
        notice inspects a domain afresh and prints a mail to its postmaster, ready for sendmail -t. The mail has
        what senders are told, host, address, records as published, certificates as seen, the 3 1 1 (2 1 1) that
        would be right, the RFC's section, and how to test.

        notice sends nothing, and writes nothing that was not seen. It asks the running daemon since when the fault
        lasts. DANEGATE_EXPIRED_EE does not count here: the RFC does not look at those dates. It exits 1 where there
        is nothing to notify of, 75 where nothing is proven.

        Several mails are an mbox: formail -s sendmail -t sends each. Mail to that postmaster may be refused like
        any other: danegate exempts it, an MTA that does DANE itself may not. No other contact is looked up.
        """#
}
