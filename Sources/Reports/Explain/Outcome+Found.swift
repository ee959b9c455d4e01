import DANE
import Rules

extension Outcome {
    /// How it is found out, in the order of the look.
    var found: [String] {
        let secondLook =
            """
            danegate looked at the failure a second time before it counted: at the records past all its caches, \
            and at the hosts on new connections.
            """
        let hosts =
            """
            danegate looked up the MX, A, AAAA and TLSA records and validated them with the keys of the root. It \
            tried the hosts in the order of their MX preference, and none of them may be used.
            """
        return switch self {
        case .verified:
            [
                """
                MX, address and TLSA records are secure, the host offers STARTTLS, and its certificate matches a \
                TLSA record. Under DANE-EE (3) that is enough. Under DANE-TA (2) the chain must be in date and a \
                name must fit as well.
                """
            ]
        case .encrypted:
            [
                """
                There are secure TLSA records, and none of them is usable: they have usage 0 or 1, unknown \
                parameters, or data of the wrong length. STARTTLS and the TLS handshake succeeded, and nobody \
                was authenticated.
                """
            ]
        case .opportunistic:
            [
                """
                A zone on the way is not signed (that of the MX, address or TLSA records), or DNSSEC proves that \
                there are no TLSA records. danegate does not connect to hosts without TLSA records.
                """
            ]
        case .unprobed:
            [
                """
                There are secure TLSA records, and no connection was made. Either DANEGATE_PROBE is off, or the \
                host has been probed as often as DANEGATE_PROBE_PER_HOUR allows and nothing is known against it.
                """
            ]
        case .startTLSNotSupported:
            [
                hosts,
                """
                A host with TLSA records did not offer STARTTLS after EHLO, does not know EHLO (500, 502), or \
                refused STARTTLS.
                """,
                secondLook,
            ]
        case .tlsFailed:
            [
                hosts,
                """
                A host with TLSA records offered STARTTLS, and the TLS handshake (1.2 or later) failed. The \
                probe offers what Postfix 3.7 with OpenSSL 3.0 does; danegate(8), TLS OF THE PROBE, has the \
                list.
                """,
                secondLook,
            ]
        case .certificateExpired:
            [
                hosts,
                """
                The chain matches a DANE-TA (2) record and is out of date. Under a DANE-EE (3) record dates do \
                not count, unless DANEGATE_EXPIRED_EE=fail.
                """, secondLook,
            ]
        case .tlsaInvalid:
            [
                hosts,
                """
                TLS was established, and no usable TLSA record matches the chain that the server sent. A DANE-TA \
                chain that is not valid yet counts as that, too.
                """,
                secondLook
                    + """
                     If the records had changed meanwhile, the new ones counted. If two connections had \
                    differed, the domain would be degraded and not this.
                    """,
            ]
        case .dnssecInvalid:
            [
                """
                An answer on the way is bogus: it does not validate although its zone is signed. It may be that \
                of the MX, address or TLSA records, or of the keys of a zone above them. The cause names the \
                records and the reason, with dates.
                """,
                secondLook, "danegate looked up the root's keys beside it, so that the trouble is not this site's own.",
            ]
        case .certificateHostMismatch:
            [
                hosts,
                """
                The chain matches a DANE-TA (2) record and is in date. Its names are neither the MX host's (the \
                TLSA base domain) nor, behind secure MX records, the recipient's domain.
                """, secondLook,
            ]
        case .daneRequired:
            [
                """
                The policy file of this site demands DANE for the domain (require), and it has none: the verdict \
                was opportunistic or encrypted.
                """
            ]
        case .nullMX:
            [
                """
                The domain has a single MX record with the target ".", by which it says that it takes no mail.
                """
            ]
        case .noSuchDomain:
            ["The DNS says that the name does not exist (NXDOMAIN), or what follows the @ is no domain name at all."]
        case .noMailHost:
            [
                """
                There are MX records, or the domain itself is its mail host, and the DNS says of each of these \
                hosts that it has no address.
                """
            ]
        case .dnsUnavailable:
            [
                """
                A lookup got no answer within DANEGATE_DNS_TIMEOUT, or an error (SERVFAIL, REFUSED) that is not \
                a proven fault of DNSSEC. Or this site's own resolver, clock or file table is in trouble; the \
                cause says so, and the log has event=breaker.
                """
            ]
        case .unreachable:
            [
                """
                No connection to a host with TLSA records came as far as STARTTLS. It was refused or timed out, \
                or the host greeted with 421 or 554, refused EHLO (501, 503, 504, 521, 550, 554), or closed with \
                421. Or danegate never connects to its address (loopback, private, DANEGATE_PROBE_DENY). Nothing \
                is then known of the host's TLS.
                """,
                """
                Or the host's certificate is one that RFC 5280 forbids and GnuTLS does not read, and a DANE-TA \
                (2) record stands for it. Under DANE-EE (3) the match alone counts, and such a host is judged.
                """,
            ]
        case .pending:
            [
                """
                The look was not complete within DANEGATE_MILTER_DEADLINE. It goes on, and what it finds answers \
                the next try. Or the domain has more MX hosts than one look goes through, and none of those seen \
                may be used. The next look then goes on where this one ended.
                """,
                """
                Or this machine had no slot left for a connection to a host (DANEGATE_PROBE_CONCURRENCY, \
                DANEGATE_PROBE_PER_HOST). danegate does not keep that, and the next try may find a slot.
                """,
                """
                Or the host has been probed as often as DANEGATE_PROBE_PER_HOUR allows, and what its address has \
                shown lately to another name does not fit the TLSA records. danegate does not keep that, either.
                """,
            ]
        }
    }

