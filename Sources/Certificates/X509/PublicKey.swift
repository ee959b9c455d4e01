import CGnuTLS

/// The key of a SubjectPublicKeyInfo, and the sole owner of a `gnutls_pubkey_t`.
///
/// An object of this class stays within one judgement, because only one thread at a time may use a GnuTLS object.
final class PublicKey {
    /// Whether the key made a signature.
    enum Verdict: Hashable {
        /// It did.
        case good
        /// It did not, or the signature proves nothing because its digest is broken.
        case bad(String)
        /// GnuTLS does not know the algorithm.
        case unknown
    }

    private let raw: gnutls_pubkey_t

    /// The algorithm as GnuTLS names it, such as `EC/ECDSA` or `RSA`.
    let algorithm: String
    /// The length in bits: of the modulus for RSA, of the field for elliptic curves.
    let bits: Int

    /// Reads a SubjectPublicKeyInfo.
    ///
    /// - Returns: nil if GnuTLS cannot read it, for example because it does not know the algorithm.
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

    /// Lends the handle for the length of the call; it must not be kept. Without this, Swift could release the object,
    /// and so the handle, after the last use of the object, while GnuTLS still works with the handle.
    private func withRaw<Result>(_ body: (gnutls_pubkey_t) -> Result) -> Result {
        withExtendedLifetime(self) { body(raw) }
    }

    private var kind: gnutls_pk_algorithm_t {
        withRaw { gnutls_pk_algorithm_t(UInt32(max(0, gnutls_pubkey_get_pk_algorithm($0, nil)))) }
    }

    /// Whether signatures of this key are checked at all.
    ///
    /// A stranger could send an RSA key of 500,000 bits with an equally long exponent, and keep a processor busy for
    /// hours: GnuTLS sets no limit. The limits are those of OpenSSL: a modulus of 16,384 bits, and an exponent of 64
    /// bits for moduli above 3,072. For DSA, which no CA uses, the limit is the 3,072 bits of FIPS 186-4.
    var isOfReasonableSize: Bool {
        guard bits <= 16_384 else { return false }
        var modulus = gnutls_datum_t()
        var exponent = gnutls_datum_t()
        let status = withRaw {
            gnutls_pubkey_export_rsa_raw2($0, &modulus, &exponent, UInt32(GNUTLS_EXPORT_FLAG_NO_LZ.rawValue))
        }
        if status >= 0 {
            defer {
                release(modulus)
                release(exponent)
            }
            return bits <= 3072 || exponent.size <= 8
        }
        return kind != GNUTLS_PK_DSA || bits <= 3072
    }

    /// Whether the key has the 80 bits of security that Postfix requires of a chain (F-75; `SSL_set_security_level(3)`,
    /// level 1).
    ///
    /// The limits are those of OpenSSL 3. It computes the strength of an RSA modulus by the formula of FIPS 140-2 IG
    /// 7.5 and rounds it to the next eight bits, so it accepts moduli from 920 bits on.
    var isStrongEnough: Bool {
        switch kind {
        case GNUTLS_PK_RSA, GNUTLS_PK_RSA_PSS: bits >= Self.minimumModulus
        case GNUTLS_PK_DSA: bits >= 1024
        case GNUTLS_PK_ECDSA: bits >= 160
        default: true
        }
    }

    private static let minimumModulus = 920

    /// Whether a key of this kind can make signatures of that kind. True if unknown.
    func mayMake(_ algorithm: SignatureAlgorithm) -> Bool {
        switch algorithm {
        case .known(let algorithm): gnutls_sign_supports_pk_algorithm(algorithm, kind) != 0
        case .pss: kind == GNUTLS_PK_RSA || kind == GNUTLS_PK_RSA_PSS
        case .broken, .unknown: true
        }
    }

    /// Checks whether this key made the signature on a certificate (`gnutls_pubkey_verify_data2(3)`).
    func verify(_ certificate: X509Certificate) -> Verdict {
        guard isOfReasonableSize else { return .bad("its issuer's key is of absurd size") }
        // RFC 5280 §4.1.1.2: both fields MUST contain the same algorithm.
        guard certificate.isSignatureAlgorithmConsistent else { return .bad("it names two signature algorithms") }
        switch certificate.signatureAlgorithm {
        case .unknown: return .unknown
        case .broken: return .bad("its signature uses an insecure algorithm")
        case .known(let algorithm): return verify(certificate, algorithm)
        case .pss(let digest, let saltLength): return verify(certificate, digest, saltLength: saltLength)
        }
    }

    private func verify(_ certificate: X509Certificate, _ algorithm: gnutls_sign_algorithm_t) -> Verdict {
        let status = withRaw { key in
            withDatum(certificate.outline.tbs) { tbs in
                withDatum(certificate.signature) { gnutls_pubkey_verify_data2(key, algorithm, 0, &tbs, &$0) }
            }
        }
        return status >= 0 ? .good : .bad("its signature is wrong")
    }

    /// Verifies an RSASSA-PSS signature. An RSA key does not say how long the salt is, and GnuTLS uses what the key
    /// says. So a copy of the key gets the parameters of this signature.
    private func verify(
        _ certificate: X509Certificate, _ digest: gnutls_digest_algorithm_t, saltLength: UInt32
    ) -> Verdict {
        let algorithm: gnutls_sign_algorithm_t
        switch digest {
        case GNUTLS_DIG_SHA256: algorithm = GNUTLS_SIGN_RSA_PSS_SHA256
        case GNUTLS_DIG_SHA384: algorithm = GNUTLS_SIGN_RSA_PSS_SHA384
        default: algorithm = GNUTLS_SIGN_RSA_PSS_SHA512
        }
        guard [GNUTLS_PK_RSA, GNUTLS_PK_RSA_PSS].contains(kind) else { return .bad("its signature is wrong") }
        var parameters: gnutls_x509_spki_t?
        guard gnutls_x509_spki_init(&parameters) == GNUTLS_E_SUCCESS, let parameters else { return .unknown }
        defer { gnutls_x509_spki_deinit(parameters) }
        // RFC 4055 §3.3: a key may be limited to one digest and to a minimum length of salt.
        var ownDigest = GNUTLS_DIG_UNKNOWN
        var ownSalt: UInt32 = 0
        if kind == GNUTLS_PK_RSA_PSS, withRaw({ gnutls_pubkey_get_spki($0, parameters, 0) }) >= 0,
            gnutls_x509_spki_get_rsa_pss_params(parameters, &ownDigest, &ownSalt) >= 0,
            ownDigest != GNUTLS_DIG_UNKNOWN, ownDigest != digest || ownSalt > saltLength
        {
            return .bad("its signature is not of the kind that its issuer's key makes")
        }
        gnutls_x509_spki_set_rsa_pss_params(parameters, digest, saltLength)
        guard let copy = PublicKey(copying: self), copy.withRaw({ gnutls_pubkey_set_spki($0, parameters, 0) }) >= 0
        else { return .unknown }
        return copy.verify(certificate, algorithm)
    }

    private convenience init?(copying other: PublicKey) {
        let spki = other.withRaw { key in takingDatum { gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &$0) } }
        guard let spki else { return nil }
        self.init(spki: spki[...])
    }
}
