import DANE

extension Outcome {
    /// How it is found out, in the order of the look.
    var found: [String] {
        let secondLook =
            "The failure was looked at a second time before it counted: the records past every cache of danegate's own, the "
            + "hosts on new connections."
        let hosts =
            "The MX, A, AAAA and TLSA records were looked up and validated (DNSSEC) with the root's keys. Hosts were tried in "
            + "the order of their MX preference; none may be used."
        return switch self {
        case .verified:
            [
                "MX, address and TLSA records are secure (DNSSEC), the host offers STARTTLS, and its certificate matches a TLSA "
                    + "record: DANE-EE (3) by itself, DANE-TA (2) with a chain that is in date and a name that fits."
            ]
        case .encrypted:
            [
                "There are secure TLSA records, but none that can be used: usages 0 and 1, unknown parameters or data of the "
                    + "wrong length. STARTTLS and the TLS handshake succeeded; nobody was authenticated."
            ]
        case .opportunistic:
            [
                "A zone on the way is not signed (MX, address or TLSA), or DNSSEC proves that there are no TLSA records. Hosts "
                    + "without TLSA records are not connected to."
            ]
        case .unprobed:
            [
                "There are secure TLSA records. No connection was made: PROBE is off, or the host has been probed as often as "
                    + "PROBE_PER_HOUR allows, and nothing is known against it."
            ]
        case .startTLSNotSupported:
            [
                hosts,
                "A host with TLSA records did not offer STARTTLS after EHLO, does not know EHLO (500, 502), or "
                    + "refused the command.",
                secondLook,
            ]
        case .tlsFailed:
            [
                hosts,
                "A host with TLSA records offered STARTTLS, and the TLS handshake (1.2 or later) failed. The probe "
                    + "offers what Postfix 3.7 with OpenSSL 3.0 does (TLS OF THE PROBE in danegate(8)).",
                secondLook,
            ]
        case .certificateExpired:
            [
                hosts,
                "The chain matches a DANE-TA (2) record and is out of date. Under a DANE-EE (3) record dates do not count, unless "
                    + "EXPIRED_EE=fail.", secondLook,
            ]
        case .tlsaInvalid:
            [
                hosts,
                "TLS was established, and no usable TLSA record matches the chain that the server sent. That is so too where a "
                    + "DANE-TA chain is not valid yet.",
                secondLook
                    + " Records that had changed meanwhile were a roll-over, and healed; two connections that differ would be "
                    + "degraded, not this.",
            ]
        case .dnssecInvalid:
            [
                "An answer on the way (MX, address, TLSA, or the keys of a zone above them) is bogus: it does not validate "
                    + "although its zone is signed. The cause names the record set and the reason, with dates.",
                secondLook, "The root's keys were looked up beside it, so that the trouble is not this site's own.",
            ]
        case .certificateHostMismatch:
            [
                hosts,
                "The chain matches a DANE-TA (2) record and is in date, and its names are neither the MX host's (the TLSA base "
                    + "domain) nor, behind secure MX records, the recipient's domain.", secondLook,
            ]
        case .daneRequired:
            [
                "The policy file of this site demands DANE for the domain (require), and it has none: the verdict was "
                    + "opportunistic or encrypted."
            ]
        case .nullMX: ["The domain has a single MX record with the target \".\": it says itself that it takes no mail."]
        case .noSuchDomain:
            ["The DNS says that the name does not exist (NXDOMAIN), or what follows the @ is no domain name at all."]
        case .noMailHost:
            [
                "There are MX records, or the domain itself stands for one, and the DNS says of each target that it has no "
                    + "address."
            ]
        case .dnsUnavailable:
            [
                "A lookup got no answer within DNS_TIMEOUT, or an error (SERVFAIL, REFUSED) that is not a proven fault of "
                    + "DNSSEC; or this site's own resolver, clock or file table is in trouble (the cause says so, and the log "
                    + "has event=breaker)."
            ]
        case .unreachable:
            [
                "Hosts with TLSA records could not be connected to, or did not come as far as STARTTLS: refused, "
                    + "timed out, a 421 or 554 greeting, EHLO refused (501, 503, 504, 521, 550, 554), a 421 at any "
                    + "moment, or an address that is never probed (loopback, private, PROBE_DENY). A host that "
                    + "refuses us tells nothing of its TLS.",
                "Or the host's certificate is one that RFC 5280 forbids and GnuTLS does not read, and a DANE-TA "
                    + "record (2) stands for it. Under DANE-EE (3) the match alone counts, and such a host is judged.",
            ]
        case .pending:
            [
                "The look was not through within MILTER_DEADLINE. It goes on, and what it finds answers the next try. "
                    + "Or the domain has more MX hosts than one look goes through, and none of those seen may be "
                    + "used: then the next look goes on where this one ended.",
                "Or this machine had no slot left for a connection to a host (PROBE_CONCURRENCY, PROBE_PER_HOST). "
                    + "That is not kept, and the next try may find one.",
                "Or the host has been probed as often as PROBE_PER_HOUR allows, and what its address has shown lately "
                    + "to another name does not fit the TLSA records. That is not kept, either.",
            ]
        }
    }

    /// Where it is written: RFC sections.
    var sources: [String] {
        switch self {
        case .verified: ["RFC 7672 2.2, 3.1, 3.2"]
        case .encrypted: ["RFC 7672 2.2, 3.1.3", "RFC 7671 10.3"]
        case .opportunistic: ["RFC 7672 2.2, 2.2.2"]
        case .unprobed: ["RFC 7672 2.2.3"]
        case .startTLSNotSupported: ["RFC 7672 2.2, 9.2", "RFC 3207 4"]
        case .tlsFailed: ["RFC 7672 2.2, 8.1", "RFC 7671 2"]
        case .certificateExpired: ["RFC 7672 3.1.1, 3.1.2", "RFC 7671 5.2"]
        case .tlsaInvalid: ["RFC 7672 2.2, 3.2", "RFC 7671 8", "RFC 6698 4.1"]
        case .dnssecInvalid: ["RFC 7672 2.1.1, 2.1.2", "RFC 4035 4.3, 5"]
        case .certificateHostMismatch: ["RFC 7672 3.2.2, 3.2.3", "RFC 7671 5.2"]
        case .daneRequired: ["RFC 7672 2.2 (mandatory DANE)"]
        case .nullMX: ["RFC 7505 3, 4.1"]
        case .noSuchDomain: ["RFC 5321 5.1"]
        case .noMailHost: ["RFC 5321 5.1"]
        case .dnsUnavailable: ["RFC 7672 2.1.1, 2.1.2", "RFC 5321 5.1"]
        case .unreachable: ["RFC 7672 2.2", "RFC 5321 4.5.4.1"]
        case .pending: ["RFC 3463 3.8 (X.7.0)", "RFC 5321 5.1"]
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
            "4/5.7.324 dnssec-invalid; for some domains 4/5.4.312 DNS query failed, a known limitation of it"
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
