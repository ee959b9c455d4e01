import CGnuTLS

/// What all sessions share, made once.
final class GnuTLSDefaults: @unchecked Sendable {
    // @unchecked: both handles are only read after `init`, and GnuTLS lets any number of sessions read them at once
    // (GnuTLS manual, "Thread safety").

    /// GnuTLS's normal priorities without the versions RFC 8996 retired (RFC 7671 §3 asks for TLS 1.2), and with two things
    /// that other senders' clients have: the CBC suites of TLS 1.2 with SHA-2 (RFC 7672 §8.2), and no opinion of a certificate's
    /// key usage (`%COMPAT`): under DANE-EE nothing but the match counts (RFC 7672 §3.1.1).
    static let priorities = "NORMAL:-VERS-TLS1.1:-VERS-TLS1.0:+SHA256:+SHA384:%COMPAT"

    /// The one instance, never freed.
    static let shared = GnuTLSDefaults()

    /// The run-time version of the library, `3.7.9`.
    static var version: String { gnutls_check_version(nil).map { String(cString: $0) } ?? "unknown" }

    let priority: gnutls_priority_t?
    /// Neither a trust store nor a client certificate.
    let credentials: gnutls_certificate_credentials_t?

    private init() {
        var priority: gnutls_priority_t?
        let parsed = gnutls_priority_init(&priority, Self.priorities, nil)
        precondition(parsed == GNUTLS_E_SUCCESS, "GnuTLS does not know \(Self.priorities): \(TLSFailure(code: parsed))")
        self.priority = priority
        var credentials: gnutls_certificate_credentials_t?
        let allocated = gnutls_certificate_allocate_credentials(&credentials)
        precondition(allocated == GNUTLS_E_SUCCESS, "no GnuTLS credentials: \(TLSFailure(code: allocated))")
        self.credentials = credentials
    }
}

extension TLSFailure {
    /// The failure behind a GnuTLS error code. The text is static in GnuTLS.
    init(code: Int32) {
        let text = gnutls_strerror(code).map { String(cString: $0) } ?? "unknown error"
        self.init("\(text.hasSuffix(".") ? String(text.dropLast()) : text) (GnuTLS \(code))")
    }
}
