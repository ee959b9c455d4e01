extension Glossary {
    /// Terms and abbreviations of the RFCs, as the texts of this command use them. A test holds this to be all of them.
    static let terms: [Entry] = [
        // DNS.
        ("DNS", "The Domain Name System, which has the names of hosts and domains and what belongs to them."),
        ("A", "A record in the DNS with an IPv4 address of a host."),
        ("AAAA", "A record in the DNS with an IPv6 address of a host."),
        ("MX", "A record in the DNS that names a mail server of a domain, an MX host, and its preference."),
        ("CNAME", "A record in the DNS that makes a name an alias for another one."),
        ("DNAME", "A record in the DNS that makes all names below a name aliases for those below another one."),
        ("TTL", "How long caches may keep a record, in seconds."),
        ("NODATA", "The answer that a name exists and has no record of the kind that was asked for."),
        ("NXDOMAIN", "The answer that a name does not exist."),
        ("SERVFAIL", "The answer of a name server or resolver that could not find an answer."),
        ("REFUSED", "The answer of a name server that does not want to answer."),
        ("NOTIMP", "The answer of a name server that does not know this kind of query."),
        ("A-label", "A label of an internationalized name in ASCII, as it stands in the DNS: xn--bcher-kva."),
        ("IDNA", "Internationalized Domain Names in Applications: how a name in any script becomes one in ASCII."),
        ("TCP", "The transport for the DNS when an answer is too large for UDP. SMTP and TLS always use it."),
        ("UDP", "The transport for most queries of the DNS. Its answers have a limited size."),
        // DNSSEC.
        (
            """
            DNSSEC
            """,
            """
            Signatures in the DNS, by which a resolver sees that an answer is what the zone's owner published.
            """
        ),
        ("DNSKEY", "A record with a key by which a zone is signed."),
        ("DS", "A record at the parent of a zone that stands for the zone's key. The registrar sets it."),
        ("RRSIG", "A record with the signature of other records. It is valid from one date to another."),
        ("NSEC", "A signed record that proves that a name or a record does not exist."),
        ("NSEC3", "A signed record like NSEC that shows hashes in the place of names."),
        ("secure", "Of an answer: signed, with an unbroken chain of signatures from the root."),
        (
            """
            insecure
            """,
            """
            Of an answer: proven to come from a zone that is not signed. It can be used, but DANE does not apply.
            """
        ),
        ("bogus", "Of an answer: it should be signed, and its signatures do not validate. It must not be used."),
        (
            "indeterminate",
            "Of an answer: records that are needed to validate it cannot be had. It counts as a lookup that failed."
        ),
        ("AD bit", "The mark by which a resolver says that it has validated an answer."),
        // DANE.
        ("DANE", "DNS-Based Authentication of Named Entities: the DNS says which certificate a server has."),
        (
            """
            TLSA
            """,
            """
            A record in the DNS that stands for a server's certificate. It has a usage, a selector and a matching \
            type.
            """
        ),
        (
            "TLSA base domain",
            "The name below which TLSA records are looked for, such as mx.example.org for _25._tcp.mx.example.org."
        ),
        (
            """
            usage
            """,
            """
            The first number of a TLSA record: which certificate of the chain it stands for, and how it is checked.
            """
        ),
        ("selector", "The second number of a TLSA record: whether it stands for the whole certificate or for its key."),
        ("matching type", "The third number of a TLSA record: whether it has the data themselves or a digest of them."),
        (
            """
            PKIX-TA
            """,
            """
            Usage 0: an authority that a public list of authorities must also contain. It is unusable for SMTP.
            """
        ),
        (
            """
            PKIX-EE
            """,
            """
            Usage 1: the server's certificate, which a public authority must also have issued. It is unusable for \
            SMTP.
            """
        ),
        (
            """
            DANE-TA
            """,
            """
            Usage 2: the certificate of an authority, the trust anchor, that has issued the server's certificate.
            """
        ),
        ("DANE-EE", "Usage 3: the server's own certificate or key. Names and dates do not count."),
        ("Cert", "Selector 0: the whole certificate."),
        (
            """
            SPKI
            """,
            """
            Selector 1: the public key in the certificate (SubjectPublicKeyInfo). It stays when a renewal keeps the \
            key.
            """
        ),
        ("Full", "Matching type 0: the certificate or key itself and no digest."),
        ("SHA2-256", "Matching type 1: a digest of 32 bytes. It is the usual one."),
        ("SHA2-512", "Matching type 2: a digest of 64 bytes."),
        ("SHA-1", "An old digest of 20 bytes. TLSA records cannot use it, and certificates should not."),
        ("MD5", "An old digest of 16 bytes that no certificate should use any more."),
        (
            "3 1 1",
            """
            The recommended TLSA record: DANE-EE(3), SPKI(1), SHA2-256(1), a digest of the server's own public \
            key. danegate explain tlsa-invalid has the command that computes it.
            """
        ),
        (
            "2 1 1",
            """
            A TLSA record with DANE-TA(2), SPKI(1) and SHA2-256(1): a digest of the public key of an issuing \
            authority.
            """
        ),
        (
            """
            usable
            """,
            """
            Of a TLSA record: its usage, selector and matching type are supported, and its data are well formed.
            """
        ),
        (
            """
            trust anchor
            """,
            """
            The certificate or key at which the check of a chain ends, because a record or a setting says so.
            """
        ),
        ("reference identifier", "A name that the certificate may have so that it counts as the right one."),
        ("digest algorithm agility", "Of digests of the same data only the strongest counts."),
        // SMTP and TLS.
        ("SMTP", "The protocol by which mail is sent from server to server."),
        ("MTA", "A mail server such as Postfix or Sendmail, which sends mail on."),
        ("EHLO", "The command by which a client greets a mail server. The reply lists extensions such as STARTTLS."),
        ("HELO", "The older form of EHLO, to which the reply lists no extensions."),
        ("STARTTLS", "The command by which a client turns TLS on in a connection that began in cleartext."),
        ("RCPT", "The command by which a client names a recipient. It is what danegate answers."),
        ("QUIT", "The command by which a client ends a connection."),
        ("SMTPUTF8", "The extension for mail addresses whose local part is not ASCII."),
        (
            """
            next hop
            """,
            """
            Where an MTA sends mail for a recipient: the recipient's domain, or what its configuration says.
            """
        ),
        ("MX host", "A mail server that an MX record of a domain names."),
        (
            """
            TLS
            """,
            """
            Transport Layer Security: encryption of a connection, with certificates that say who the other end is.
            """
        ),
        ("SSL", "The older name of TLS. Its versions are no longer used."),
        (
            """
            SNI
            """,
            """
            Server Name Indication: the name that a client says in the handshake, so that the server can choose a \
            certificate.
            """
        ),
        ("CN", "The Common Name in the subject of a certificate: an older place for the name of a server."),
        ("PEM", "The form in which certificates are kept as text, with lines such as BEGIN CERTIFICATE."),
        ("RSA", "A kind of key and signature. Many servers have an RSA certificate and an ECDSA one."),
        ("ECDSA", "A kind of key and signature with elliptic curves, shorter than RSA."),
        ("DHE", "A way to agree on keys in TLS, older than elliptic curves."),
        ("CCM", "A mode of encryption that some suites of TLS use. Few mail servers have it."),
        (
            """
            MTA-STS
            """,
            """
            A policy that a domain publishes on a web server: which MX hosts it has and that they do TLS. RFC 8461.
            """
        ),
        // How RFCs speak.
        ("MUST", "In an RFC: it is required. Whoever does otherwise breaks the protocol."),
        ("SHOULD", "In an RFC: it is required unless there is a good reason to do otherwise."),
        ("MAY", "In an RFC: it is allowed, and nobody can rely on it."),
    ]
}
