import CGnuTLS

/// The key of a SubjectPublicKeyInfo; sole owner of a `gnutls_pubkey_t`. Used by one thread at a time.
struct PublicKey: ~Copyable {
    private let raw: gnutls_pubkey_t

    /// The algorithm as GnuTLS names it, such as `EC/ECDSA` or `RSA`.
    let algorithm: String
    /// The length in bits: of the modulus for RSA, of the field for elliptic curves.
    let bits: Int

    /// Reads a SubjectPublicKeyInfo; nil if GnuTLS cannot, for instance because it does not know the algorithm.
    init?(spki: ArraySlice<UInt8>) {
        var key: gnutls_pubkey_t?
        guard gnutls_pubkey_init(&key) == GNUTLS_E_SUCCESS, let key else { return nil }
        guard withDatum(spki, { gnutls_pubkey_import(key, &$0, GNUTLS_X509_FMT_DER) }) == GNUTLS_E_SUCCESS else {
            gnutls_pubkey_deinit(key)
            return nil
        }
        var bits: UInt32 = 0
        let algorithm = gnutls_pubkey_get_pk_algorithm(key, &bits)
        raw = key
        self.bits = Int(bits)
        self.algorithm =
            gnutls_pk_algorithm_get_name(gnutls_pk_algorithm_t(UInt32(max(0, algorithm))))
            .map { String(cString: $0) } ?? "unknown"
    }

    deinit { gnutls_pubkey_deinit(raw) }

    /// Whether a signature of this key is checked at all.
    ///
    /// A stranger could send an RSA key of 500,000 bits and an exponent as long, and keep a processor busy for hours: GnuTLS
    /// sets no limit. These are OpenSSL's: a modulus of 16,384 bits, and an exponent of 64 bits for moduli above 3,072. DSA,
    /// which no CA uses, is held to the 3,072 bits of FIPS 186-4.
    var isOfReasonableSize: Bool {
        guard bits <= 16_384 else { return false }
        var modulus = gnutls_datum_t()
        var exponent = gnutls_datum_t()
        if gnutls_pubkey_export_rsa_raw2(raw, &modulus, &exponent, UInt32(GNUTLS_EXPORT_FLAG_NO_LZ.rawValue)) >= 0 {
            defer {
                release(modulus)
                release(exponent)
            }
            return bits <= 3072 || exponent.size <= 8
        }
        return gnutls_pubkey_get_pk_algorithm(raw, nil) != CInt(GNUTLS_PK_DSA.rawValue) || bits <= 3072
    }

    /// Whether this key made the signature on a certificate (`gnutls_pubkey_verify_data2(3)`), with an algorithm that is
    /// still good enough for certificates.
    func signed(_ certificate: X509Certificate) -> Bool {
        guard isOfReasonableSize else { return false }
        return certificate.withRaw { crt in
            let algorithm = gnutls_sign_algorithm_t(UInt32(max(0, gnutls_x509_crt_get_signature_algorithm(crt))))
            guard gnutls_sign_is_secure2(algorithm, UInt32(GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS)) != 0,
                let signature = fillingBuffer(
                    capacity: 4096,
                    { gnutls_x509_crt_get_signature(crt, $0?.assumingMemoryBound(to: CChar.self), &$1) })
            else { return false }
            return withDatum(certificate.outline.tbs) { tbs in
                withDatum(signature[...]) { gnutls_pubkey_verify_data2(raw, algorithm, 0, &tbs, &$0) >= 0 }
            }
        }
    }
}
