import CGnuTLS

/// What all sessions share, made once.
final class GnuTLSDefaults: @unchecked Sendable {
    // @unchecked: the handles are only read after `init`, and GnuTLS lets any number of sessions read them at once
    // (GnuTLS manual, "Thread safety").

    /// GnuTLS's normal priorities without the versions RFC 8996 retired (RFC 7671 §3 asks for TLS 1.2), and with two things
    /// that other senders' clients have: the CBC suites of TLS 1.2 with SHA-2 (RFC 7672 §8.2), and no opinion of a certificate's
    /// key usage (`%COMPAT`): under DANE-EE nothing but the match counts (RFC 7672 §3.1.1).
    ///
    /// The signature algorithms are in OpenSSL's order. By the order a host with two certificates chooses, and GnuTLS's own
    /// would have it show the RSA one where an MTA with OpenSSL is shown the ECDSA one.
    static func priorities(for offer: CertificateOffer) -> String {
        let common = "NORMAL:-VERS-TLS1.1:-VERS-TLS1.0:+SHA256:+SHA384:%COMPAT:-SIGN-ALL"
        return switch offer {
        case .any: "\(common):\(ecdsa):+SIGN-EDDSA-ED25519:+SIGN-EDDSA-ED448:\(rsa):\(outdated)"
        case .rsaOnly: "\(common):\(rsa):+SIGN-RSA-SHA1:-KX-ALL:+ECDHE-RSA:+DHE-RSA:+RSA"
        case .ecdsaOnly: "\(common):\(ecdsa):+SIGN-ECDSA-SHA1:-KX-ALL:+ECDHE-ECDSA"
        }
    }

    private static let ecdsa =
        "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SECP384R1-SHA384"
        + ":+SIGN-ECDSA-SHA512:+SIGN-ECDSA-SECP521R1-SHA512"
    private static let rsa =
        "+SIGN-RSA-PSS-SHA256:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-SHA384:+SIGN-RSA-PSS-RSAE-SHA384"
        + ":+SIGN-RSA-PSS-SHA512:+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512"
    /// Part of GnuTLS's normal priorities, and the last resort of old hosts.
    private static let outdated = "+SIGN-ECDSA-SHA1:+SIGN-RSA-SHA1"

    /// The one instance, never freed.
    static let shared = GnuTLSDefaults()

    /// The run-time version of the library, `3.7.9`.
    static var version: String { gnutls_check_version(nil).map { String(cString: $0) } ?? "unknown" }

    private let priorities: [CertificateOffer: gnutls_priority_t]
    /// Neither a trust store nor a client certificate.
    let credentials: gnutls_certificate_credentials_t?

    private init() {
        var priorities: [CertificateOffer: gnutls_priority_t] = [:]
        for offer in CertificateOffer.allCases {
            let text = Self.priorities(for: offer)
            var priority: gnutls_priority_t?
            let parsed = gnutls_priority_init(&priority, text, nil)
            precondition(parsed == GNUTLS_E_SUCCESS, "GnuTLS does not know \(text): \(TLSFailure(code: parsed))")
            priorities[offer] = priority
        }
        self.priorities = priorities
        var credentials: gnutls_certificate_credentials_t?
        let allocated = gnutls_certificate_allocate_credentials(&credentials)
        precondition(allocated == GNUTLS_E_SUCCESS, "no GnuTLS credentials: \(TLSFailure(code: allocated))")
        self.credentials = credentials
    }

    /// The priorities of an offer.
    func priority(for offer: CertificateOffer) -> gnutls_priority_t? { priorities[offer] }
}

extension TLSFailure {
    /// The failure behind a GnuTLS error code. The text is static in GnuTLS.
    init(code: Int32) {
        let text = gnutls_strerror(code).map { String(cString: $0) } ?? "unknown error"
        self.init("\(text.hasSuffix(".") ? String(text.dropLast()) : text) (GnuTLS \(code))")
    }
}
