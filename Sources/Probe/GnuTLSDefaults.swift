import CGnuTLS

/// What all sessions share, made once.
final class GnuTLSDefaults: @unchecked Sendable {
    // @unchecked: the handles are only read after `init`, and GnuTLS lets any number of sessions read them at once
    // (GnuTLS manual, "Thread safety").

    /// What Postfix 3.7 offers with OpenSSL 3.0 where it must authenticate a host, as far as GnuTLS can: a host that
    /// only another client reaches is none that the MTA delivers to. A test holds this to Postfix's own ClientHello.
    ///
    /// Postfix takes the groups of `tls_eecdh_auto_curves` and no finite-field group, the suites of
    /// `tls_medium_cipherlist` without anonymous ones, OpenSSL's three of TLS 1.3, and signatures of OpenSSL's
    /// security level 1, hence none with SHA-1. The versions are those that RFC 8996 left (RFC 7671 §3 asks for TLS
    /// 1.2): Postfix offers older ones, which at that level OpenSSL 3.0 speaks with RSA key exchange alone.
    ///
    /// What remains different, F-84:
    /// - OpenSSL alone speaks ARIA, DSA, and signatures with SHA-224.
    /// - GnuTLS has no AES-128-CCM in TLS 1.2 without TLS 1.3. A host that takes it in TLS 1.3 is connected to once
    ///   more without it (``Prober``).
    /// - Debian's Exim is linked with GnuTLS and offers what GnuTLS does by default: FFDHE groups in TLS 1.3, its CCM
    ///   suite, SHA-1 signatures, and TLS 1.0 and 1.1 too; no Camellia, and no CCM suite with a short tag. A host that
    ///   only these reach is tls-failed here, although Exim would deliver.
    ///
    /// The order is OpenSSL's. By that of the signature algorithms and suites a host with two certificates chooses,
    /// and GnuTLS's own would have it show the RSA one where an MTA with OpenSSL is shown the ECDSA one.
    ///
    /// - Parameters:
    ///   - offer: The kinds of certificate to offer.
    ///   - withCCM: Whether to offer AES-128-CCM in TLS 1.2, and so in TLS 1.3.
    static func priorities(for offer: CertificateOffer, withCCM: Bool) -> String {
        let (exchanges, signatures) =
            switch offer {
            case .any: ([ecdhECDSA, ecdhRSA, rest], [ecdsa, edDSA, rsa])
            case .rsaOnly: ([ecdhRSA, rest], [rsa])
            case .ecdsaOnly: ([ecdhECDSA], [ecdsa])
            }
        let parts = ["NONE:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-X509:+COMP-NULL"] + exchanges
        let suites = [ciphers(withCCM), "+AEAD:+SHA384:+SHA256:+SHA1", groups]
        return (parts + suites + signatures).joined(separator: ":")
    }

    /// The shortest prime of a finite-field key exchange that OpenSSL takes at security level 1: 80 bits of security.
    static let minimumPrimeBits: UInt32 = 1024

    private static let ecdhECDSA = "+ECDHE-ECDSA"
    private static let ecdhRSA = "+ECDHE-RSA"
    private static let rest = "+DHE-RSA:+RSA"
    private static func ciphers(_ withCCM: Bool) -> String {
        "+AES-256-GCM:+CHACHA20-POLY1305:+AES-256-CCM-8:+AES-256-CCM:+AES-256-CBC:+CAMELLIA-256-CBC:+AES-128-GCM"
            + (withCCM ? ":+AES-128-CCM-8:+AES-128-CCM" : "") + ":+AES-128-CBC:+CAMELLIA-128-CBC"
    }
    private static let groups =
        "+GROUP-X25519:+GROUP-X448:+GROUP-SECP256R1:+GROUP-SECP521R1:+GROUP-SECP384R1"
    private static let ecdsa =
        "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SECP384R1-SHA384"
        + ":+SIGN-ECDSA-SHA512:+SIGN-ECDSA-SECP521R1-SHA512"
    private static let edDSA = "+SIGN-EDDSA-ED25519:+SIGN-EDDSA-ED448"
    private static let rsa =
        "+SIGN-RSA-PSS-SHA256:+SIGN-RSA-PSS-SHA384:+SIGN-RSA-PSS-SHA512:+SIGN-RSA-PSS-RSAE-SHA256"
        + ":+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512"

    /// The one instance, never freed.
    static let shared = GnuTLSDefaults()

    /// The run-time version of the library, `3.7.9`.
    static var version: String { gnutls_check_version(nil).map { String(cString: $0) } ?? "unknown" }

    private struct Key: Hashable {
        let offer: CertificateOffer
        let withCCM: Bool
    }

    private let priorities: [Key: gnutls_priority_t]
    /// Neither a trust store nor a client certificate.
    let credentials: gnutls_certificate_credentials_t?

    private init() {
        var priorities: [Key: gnutls_priority_t] = [:]
        for key in CertificateOffer.allCases.flatMap({
            [Key(offer: $0, withCCM: true), Key(offer: $0, withCCM: false)]
        }) {
            let text = Self.priorities(for: key.offer, withCCM: key.withCCM)
            var priority: gnutls_priority_t?
            let parsed = gnutls_priority_init(&priority, text, nil)
            precondition(parsed == GNUTLS_E_SUCCESS, "GnuTLS does not know \(text): \(TLSFailure(code: parsed))")
            priorities[key] = priority
        }
        self.priorities = priorities
        var credentials: gnutls_certificate_credentials_t?
        let allocated = gnutls_certificate_allocate_credentials(&credentials)
        precondition(allocated == GNUTLS_E_SUCCESS, "no GnuTLS credentials: \(TLSFailure(code: allocated))")
        self.credentials = credentials
    }

    /// The priorities of an offer.
    func priority(for offer: CertificateOffer, withCCM: Bool) -> gnutls_priority_t? {
        priorities[Key(offer: offer, withCCM: withCCM)]
    }
}

extension TLSFailure {
    /// The failure behind a GnuTLS error code. The text is static in GnuTLS.
    init(code: Int32) {
        let text = gnutls_strerror(code).map { String(cString: $0) } ?? "unknown error"
        self.init("\(text.hasSuffix(".") ? String(text.dropLast()) : text) (GnuTLS \(code))")
    }
}
