import DANE

extension Outcome {
    /// What the recipient's administrator should do, in order, with commands. `DOMAIN` is the mail domain, `HOST` the
    /// MX host of the reply.
    var administratorSteps: [Explanation.Step] {
        switch self {
        case .tlsaInvalid: Self.compare + Self.publish
        case .certificateExpired:
            [
                .init(
                    "See which certificate of the chain is out of date. It may be an intermediate or the trust anchor.",
                    Self.showChain, "openssl x509 -in CERTIFICATE -noout -subject -issuer -dates"),
                .init("Renew it, install the whole chain with the trust anchor, and reload the mail server."),
                .init(
                    """
                    If the key has changed, the TLSA records must change as well, in the order that tlsa-invalid \
                    describes.
                    """),
                Self.recheck,
            ]
        case .certificateHostMismatch:
            [
                .init(
                    "See which names the certificate has.",
                    """
                    openssl s_client -starttls smtp -connect HOST:25 -servername HOST </dev/null | openssl x509 \
                    -noout -ext subjectAltName
                    """),
                .init(
                    """
                    Install a certificate with the MX host's own name as DNS name, or publish a 3 1 1 record in \
                    the place of the one with usage 2. DANE-EE does not look at names.
                    """), Self.recheck,
            ]
        case .startTLSNotSupported:
            [
                .init(
                    """
                    See what the server offers to a stranger. STARTTLS must be in the reply to EHLO, for every \
                    client.
                    """,
                    "openssl s_client -starttls smtp -connect HOST:25 -servername HOST </dev/null"),
                .init(
                    """
                    Look for a firewall that inspects SMTP (XXXXXXXA in the place of STARTTLS), for a server \
                    that offers STARTTLS only to known clients, and for a certificate that the server cannot \
                    read (454).
                    """),
                .init(
                    "If the host is to have no TLS, remove its TLSA records.", "dig +dnssec TLSA _25._tcp.HOST"),
                Self.recheck,
            ]
        case .tlsFailed:
            [
                .init(
                    "See where the handshake fails.",
                    "openssl s_client -starttls smtp -connect HOST:25 -servername HOST -tls1_2 </dev/null",
                    "openssl s_client -starttls smtp -connect HOST:25 -servername HOST -tls1_3 </dev/null"),
                .init(
                    """
                    Allow TLS 1.2 and 1.3 with forward secrecy, and use a key of at least 2048 bits (RSA) or \
                    P-256. Demand no client certificate, and accept every name in SNI.
                    """), Self.recheck,
            ]
        case .dnssecInvalid:
            [
                .init(
                    """
                    See where the chain of trust breaks. The first line that fails names the zone, and delv \
                    tells the reason.
                    """,
                    "delv +vtrace MX DOMAIN", "delv +vtrace TLSA _25._tcp.HOST", "dig +dnssec +cd MX DOMAIN"),
                .init(
                    """
                    If signatures have expired, have the zone signed again, on every name server. If no key \
                    matches the DS record, put the right DS record at the registrar, or remove it.
                    """,
                    "dig +short DS DOMAIN", "dig +noall +answer DNSKEY DOMAIN | dnssec-dsfromkey -2 -f - DOMAIN"),
                .init(
                    "Compare all name servers. One with an old copy of the zone makes some tries fail.",
                    "for ns in $(dig +short NS DOMAIN); do dig +dnssec +norec @$ns SOA DOMAIN; done"),
                Self.recheck,
            ]
        case .daneRequired:
            [
                .init(
                    "Sign the zones of the domain and of its MX hosts, with DS records at their parents.",
                    "delv MX DOMAIN")
            ] + Self.publish
        case .noMailHost:
            [
                .init(
                    "Give each MX target an address, or remove the MX record.", "dig MX DOMAIN", "dig A HOST",
                    "dig AAAA HOST"),
                Self.recheck,
            ]
        case .nullMX:
            [.init("If the domain is to take mail, replace the null MX.", "dig MX DOMAIN")]
        case .noSuchDomain:
            [.init("If the name is right, look at registration and delegation.", "dig +trace NS DOMAIN")]
        case .dnsUnavailable:
            [
                .init(
                    """
                    Ask each name server from outside, also over TCP and for TLSA records. A firewall that drops \
                    either has this effect.
                    """,
                    "dig +trace MX DOMAIN", "dig +tcp +dnssec @NAMESERVER TLSA _25._tcp.HOST"), Self.recheck,
            ]
        case .unreachable:
            [
                .init(
                    "Open port 25 to everyone, greet with 220, and refuse no client before it has said what it wants.",
                    "openssl s_client -starttls smtp -connect HOST:25 -servername HOST </dev/null"),
                Self.recheck,
            ]
        case .encrypted:
            [
                .init(
                    "The TLSA records protect less than they could. Publish a usable one, such as 3 1 1.",
                    Self.record)
            ]
        case .verified, .opportunistic, .unprobed, .pending: []
        }
    }

