extension Outcome {
    /// Subject and detail of the outcome's enhanced code. nil if the outcome refuses nobody.
    ///
    /// X.7.321 to X.7.325 are Microsoft's (Exchange Online). X.1.10 is from RFC 7505 §4.1 (N-03). The others are from
    /// RFC 3463, with the meanings that Postfix gives them.
    private var subjectAndDetail: (UInt16, UInt16)? {
        switch self {
        case .verified, .encrypted, .opportunistic, .unprobed: nil
        case .startTLSNotSupported, .tlsFailed: (7, 321)
        case .certificateExpired: (7, 322)
        case .tlsaInvalid: (7, 323)
        case .dnssecInvalid: (7, 324)
        case .certificateHostMismatch: (7, 325)
        case .daneRequired: (7, 10)
        // N-03, RFC 7505 §4.1.
        case .nullMX: (1, 10)
        // S-02, RFC 5321 §5.1.
        case .noSuchDomain: (1, 2)
        case .noMailHost: (4, 4)
        case .dnsUnavailable: (4, 3)
        case .unreachable: (4, 1)
        case .pending: (7, 0)
        }
    }

    /// The enhanced code of a refusal with the given class. nil if the outcome refuses nobody.
    public func enhancedCode(_ class: EnhancedStatusCode.Class) -> EnhancedStatusCode? {
        subjectAndDetail.map { EnhancedStatusCode(`class`, $0.0, $0.1) }
    }

    /// The enhanced code of a temporary refusal when this site's own configuration names the next hop.
    ///
    /// A code that says that the domain does not exist or takes no mail is about the recipient's address (X.1.x), and
    /// the recipient's address is not the problem here. RFC 3463 §3.4 has X.3.5 for this, "system incorrectly
    /// configured". DANE's own codes stay the same.
    public var ownNextHopCode: EnhancedStatusCode? {
        // F-91: the site's own next hop is at fault, never the recipient.
        switch self {
        case .nullMX, .noSuchDomain: EnhancedStatusCode(.persistentTransient, 3, 5)
        default: enhancedCode(.persistentTransient)
        }
    }

    /// The last two digits of the basic code: 451 for a temporary refusal, 550 for a permanent one, 556 for a null MX
    /// (N-03, RFC 7505 §4.1).
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

    /// What to do about it and who can do it, as a sentence without a full stop. nil if there is nothing to do.
    ///
    /// A sender cannot repair the domain of somebody else. The sentence names who can, so that the sender can pass it
    /// on.
    public var remedy: String? {
        if let repair { return "only the recipient's administrator can mend this: \(repair)" }
        return switch self {
        case .nullMX, .noSuchDomain: "check the address"
        // Nobody knows which side is at fault.
        case .dnsUnavailable, .unreachable: "try again later; if it lasts, tell the administrators of both sides"
        case .pending: "try again in some minutes"
        default: nil
        }
    }

    /// What the recipient's administrator should do. nil unless the fault is certainly on the recipient's side.
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

    /// Whether it is of interest how long the outcome has lasted. Not for one that accepts, nor for one that waiting
    /// does not change.
    public var lasts: Bool {
        switch defaultRuling {
        case .deferThenReject: true
        case .tempfail: self != .pending
        case .accept, .reject: false
        }
    }
}
