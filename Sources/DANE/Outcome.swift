/// What is true about a destination, or about one host or address of it. The raw values are used everywhere: log, JSON,
/// settings, documentation.
public enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// An MX host was authenticated by DANE.
    case verified
    /// Secure TLSA records, none usable: STARTTLS is mandatory, and works (RFC 7672 §2.2).
    case encrypted
    /// No DANE applies: an insecure zone, or TLSA records proven absent.
    case opportunistic
    /// Secure TLSA records are there, and nothing more was asked: the site has switched the probe off, or the host has been probed as
    /// often as is polite.
    case unprobed
    /// Secure TLSA records, and STARTTLS is not offered, or is refused.
    case startTLSNotSupported = "starttls-not-supported"
    /// Secure TLSA records, and the TLS handshake failed.
    case tlsFailed = "tls-failed"
    /// A DANE-TA chain that is out of date.
    case certificateExpired = "certificate-expired"
    /// No TLSA record matches; also a DANE-TA chain that is not yet valid.
    case tlsaInvalid = "tlsa-invalid"
    /// MX, address or TLSA data is bogus.
    case dnssecInvalid = "dnssec-invalid"
    /// A DANE-TA chain that verifies, for other names.
    case certificateHostMismatch = "certificate-host-mismatch"
    /// Local policy demands DANE, and the domain has none.
    case daneRequired = "dane-required"
    /// The domain says that it takes no mail (RFC 7505).
    case nullMX = "null-mx"
    /// The domain does not exist.
    case noSuchDomain = "no-such-domain"
    /// No MX target has an address.
    case noMailHost = "no-mail-host"
    /// DNS did not answer, or failed without being bogus: nothing is known.
    case dnsUnavailable = "dns-unavailable"
    /// Hosts with TLSA records, none of which could be reached over SMTP: nothing is known.
    case unreachable
    /// There is no verdict yet.
    case pending
}

extension Outcome {
    /// What follows from an outcome where no setting says otherwise.
    public enum DefaultRuling: Hashable, Sendable {
        /// The recipient is accepted.
        case accept
        /// A fault at the recipient's side: refused for the time being, and for good once it has lasted.
        case deferThenReject
        /// A fact that waiting does not change: refused at once.
        case reject
        /// Nothing is known: refused for the time being, however long that lasts.
        case tempfail
    }

    /// What follows from the outcome where no setting says otherwise.
    public var defaultRuling: DefaultRuling {
        switch self {
        case .verified, .encrypted, .opportunistic, .unprobed: .accept
        case .startTLSNotSupported, .tlsFailed, .certificateExpired, .tlsaInvalid, .dnssecInvalid,
            .certificateHostMismatch, .daneRequired, .noMailHost:
            .deferThenReject
        case .nullMX, .noSuchDomain: .reject
        case .dnsUnavailable, .unreachable, .pending: .tempfail
        }
    }

    /// Whether a client may deliver to a host of this outcome (RFC 7672 §2.2).
    public var allowsDelivery: Bool { defaultRuling == .accept }

    /// Whether the outcome says that something could not be found out. Such an outcome is never a reason for a 5xx.
    public var isDoubt: Bool { defaultRuling == .tempfail }

    /// Whether mail may be delivered, but without DANE: where that is mandatory, neither its absence nor records that are all
    /// unusable will do (RFC 7672 §2.2).
    public var lacksDANE: Bool { self == .opportunistic || self == .encrypted }

    /// Whether it is proven that DANE protects the mail: all that will do where that is mandatory (RFC 7672 §2.2). That TLSA records
    /// are there and nobody looked further proves nothing either way.
    public var satisfiesDANE: Bool { self == .verified }

    /// How much a host of this outcome protects the mail, the more the higher. Between hosts of one preference a client may
    /// choose freely, so the weakest one speaks for them (RFC 7672 §2.2.1).
    var protection: Int {
        switch self {
        case .verified: 3
        case .encrypted: 2
        case .unprobed: 1
        default: 0
        }
    }
}
