import CGnuTLS

/// A certificate parsed by GnuTLS; sole owner of a `gnutls_x509_crt_t`.
///
/// GnuTLS's objects may be used by one thread at a time; an object of this class stays within one judgement.
final class X509Certificate {
    /// The certificate's bytes and parts.
    let outline: CertificateOutline
    private let raw: gnutls_x509_crt_t

    /// Parses a certificate; nil if GnuTLS refuses it.
    init?(_ outline: CertificateOutline) {
        var crt: gnutls_x509_crt_t?
        guard gnutls_x509_crt_init(&crt) == GNUTLS_E_SUCCESS, let crt else { return nil }
        guard withDatum(outline.der[...], { gnutls_x509_crt_import(crt, &$0, GNUTLS_X509_FMT_DER) }) == GNUTLS_E_SUCCESS
        else {
            gnutls_x509_crt_deinit(crt)
            return nil
        }
        self.outline = outline
        raw = crt
    }

    deinit { gnutls_x509_crt_deinit(raw) }

    /// Lends the handle for the length of the call; it must not be kept.
    func withRaw<Result>(_ body: (gnutls_x509_crt_t) -> Result) -> Result { body(raw) }

    /// The first second of validity, since 1970. GnuTLS gives -1 for a date before 1970: it has long begun.
    var notBefore: Int64 { Int64(gnutls_x509_crt_get_activation_time(raw)) }

    /// The last second of validity, since 1970. GnuTLS gives -1 for a date it cannot read: expired.
    var notAfter: Int64 { Int64(gnutls_x509_crt_get_expiration_time(raw)) }

    /// Whether subject and issuer are the same; the signature is not looked at.
    var isSelfIssued: Bool { outline.subject == outline.issuer }

    /// Whether the names, and the key identifiers where both have them, say that `issuer` issued this certificate
    /// (`gnutls_x509_crt_check_issuer(3)`); the signature is not looked at.
    func isIssued(by issuer: X509Certificate) -> Bool {
        outline.issuer == issuer.outline.subject && gnutls_x509_crt_check_issuer(raw, issuer.raw) != 0
    }

    /// Whether both are about the same subject and key; they may be signed by different issuers.
    func isSameEntity(as other: X509Certificate) -> Bool {
        outline.subject == other.outline.subject && outline.spki == other.outline.spki
    }

    /// Whether the certificate is meant for TLS servers or, a CA's, for issuing such: no extended key usage, or the right one
    /// (RFC 5280 §4.2.1.12).
    var isMeantForServers: Bool { gnutls_x509_crt_check_key_purpose(raw, GNUTLS_KP_TLS_WWW_SERVER, 0) != 0 }

    /// Whether the certificate's key may be a TLS server's: no key usage, or one for TLS (RFC 8446 §4.4.2.2, RFC 5246 §7.4.2).
    var hasServerKey: Bool {
        var usage: UInt32 = 0
        let status = gnutls_x509_crt_get_key_usage(raw, &usage, nil)
        guard status != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE else { return true }
        let wanted = GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT | GNUTLS_KEY_KEY_AGREEMENT
        return status == GNUTLS_E_SUCCESS && usage & UInt32(wanted) != 0
    }

    /// Whether the certificate may be a CA's. RFC 5280 §4.2.1.9: one of version 3 must say so; older ones cannot.
    var isForIssuers: Bool {
        gnutls_x509_crt_get_version(raw) != 3 || gnutls_x509_crt_get_ca_status(raw, nil) > 0
    }

    /// The subject's or issuer's distinguished name as text (RFC 4514).
    func distinguishedName(ofIssuer: Bool) -> String? {
        takingDatum { ofIssuer ? gnutls_x509_crt_get_issuer_dn3(raw, &$0, 0) : gnutls_x509_crt_get_dn3(raw, &$0, 0) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of the serial number; RFC 5280 §4.1.2.2 allows 20, some have more.
    var serialNumber: [UInt8]? { fillingBuffer(capacity: 128) { gnutls_x509_crt_get_serial(raw, $0, &$1) } }
}
