/// What is true about a destination, or about one of its hosts or addresses. Log, JSON, settings and documentation all
/// use the raw values.
public enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// DANE authenticated an MX host.
    case verified
    /// There are secure TLSA records, none is usable: STARTTLS is mandatory, and it works (RFC 7672 §2.2).
    case encrypted
    /// DANE does not apply: the zone is insecure, or TLSA records are proven absent.
    case opportunistic
    /// There are secure TLSA records, and the host was not probed: the site has switched the probe off, or the host has
    /// been probed as often as is polite.
    case unprobed
    /// There are secure TLSA records, and the host does not offer STARTTLS or refuses it.
    case startTLSNotSupported = "starttls-not-supported"
    /// There are secure TLSA records, and the TLS handshake failed.
    case tlsFailed = "tls-failed"
    /// The DANE-TA chain has expired.
    case certificateExpired = "certificate-expired"
    /// No TLSA record matches, or the DANE-TA chain is not yet valid.
    case tlsaInvalid = "tlsa-invalid"
    /// MX, address or TLSA data is bogus.
    case dnssecInvalid = "dnssec-invalid"
    /// The DANE-TA chain is valid, but for other names.
    case certificateHostMismatch = "certificate-host-mismatch"
    /// Local policy demands DANE, and the domain does not have it.
    case daneRequired = "dane-required"
    /// The domain says that it takes no mail (RFC 7505).
    case nullMX = "null-mx"
    /// The domain does not exist.
    case noSuchDomain = "no-such-domain"
    /// No MX target has an address.
    case noMailHost = "no-mail-host"
    /// DNS did not answer, or failed without being bogus. Nothing is known.
    case dnsUnavailable = "dns-unavailable"
    /// The hosts have TLSA records, and none could be reached over SMTP. Nothing is known.
    case unreachable
    /// There is no verdict yet.
    case pending
}

extension Outcome {
    /// How an outcome is ruled upon unless a setting says otherwise.
    public enum DefaultRuling: Hashable, Sendable {
        /// The recipient is accepted.
        case accept
        /// A fault on the recipient's side. Refused temporarily at first, permanently once it has lasted.
        case deferThenReject
        /// A fact that waiting does not change. Refused permanently at once.
        case reject
        /// Nothing is known. Refused temporarily, however long that lasts.
        case tempfail
    }

    /// How the outcome is ruled upon unless a setting says otherwise.
    public var defaultRuling: DefaultRuling {
        switch self {
        case .verified, .encrypted, .opportunistic, .unprobed: .accept
        case .startTLSNotSupported, .tlsFailed, .certificateExpired, .tlsaInvalid, .dnssecInvalid,
            .certificateHostMismatch, .daneRequired, .noMailHost:
            .deferThenReject
        // N-03, RFC 7505 §4.1; S-02, RFC 5321 §5.1.
        // S-03, RFC 5321 §5.1; D-06, D-35, RFC 7672 §2.1.1, §2.2.2: a failed lookup proves nothing.
        case .nullMX, .noSuchDomain: .reject
        case .dnsUnavailable, .unreachable, .pending: .tempfail
        }
    }

    /// Whether a client may deliver to a host of this outcome (RFC 7672 §2.2).
    public var allowsDelivery: Bool { defaultRuling == .accept }

    /// Whether the outcome says that something could not be found out. A doubt is never a reason for a 5xx reply.
    public var isDoubt: Bool { defaultRuling == .tempfail }

    /// Whether mail may be delivered, but without DANE. If DANE is mandatory, neither missing TLSA records nor records
    /// that are all unusable are enough (D-20, RFC 7672 §2.2).
    public var lacksDANE: Bool { self == .opportunistic || self == .encrypted }

    /// Whether it is proven that DANE protects the mail. If DANE is mandatory, only this is enough (D-20, RFC 7672
    /// §2.2). TLSA records that nobody has checked prove nothing either way.
    public var satisfiesDANE: Bool { self == .verified }

    /// How well a host of this outcome protects the mail; a higher number is better. A client may choose freely between
    /// hosts of equal preference, so the weakest one decides for them (D-24, RFC 7672 §2.2.1).
    var protection: Int {
        switch self {
        case .verified: 3
        case .encrypted: 2
        case .unprobed: 1
        default: 0
        }
    }
}
