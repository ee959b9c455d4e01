extension Outcome {
    /// Subject and detail of the outcome's enhanced code; nil where there is nothing to refuse.
    ///
    /// X.7.321 to X.7.325 are Microsoft's (Exchange Online); X.1.10 is RFC 7505 §4.1; the others are RFC 3463 and the
    /// meanings Postfix gives them.
    private var subjectAndDetail: (UInt16, UInt16)? {
        switch self {
        case .verified, .encrypted, .opportunistic, .unprobed: nil
        case .startTLSNotSupported, .tlsFailed: (7, 321)
        case .certificateExpired: (7, 322)
        case .tlsaInvalid: (7, 323)
        case .dnssecInvalid: (7, 324)
        case .certificateHostMismatch: (7, 325)
        case .daneRequired: (7, 10)
        case .nullMX: (1, 10)
        case .noSuchDomain: (1, 2)
        case .noMailHost: (4, 4)
        case .dnsUnavailable: (4, 3)
        case .unreachable: (4, 1)
        case .pending: (7, 0)
        }
    }

    /// The enhanced code of a refusal of the given class; nil where the outcome refuses nobody.
    public func enhancedCode(_ class: EnhancedStatusCode.Class) -> EnhancedStatusCode? {
        subjectAndDetail.map { EnhancedStatusCode(`class`, $0.0, $0.1) }
    }

    /// The last two digits of the basic code: 451 for now, 550 for good, 556 for a null MX (RFC 7505 §4.1).
    public func basicDetail(_ class: EnhancedStatusCode.Class) -> UInt16 {
        switch `class` {
        case .persistentTransient: 51
        case .permanent: self == .nullMX ? 56 : 50
        }
    }

    /// What the outcome means, as a sentence without a full stop, for a reply or a report.
    public var meaning: String {
        switch self {
        case .verified: "an MX host was authenticated by DANE"
        case .encrypted: "TLSA records are present but none is usable, so TLS is mandatory, and it works"
        case .opportunistic: "no DANE applies"
        case .unprobed: "TLSA records are present; the hosts were not probed"
        case .startTLSNotSupported: "the destination publishes TLSA records but does not support STARTTLS"
        case .tlsFailed: "the destination publishes TLSA records but the TLS handshake fails"
        case .certificateExpired: "the certificate chain of the destination is out of date"
        case .tlsaInvalid: "the destination failed DANE validation"
        case .dnssecInvalid: "the destination returned invalid DNSSEC records"
        case .certificateHostMismatch: "the certificate names of the destination do not match (DANE)"
        case .daneRequired: "local policy requires DANE and the destination does not offer it"
        case .nullMX: "the domain does not accept mail (null MX)"
        case .noSuchDomain: "the domain does not exist"
        case .noMailHost: "no mail host of the domain has an address"
        case .dnsUnavailable: "the DNS of the destination could not be asked"
        case .unreachable: "no mail host of the destination could be reached to check its DANE records"
        case .pending: "the destination is still being checked"
        }
    }

    /// What to do about it, and who, as a sentence without a full stop; nil where there is nothing to do.
    public var remedy: String? {
        switch self {
        case .verified, .encrypted, .opportunistic, .unprobed: nil
        case .startTLSNotSupported:
            "its operator should offer STARTTLS to every client, or withdraw the TLSA records"
        case .tlsFailed: "its operator should mend TLS (1.2 or later), or withdraw the TLSA records"
        case .certificateExpired: "its operator should renew the certificate"
        case .tlsaInvalid: "its operator should publish TLSA records that match the certificate in use"
        case .dnssecInvalid: "its DNS operator should mend DNSSEC (signatures, DS and DNSKEY, denial of existence)"
        case .certificateHostMismatch: "its operator should install a certificate with the name of the MX host"
        case .daneRequired: "its operator should publish DNSSEC-signed TLSA records"
        case .nullMX, .noSuchDomain: "check the address"
        case .noMailHost: "its operator should publish address records for its MX hosts"
        case .dnsUnavailable, .unreachable, .pending: "try again later"
        }
    }
}