    /// Where it is written.
    var sources: [Rule.Source] {
        switch self {
        case .verified: [.rfc(7672, "2.2", "3.1", "3.2")]
        case .encrypted: [.rfc(7672, "2.2", "3.1.3"), .rfc(7671, "10.3")]
        case .opportunistic: [.rfc(7672, "2.2", "2.2.2")]
        case .unprobed: [.rfc(7672, "2.2.3")]
        case .startTLSNotSupported: [.rfc(7672, "2.2", "9.2"), .rfc(3207, "4")]
        case .tlsFailed: [.rfc(7672, "2.2", "8.1"), .rfc(7671, "2")]
        case .certificateExpired: [.rfc(7672, "3.1.1", "3.1.2"), .rfc(7671, "5.2")]
        case .tlsaInvalid: [.rfc(7672, "2.2", "3.2"), .rfc(7671, "8"), .rfc(6698, "4.1")]
        case .dnssecInvalid: [.rfc(7672, "2.1.1", "2.1.2"), .rfc(4035, "4.3", "5")]
        case .certificateHostMismatch: [.rfc(7672, "3.2.2", "3.2.3"), .rfc(7671, "5.2")]
        case .daneRequired: [.rfc(7672, "2.2")]
        case .nullMX: [.rfc(7505, "3", "4.1")]
        case .noSuchDomain, .noMailHost: [.rfc(5321, "5.1")]
        case .dnsUnavailable: [.rfc(7672, "2.1.1", "2.1.2"), .rfc(5321, "5.1")]
        case .unreachable: [.rfc(7672, "2.2"), .rfc(5321, "4.5.4.1")]
        case .pending: [.rfc(3463, "3.8"), .rfc(5321, "5.1")]
        }
    }

    /// What Exchange Online calls it; nil where it has no name of its own for it.
    var exchangeOnline: String? {
        switch self {
        case .startTLSNotSupported: "4/5.7.321 starttls-not-supported"
        case .tlsFailed: "4/5.7.321 starttls-not-supported (it does not tell a failed handshake apart)"
        case .certificateExpired: "4/5.7.322 certificate-expired"
        case .tlsaInvalid: "4/5.7.323 tlsa-invalid"
        case .dnssecInvalid:
            "4/5.7.324 dnssec-invalid; for some domains 4/5.4.312 DNS query failed, which is a known limitation"
        case .certificateHostMismatch: "4/5.7.325 certificate-host-mismatch"
        case .dnsUnavailable:
            "4/5.4.312 DNS query failed; 4.7.324 where it is the TLSA query that gets SERVFAIL or no answer"
        case .noMailHost, .verified, .encrypted, .opportunistic, .unprobed, .daneRequired, .nullMX, .noSuchDomain,
            .unreachable,
            .pending:
            nil
        }
    }
}
