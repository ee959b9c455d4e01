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

    /// The enhanced code of a refusal for now where it is this site's own configuration that leads to the next hop.
    ///
    /// The code of a domain that does not exist, or takes no mail, is about the recipient's address (X.1.x), which is
    /// none of the matter there: RFC 3463 §3.4 has X.3.5, "system incorrectly configured". DANE's own codes stay what
    /// they are.
    public var ownNextHopCode: EnhancedStatusCode? {
        switch self {
        case .nullMX, .noSuchDomain: EnhancedStatusCode(.persistentTransient, 3, 5)
        default: enhancedCode(.persistentTransient)
        }
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
        case .startTLSNotSupported: "TLSA records demand TLS and STARTTLS is not supported"
        case .tlsFailed: "TLSA records demand TLS and the handshake fails"
        case .certificateExpired: "the certificate chain is out of date (DANE)"
        case .tlsaInvalid: "the server fails DANE validation"
        case .dnssecInvalid: "DNSSEC is broken"
        case .certificateHostMismatch: "the certificate is for other names (DANE)"
        case .daneRequired: "local policy requires DANE and the domain does not offer it"
        case .nullMX: "the domain does not accept mail (null MX)"
        case .noSuchDomain: "the domain does not exist"
        case .noMailHost: "no mail host of the domain has an address"
        case .dnsUnavailable: "the domain's DNS could not be asked"
        case .unreachable: "no mail host could be reached to check its DANE records"
        case .pending: "the domain is still being checked"
        }
    }

    /// What to do about it, and who, as a sentence without a full stop; nil where there is nothing to do.
    ///
    /// A sender cannot mend a domain that is not his: he is told who can, and may pass the sentence on.
    public var remedy: String? {
        if let repair { return "only the recipient's administrator can mend this: \(repair)" }
        return switch self {
        case .nullMX, .noSuchDomain: "check the address"
        // Whose fault it is is not known.
        case .dnsUnavailable, .unreachable: "try again later; if it lasts, tell the administrators of both sides"
        case .pending: "try again in some minutes"
        default: nil
        }
    }

    /// What the recipient's administrator should do; nil where the fault is not his for certain.
    public var repair: String? {
        switch self {
        case .startTLSNotSupported: "offer STARTTLS to every client, or withdraw the TLSA records"
        case .tlsFailed: "make TLS 1.2 or later work, or withdraw the TLSA records"
        case .certificateExpired: "renew the certificate"
        case .tlsaInvalid: "publish TLSA records that match the certificate in use"
        case .dnssecInvalid: "repair DNSSEC"
        case .certificateHostMismatch: "install a certificate with the name of the MX host"
        case .daneRequired: "sign the zones of domain and MX hosts, and publish TLSA records"
        case .noMailHost: "publish address records for the MX hosts"
        case .verified, .encrypted, .opportunistic, .unprobed, .nullMX, .noSuchDomain, .dnsUnavailable, .unreachable,
            .pending:
            nil
        }
    }

    /// Whether it is of interest for how long it has been so: not where it is in order, or a fact that waiting does not change.
    public var lasts: Bool {
        switch defaultRuling {
        case .deferThenReject: true
        case .tempfail: self != .pending
        case .accept, .reject: false
        }
    }
}
