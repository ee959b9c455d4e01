import CGnuTLS

/// What all sessions share. It is made once.
final class GnuTLSDefaults: @unchecked Sendable {
    // @unchecked: the handles are only read after `init`, and any number of GnuTLS sessions may read them at once
    // (GnuTLS manual, "Thread safety").

    /// The priority string: what Postfix 3.7 with OpenSSL 3.0 offers if it must authenticate a host, as far as GnuTLS
    /// can. The MTA cannot deliver to a host that only another client reaches. A test compares this with Postfix's
    /// ClientHello.
    ///
    /// Postfix offers the groups of `tls_eecdh_auto_curves` and no finite-field group, the suites of
    /// `tls_medium_cipherlist` without anonymous ones, OpenSSL's three suites of TLS 1.3, and the signatures of
    /// OpenSSL's security level 1, so none with SHA-1. The versions are those that RFC 8996 leaves (RFC 7671 §3 asks
    /// for TLS 1.2). Postfix offers older ones too, but at that level OpenSSL 3.0 supports them only with RSA key
    /// exchange.
    ///
    /// These differences remain (F-84):
    /// - Only OpenSSL supports ARIA, DSA, and signatures with SHA-224.
    /// - GnuTLS cannot offer AES-128-CCM in TLS 1.2 without offering it in TLS 1.3. If a host chooses it in TLS 1.3, a
    ///   second connection is made without it (``Prober``).
    /// - Debian's Exim uses GnuTLS with its default offer: FFDHE groups in TLS 1.3, its CCM suite, SHA-1 signatures,
    ///   and TLS 1.0 and 1.1; no Camellia, and no CCM suite with a short tag. A host that only these reach is
    ///   `tls-failed` here, although Exim would deliver.
    ///
    /// The order is OpenSSL's. A host with two certificates chooses by the order of signature algorithms and suites.
    /// With GnuTLS's own order it would show its RSA certificate, whereas it shows the ECDSA one to an MTA with
    /// OpenSSL.
    ///
    /// - Parameters:
    ///   - offer: The kinds of certificate to offer.
    ///   - withCCM: Whether to offer AES-128-CCM in TLS 1.2, and therefore in TLS 1.3.
    static func priorities(for offer: CertificateOffer, withCCM: Bool) -> String {
        let (exchanges, signatures) =
            switch offer {
            case .any: ([ecdhECDSA, ecdhRSA, rest], [ecdsa, edDSA, rsa])
            case .rsaOnly: ([ecdhRSA, rest], [rsa])
            case .ecdsaOnly: ([ecdhECDSA], [ecdsa])
            }
        // E-02, RFC 7671 §3, RFC 8996; F-56: TLS 1.2 and 1.3 only.
        // E-05, RFC 7671 §5.1: X.509 certificates only, no raw public keys.
        let parts = ["NONE:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-X509:+COMP-NULL"] + exchanges
        // D-63, RFC 7672 §8.2: the usual suites with certificates. F-85: CCM, Camellia and DHE among them.
        let suites = [ciphers(withCCM), "+AEAD:+SHA384:+SHA256:+SHA1", groups]
        return (parts + suites + signatures).joined(separator: ":")
    }

    /// The shortest prime of a finite-field key exchange that OpenSSL accepts at security level 1 (80 bits of
    /// security).
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

    /// The only instance. It is never freed.
    static let shared = GnuTLSDefaults()

    /// The version of the library at run time, such as `3.7.9`.
    static var version: String { gnutls_check_version(nil).map { String(cString: $0) } ?? "unknown" }

    private struct Key: Hashable {
        let offer: CertificateOffer
        let withCCM: Bool
    }

    private let priorities: [Key: gnutls_priority_t]
    /// Credentials without a trust store and without a client certificate, so that a host that asks for one gets none
    /// (F-60).
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

    /// The priorities for an offer.
    func priority(for offer: CertificateOffer, withCCM: Bool) -> gnutls_priority_t? {
        priorities[Key(offer: offer, withCCM: withCCM)]
    }
}
