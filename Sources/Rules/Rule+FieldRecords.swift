extension Rule {
    /// Failures seen in the field: TLSA records and certificates.
    static let fieldRecords: [Rule] = [
        Rule(
            "F-01", .field("hosts whose certificates are renewed automatically"),
            says: """
                A certificate is renewed with a new key, and the 3 1 1 record still has the old one. Often the
                certificate is only hours old.
                """,
            kept: """
                No record matches: tlsa-invalid. The administrator should keep the key at renewal, or publish the new
                record two TTLs before.
                """),
        Rule(
            "F-02", .field("hosts whose certificates are renewed automatically"),
            says: """
                A record stands for the whole certificate (3 0 1 or 3 0 2). It breaks at each renewal, even if the key
                stays.
                """,
            kept: "The host is tlsa-invalid from the renewal on. A record of the public key (3 1 1) outlives it."),
        Rule(
            "F-03", .field("key changes in the wrong order"),
            says: """
                The DNS is changed together with the certificate or after it. Until caches and secondary name servers
                have the new record, some clients fail.
                """,
            kept: """
                danegate looks a second time, past its caches. If the records have changed by then, it goes by the new
                ones; otherwise the host is tlsa-invalid.
                """),
        Rule(
            "F-04", .field("records of certificate authorities that have changed their keys"),
            says: """
                A 2 1 1 record stands for an issuer that no longer issues the certificate, such as a retired
                intermediate of Let's Encrypt.
                """,
            kept: """
                If no other record matches, the host is tlsa-invalid. Beside a record that matches, danegate check
                marks it with a note.
                """),
        Rule(
            "F-05", .field("chains that became shorter when an authority retired a root"),
            says: "A 2 1 1 record stands for a root certificate that the server no longer sends.",
            kept: """
                danegate does not find the trust anchor, and the host is tlsa-invalid. The server should send the root,
                or the record should stand for an intermediate.
                """),
        Rule(
            "F-06", .field("hosts with DANE-TA(2) records"),
            says: """
                The chain leads to the trust anchor, but the certificate has the name of neither the MX host nor the
                recipient's domain.
                """,
            kept: "The host is certificate-host-mismatch."),
        Rule(
            "F-07", .field("hosts with DANE-TA(2) records"),
            says: "The certificate or another one of the chain has expired, and the record is a DANE-TA(2) record.",
            kept: "The host is certificate-expired until the chain is renewed."),
        Rule(
            "F-08", .field("hosts with DANE-EE(3) records"),
            says: "The certificate has expired, but its key matches a DANE-EE(3) record.",
            kept: """
                The host is verified, because RFC 7672 ignores the date. Exchange Online may still refuse it, so the
                certificate is better renewed.
                """),
        Rule(
            "F-09", .field("hosts with an RSA and an ECDSA certificate"),
            says: """
                A host has two certificates, and only one of them has a TLSA record. Which one a client sees depends on
                what it offers.
                """,
            kept: """
                danegate offers what Postfix does, so it sees the certificate that Postfix sees. danegate check tries
                both kinds; each key needs a record.
                """),
        Rule(
            "F-10", .field("hosts that choose the certificate by the name in SNI"),
            says: "The certificate that matches is shown only to clients that send SNI.",
            kept: "danegate sends SNI and goes by what it is shown. danegate check also notes what the others see."),
        Rule(
            "F-11", .field("domains with one wildcard certificate for all MX hosts"),
            says: "All MX hosts share a key, which changes on all of them at once, before the records do.",
            kept: """
                All hosts fail together, and the domain is tlsa-invalid. A key of its own for each host leaves some in
                order.
                """),
        Rule(
            "F-12", .field("domains with several hosts or addresses"),
            says: "Some MX hosts of a domain, or some addresses of a host, are wrong. Often it is the IPv6 address.",
            kept: """
                Mail passes by way of what is in order. danegate marks the domain as degraded and says what to mend.
                """),
        Rule(
            "F-13", .field("record sets that mix usable and unusable records"),
            says: "A host has a usable record that does not match beside records that are unusable.",
            kept: "The usable record demands authentication, so the host is tlsa-invalid and not encrypted."),
        Rule(
            "F-14", .field("records that were made for web servers"),
            says: "A host has only PKIX-TA(0) or PKIX-EE(1) records.",
            kept: """
                None of them is usable for SMTP, and the host is encrypted. The administrator should publish a 3 1 1
                record.
                """),
        Rule(
            "F-15", .field("records in the wrong place"),
            says: """
                TLSA records stand at the mail domain and not at its MX host, or an alias leads to those of the web
                server on port 443.
                """,
            kept: """
                danegate asks only at the MX host: without records there it is opportunistic, with those of another
                server it is tlsa-invalid. danegate check marks records at the mail domain with a note.
                """),
        Rule(
            "F-16", .field("records that were computed from the wrong data"),
            says: "The digest is of a PEM file, of another certificate or of the whole chain, or it is a SHA-1 digest.",
            kept: """
                A wrong digest is tlsa-invalid. One of the wrong length is unusable. danegate explain tlsa-invalid has
                the command that computes the right one.
                """),
        Rule(
            "F-17", .field("record sets with SHA2-256(1) and SHA2-512(2)"),
            says: "The stronger digest is wrong and the weaker one is right.",
            kept: """
                Only the stronger digest counts, and the host is tlsa-invalid. danegate check names the records that
                were set aside.
                """),
        Rule(
            "F-18", .field("MX hosts that are aliases for the host of a provider"),
            says: "An old TLSA record stands at the alias, and the provider's own name has none.",
            kept: """
                The record at the alias counts, and if it does not match the host is tlsa-invalid. The domain should
                remove it.
                """),
    ]
}
