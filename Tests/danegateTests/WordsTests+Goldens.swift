extension WordsTests {
    /// One of each outcome, and of what is told apart within one.
    static let goldens: [Golden] = [
        Golden(
            label: "verified",
            reply: nil,
            line: """
                ruling=accept mode=enforce to=user@verified.example domain=verified.example outcome=verified code=- \
                host=mx.verified.example cached=no waited_ms={ms} failing_for=- trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter
                """),
        Golden(
            label: "pkix-usages",
            reply: nil,
            line: """
                ruling=accept mode=enforce to=user@pkix-usages.example domain=pkix-usages.example outcome=encrypted \
                code=- host=mx.pkix-usages.example cached=no waited_ms={ms} failing_for=- trace={trace} \
                client=192.0.2.9 qid=- from=sender@example.org via=milter
                """),
        Golden(
            label: "no-tlsa",
            reply: nil,
            line: """
                ruling=accept mode=enforce to=user@no-tlsa.example domain=no-tlsa.example outcome=opportunistic \
                code=- host=mx.no-tlsa.example cached=no waited_ms={ms} failing_for=- trace={trace} client=192.0.2.9 \
                qid=- from=sender@example.org via=milter
                """),
        Golden(
            label: "without-starttls",
            reply: """
                550 5.7.321 starttls-not-supported: without-starttls.example: TLSA records demand TLS and STARTTLS is \
                not supported; host mx.without-starttls.example: EHLO was answered without STARTTLS; first seen \
                {time}; only the recipient's administrator can mend this: offer STARTTLS to every client, or withdraw \
                the TLSA records [{trace}] https://help.example/5.7.321
                """,
            line: """
                ruling=reject mode=enforce to=user@without-starttls.example domain=without-starttls.example \
                outcome=starttls-not-supported code=5.7.321 host=mx.without-starttls.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="EHLO was answered without STARTTLS"
                """),
        Golden(
            label: "starttls-refused",
            reply: """
                550 5.7.321 starttls-not-supported: starttls-refused.example: TLSA records demand TLS and STARTTLS is \
                not supported; host mx.starttls-refused.example: 454 4.7.0 TLS not available; first seen {time}; only \
                the recipient's administrator can mend this: offer STARTTLS to every client, or withdraw the TLSA \
                records [{trace}] https://help.example/5.7.321
                """,
            line: """
                ruling=reject mode=enforce to=user@starttls-refused.example domain=starttls-refused.example \
                outcome=starttls-not-supported code=5.7.321 host=mx.starttls-refused.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="454 4.7.0 TLS not available"
                """),
        Golden(
            label: "plaintext-instead-of-tls",
            reply: """
                550 5.7.321 tls-failed: plaintext-instead-of-tls.example: TLSA records demand TLS and the handshake \
                fails; host mx.plaintext-instead-of-tls.example: An unexpected TLS packet was received (GnuTLS -15); \
                first seen {time}; only the recipient's administrator can mend this: make TLS 1.2 or later work, or \
                withdraw the TLSA records [{trace}] https://help.example/5.7.321
                """,
            line: """
                ruling=reject mode=enforce to=user@plaintext-instead-of-tls.example \
                domain=plaintext-instead-of-tls.example outcome=tls-failed code=5.7.321 \
                host=mx.plaintext-instead-of-tls.example cached=no waited_ms={ms} failing_for=0s trace={trace} \
                client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="An unexpected TLS packet was received (GnuTLS -15)"
                """),
        Golden(
            label: "ta-expired",
            reply: """
                550 5.7.322 certificate-expired: ta-expired.example: the certificate chain is out of date (DANE); \
                host mx.ta-expired.example: the certificate at depth 0 expired on {time}, so the chain to depth 1 \
                does not verify (TLS...; first seen {time}; only the recipient's administrator can mend this: renew \
                the certificate [{trace}] https://help.example/5.7.322
                """,
            line: """
                ruling=reject mode=enforce to=user@ta-expired.example domain=ta-expired.example \
                outcome=certificate-expired code=5.7.322 host=mx.ta-expired.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="the certificate at depth 0 expired on \
                {time}, so the chain to depth 1 does not verify (TLSA record 1, DANE-TA(2) SPKI(1) SHA2-256(1))"
                """),
        Golden(
            label: "tlsa-invalid",
            reply: """
                550 5.7.323 tlsa-invalid: tlsa-invalid.example: the server fails DANE validation; host \
                mx.tlsa-invalid.example: none of the usable TLSA records (1) matches the server's chain; first seen \
                {time}; only the recipient's administrator can mend this: publish TLSA records that match the \
                certificate in use [{trace}] https://help.example/5.7.323
                """,
            line: """
                ruling=reject mode=enforce to=user@tlsa-invalid.example domain=tlsa-invalid.example \
                outcome=tlsa-invalid code=5.7.323 host=mx.tlsa-invalid.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="none of the usable TLSA records (1) \
                matches the server's chain"
                """),
        Golden(
            label: "ta-other-name",
            reply: """
                550 5.7.325 certificate-host-mismatch: ta-other-name.example: the certificate is for other names \
                (DANE): the server's certificate is for other.example, not for mx.ta-other-name.example or \
                ta-other-name.ex...; first seen {time}; only the recipient's administrator can mend this: install a \
                certificate with the name of the MX host [{trace}] https://help.example/5.7.325
                """,
            line: """
                ruling=reject mode=enforce to=user@ta-other-name.example domain=ta-other-name.example \
                outcome=certificate-host-mismatch code=5.7.325 host=mx.ta-other-name.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="the server's certificate is for \
                other.example, not for mx.ta-other-name.example or ta-other-name.example, though the chain to depth 1 \
                verifies (TLSA record 1, DANE-TA(2) SPKI(1) SHA2-256(1))"
                """),
        Golden(
            label: "tlsa-bogus",
            reply: """
                550 5.7.324 dnssec-invalid: tlsa-bogus.example: DNSSEC is broken: the signature of the TLSA records \
                of _{port}._tcp.mx.tlsa-bogus.example does not verify: altered or damaged data; first seen {time}; \
                only the recipient's administrator can mend this: repair DNSSEC [{trace}] https://help.example/5.7.324
                """,
            line: """
                ruling=reject mode=enforce to=user@tlsa-bogus.example domain=tlsa-bogus.example \
                outcome=dnssec-invalid code=5.7.324 host=mx.tlsa-bogus.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="the signature of the TLSA records of \
                _{port}._tcp.mx.tlsa-bogus.example does not verify: altered or damaged data"
                """),
        Golden(
            label: "mx-corrupt-signature",
            reply: """
                550 5.7.324 dnssec-invalid: mx-corrupt-signature.example: DNSSEC is broken: the signature of the MX \
                records of mx-corrupt-signature.example does not verify: altered or damaged data; first seen {time}; \
                only the recipient's administrator can mend this: repair DNSSEC [{trace}] https://help.example/5.7.324
                """,
            line: """
                ruling=reject mode=enforce to=user@mx-corrupt-signature.example domain=mx-corrupt-signature.example \
                outcome=dnssec-invalid code=5.7.324 host=- cached=no waited_ms={ms} failing_for=0s trace={trace} \
                client=192.0.2.9 qid=- \
                from=sender@example.org via=milter \
                cause="the signature of the MX records of mx-corrupt-signature.example does \
                not verify: altered or damaged data"
                """),
        Golden(
            label: "required-without-dane",
            reply: """
                550 5.7.10 dane-required: required-without-dane.example: local policy requires DANE and the domain \
                does not offer it; host mx.required-without-dane.example; first seen {time}; only the recipient's \
                administrator can mend this: sign the zones of domain and MX hosts, and publish TLSA records \
                [{trace}] https://help.example/5.7.10
                """,
            line: """
                ruling=reject mode=enforce to=user@required-without-dane.example domain=required-without-dane.example \
                outcome=dane-required code=5.7.10 host=mx.required-without-dane.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- from=sender@example.org via=milter \
                cause="no TLSA records"
                """),
        Golden(
            label: "null-mx",
            reply: """
                556 5.1.10 null-mx: null-mx.example: the domain does not accept mail (null MX); check the address \
                [{trace}] https://help.example/5.1.10
                """,
            line: """
                ruling=reject mode=enforce to=user@null-mx.example domain=null-mx.example outcome=null-mx code=5.1.10 \
                host=- cached=no waited_ms={ms} failing_for=- trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="its MX \
                record is \\".\\""
                """),
        Golden(
            label: "no.such",
            reply: """
                550 5.1.2 no-such-domain: no.such.example: the domain does not exist; check the address [{trace}] \
                https://help.example/5.1.2
                """,
            line: """
                ruling=reject mode=enforce to=user@no.such.example domain=no.such.example outcome=no-such-domain \
                code=5.1.2 host=- cached=no waited_ms={ms} failing_for=- trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter \
                cause="the domain does not exist"
                """),
        Golden(
            label: "no-address",
            reply: """
                550 5.4.4 no-mail-host: no-address.example: no mail host of the domain has an address; host \
                mx.no-address.example: the host has no address; first seen {time}; only the recipient's administrator \
                can mend this: publish address records for the MX hosts [{trace}] https://help.example/5.4.4
                """,
            line: """
                ruling=reject mode=enforce to=user@no-address.example domain=no-address.example outcome=no-mail-host \
                code=5.4.4 host=mx.no-address.example cached=no waited_ms={ms} failing_for=0s trace={trace} \
                client=192.0.2.9 qid=- from=sender@example.org via=milter cause="the host has no address"
                """),
        Golden(
            label: "tlsa-servfail",
            reply: """
                451 4.4.3 dns-unavailable: tlsa-servfail.example: the domain's DNS could not be asked: its TLSA \
                records could not be looked up: _{port}._tcp.mx.tlsa-servfail.example TLSA: the name servers gave no \
                usable answer; first seen {time}; try again later; if it lasts, tell the administrators of \
                both sides [{trace}] https://help.example/4.4.3
                """,
            line: """
                ruling=tempfail mode=enforce to=user@tlsa-servfail.example domain=tlsa-servfail.example \
                outcome=dns-unavailable code=4.4.3 host=mx.tlsa-servfail.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="its TLSA records could not be looked up: \
                _{port}._tcp.mx.tlsa-servfail.example TLSA: the name servers gave no usable answer"
                """),
        Golden(
            label: "private-address",
            reply: """
                451 4.4.1 unreachable: private-address.example: no mail host could be reached to check its DANE \
                records; host mx.private-address.example: fd00::1 is a unique-local address (fc00::/7); first seen \
                {time}; try again later; if it lasts, tell the administrators of both sides [{trace}] \
                https://help.example/4.4.1
                """,
            line: """
                ruling=tempfail mode=enforce to=user@private-address.example domain=private-address.example \
                outcome=unreachable code=4.4.1 host=mx.private-address.example cached=no waited_ms={ms} \
                failing_for=0s trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="fd00::1 is a unique-local address \
                (fc00::/7)"
                """),
        Golden(
            label: "busy-greeting",
            reply: """
                451 4.4.1 unreachable: busy-greeting.example: no mail host could be reached to check its DANE \
                records; host mx.busy-greeting.example: 421 4.3.2 Too many connections; first seen {time}; try again \
                later; if it lasts, tell the administrators of both sides [{trace}] https://help.example/4.4.1
                """,
            line: """
                ruling=tempfail mode=enforce to=user@busy-greeting.example domain=busy-greeting.example \
                outcome=unreachable code=4.4.1 host=mx.busy-greeting.example cached=no waited_ms={ms} failing_for=0s \
                trace={trace} client=192.0.2.9 qid=- from=sender@example.org via=milter \
                cause="421 4.3.2 Too many connections"
                """),
        Golden(
            label: "record-without-data",
            reply: """
                451 4.7.323 tlsa-invalid: record-without-data.example: a TLSA record of \
                mx.record-without-data.example has no association data, which makes Postfix 3.7 crash at delivery; \
                only the recipient's administrator can mend this: remove the TLSA record that has no data [{trace}] \
                https://help.example/4.7.323
                """,
            line: """
                ruling=tempfail mode=enforce to=user@record-without-data.example domain=record-without-data.example \
                outcome=encrypted code=4.7.323 host=mx.record-without-data.example cached=no waited_ms={ms} \
                failing_for=- trace={trace} client=192.0.2.9 qid=- from=sender@example.org via=milter \
                cause="a TLSA record of \
                mx.record-without-data.example has no association data, which makes Postfix 3.7 crash at delivery"
                """),
        Golden(
            label: "backup-verified",
            reply: nil,
            line: """
                ruling=accept mode=enforce to=user@backup-verified.example domain=backup-verified.example \
                outcome=verified code=- host=backup.backup-verified.example cached=no waited_ms={ms} failing_for=- \
                trace={trace} client=192.0.2.9 qid=- \
                from=sender@example.org via=milter cause="TLSA record 1, DANE-EE(3) SPKI(1) SHA2-256(1): matches \
                the server's key"
                """),
        Golden(
            label: "mx-expired",
            reply: """
                550 5.7.324 dnssec-invalid: mx-expired.example: DNSSEC is broken: its MX records are bogus: the \
                signature of the keys (DNSKEY) of mx-expired.example expired 10 days ago ({time}); first seen {time}; \
                only the recipient's administrator can mend this: repair DNSSEC [{trace}] https://help.example/5.7.324
                """,
            line: """
                ruling=reject mode=enforce to=user@mx-expired.example domain=mx-expired.example \
                outcome=dnssec-invalid code=5.7.324 host=- cached=no waited_ms={ms} failing_for=0s trace={trace} \
                client=192.0.2.9 qid=- \
                from=sender@example.org via=milter \
                cause="its MX records are bogus: the signature of the keys (DNSKEY) of \
                mx-expired.example expired 10 days ago ({time})"
                """),
    ]

    /// An inspection that has not ended.
    static let pending = Golden(
        label: "stalling-at-handshake",
        reply: """
            451 4.7.0 pending: stalling-at-handshake.example: the domain is still being checked; try again in some \
            minutes [{trace}]
            """,
        line: """
            ruling=tempfail mode=enforce to=user@stalling-at-handshake.example domain=stalling-at-handshake.example \
            outcome=pending code=4.7.0 host=- cached=no waited_ms={ms} failing_for=- trace={trace} client=192.0.2.9 \
            qid=- from=sender@example.org via=milter cause="the check has not ended yet"
            """)
}