    /// What the administrator of this gate can do.
    var stepsHere: [Explanation.Step] {
        switch defaultRuling {
        case .accept: return []
        case .deferThenReject, .reject:
            return [
                .init("See which recipients had it, and what was found then.", "danegate trace --domain DOMAIN"),
                .init("See it for yourself, past every cache.", "danegate check DOMAIN"),
                .init(
                    "Tell the domain's postmaster, with the evidence, and let mail pass meanwhile if it must.",
                    "danegate notice DOMAIN", "danegate exempt add DOMAIN --until DATE --reason TEXT"),
            ]
        case .tempfail:
            return switch self {
            case .dnsUnavailable:
                [
                    .init(
                        """
                        If many domains have it, the trouble is your own. Look for event=breaker and \
                        event=resolver-down in the log. See whether this machine may ask name servers (port 53, \
                        UDP and TCP).
                        """,
                        "danegate check DOMAIN", "dig +dnssec DNSKEY . @198.41.0.4", "timedatectl")
                ]
            case .unreachable:
                [
                    .init(
                        """
                        If every host with TLSA records has it, outbound port 25 is blocked here. Until it is \
                        open, DANEGATE_PROBE=off judges by the DNS alone.
                        """,
                        "danegate check DOMAIN", "nc -vz HOST 25"),
                    .init(
                        """
                        If the cause says that EHLO was refused, see whether the name that the probe says leads \
                        to this machine's address in the DNS, and the address to the name. If not, set \
                        DANEGATE_PROBE_HELO. If the name is right, the host has this machine's address on a \
                        list.
                        """,
                        "danegate status", "danegate settings", "hostname -f"),
                ]
            default:
                [
                    .init(
                        "If it lasts, see what takes so long.", "danegate check DOMAIN")
                ]
            }
        }
    }

    private static let recheck = Explanation.Step(
        "Look again. danegate check shows every step.", "danegate check DOMAIN")

    private static let showChain =
        "openssl s_client -starttls smtp -connect HOST:25 -servername HOST -showcerts </dev/null"

    /// The 3 1 1 record of the certificate in use.
    private static let record =
        """
        openssl s_client -starttls smtp -connect HOST:25 -servername HOST </dev/null | openssl x509 -noout \
        -pubkey | openssl pkey -pubin -outform DER | sha256sum
        """

    private static let compare: [Explanation.Step] = [
        .init(
            "Compare what is published with what the server shows.", "dig +dnssec TLSA _25._tcp.HOST",
            """
            openssl s_client -starttls smtp -connect HOST:25 -servername HOST -dane_tlsa_domain HOST \
            -dane_tlsa_rrdata "3 1 1 DATA" </dev/null
            """)
    ]

    private static let publish: [Explanation.Step] = [
        .init(
            """
            Compute the 3 1 1 record of the key in use. Publish it as _25._tcp.HOST. IN TLSA 3 1 1 DATA, for \
            every MX host that uses the key. Then remove records that match nothing.
            """,
            record),
        .init(
            """
            At the next change of keys, first publish the TLSA record of the new key beside the old one. Then \
            wait two TTLs of the record, and install key and certificate. Only then remove the old record. A \
            renewal that keeps the key needs no new record (certbot: --reuse-key).
            """),
        recheck,
    ]
}
