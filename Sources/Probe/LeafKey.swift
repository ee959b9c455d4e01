import CGnuTLS
import Glibc

/// The public key of a host's certificate, and the sole owner of a `gnutls_pubkey_t`. One thread at a time may use it.
struct LeafKey: ~Copyable {
    /// The result of checking a signature.
    enum Verdict: Hashable {
        /// This key made it, and it covers these bytes.
        case valid
        /// It did not.
        case invalid
        /// GnuTLS cannot tell.
        case unknown
    }

    private let raw: gnutls_pubkey_t

    /// The key of a certificate in DER, read as GnuTLS reads it in a handshake.
    ///
    /// - Throws: If GnuTLS cannot read the certificate.
    init(certificate der: UnsafeRawBufferPointer) throws(TLSFailure) {
        var certificate: gnutls_x509_crt_t?
        try Self.check(gnutls_x509_crt_init(&certificate))
        guard let certificate else { throw .memory }
        defer { gnutls_x509_crt_deinit(certificate) }
        // GnuTLS only reads the bytes, and copies what it keeps.
        var datum = gnutls_datum_t(
            data: UnsafeMutablePointer(mutating: der.assumingMemoryBound(to: UInt8.self).baseAddress),
            size: UInt32(der.count))
        try Self.check(gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_DER))
        raw = try Self.make { gnutls_pubkey_import_x509($0, certificate, 0) }
    }

    /// The key of a SubjectPublicKeyInfo in DER.
    ///
    /// - Throws: If GnuTLS cannot read it.
    init(info der: ArraySlice<UInt8>) throws(TLSFailure) {
        raw = try Self.make { key in Self.lending(der) { gnutls_pubkey_import(key, &$0, GNUTLS_X509_FMT_DER) } }
    }

    deinit { gnutls_pubkey_deinit(raw) }

    /// Why the key is too large to be used; nil if it is not. See ``CertificateMessage``.
    var excess: String? {
        var bits: UInt32 = 0
        let algorithm = gnutls_pubkey_get_pk_algorithm(raw, &bits)
        var modulus = gnutls_datum_t()
        var exponent = gnutls_datum_t()
        if gnutls_pubkey_export_rsa_raw2(raw, &modulus, &exponent, UInt32(GNUTLS_EXPORT_FLAG_NO_LZ.rawValue)) >= 0 {
            defer {
                free(modulus.data)
                free(exponent.data)
            }
            guard bits > 16_384 || (bits > 3072 && exponent.size > 8) else { return nil }
            return "the host's RSA key of \(bits) bits, its exponent of \(exponent.size * 8), is too large to be tried"
        }
        let isTooLarge = bits > (algorithm == CInt(GNUTLS_PK_DSA.rawValue) ? 3072 : 16_384)
        return isTooLarge ? "the host's key of \(bits) bits is too large to be tried" : nil
    }

    /// Checks whether the key made a signature over the bytes (`gnutls_pubkey_verify_data2(3)`).
    func verdict(on signature: [UInt8], over bytes: [UInt8], _ algorithm: gnutls_sign_algorithm_t) -> Verdict {
        let code = Self.lending(bytes[...]) { data in
            Self.lending(signature[...]) { gnutls_pubkey_verify_data2(raw, algorithm, 0, &data, &$0) }
        }
        switch code {
        case 0...: return .valid
        // GnuTLS cannot check it, or its configuration forbids it (FIPS 140).
        case GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, GNUTLS_E_INSUFFICIENT_SECURITY, GNUTLS_E_CONSTRAINT_ERROR:
            return .unknown
        // Also if the scheme is for another kind of key or another curve.
        default: return .invalid
        }
    }

    private static func make(_ fill: (gnutls_pubkey_t) -> CInt) throws(TLSFailure) -> gnutls_pubkey_t {
        var key: gnutls_pubkey_t?
        try check(gnutls_pubkey_init(&key))
        guard let key else { throw .memory }
        let code = fill(key)
        guard code >= 0 else {
            gnutls_pubkey_deinit(key)
            throw TLSFailure(code: code)
        }
        return key
    }

    private static func check(_ code: CInt) throws(TLSFailure) {
        guard code >= 0 else { throw TLSFailure(code: code) }
    }

    private static func lending(_ bytes: ArraySlice<UInt8>, _ body: (inout gnutls_datum_t) -> CInt) -> CInt {
        bytes.withUnsafeBufferPointer { buffer in
            var datum = gnutls_datum_t(
                data: UnsafeMutablePointer(mutating: buffer.baseAddress), size: UInt32(buffer.count))
            return body(&datum)
        }
    }
}
