import CGnuTLS
import WorldServers
import Glibc

extension CertificateKey {
    /// The key's signature over the bytes.
    ///
    /// By GnuTLS, in this process: a program started for each certificate would be most of the cost of a world.
    ///
    /// - Parameter isBySHA1: Whether SHA-1 is the digest, where the key has one.
    func signature(over bytes: [UInt8], bySHA1 isBySHA1: Bool = false) throws -> [UInt8] {
        var key: gnutls_privkey_t?
        var status = gnutls_privkey_init(&key)
        guard status == GNUTLS_E_SUCCESS, let key else { throw Self.fault(status) }
        defer { gnutls_privkey_deinit(key) }
        status = Self.lending(Array(pem.utf8)) {
            gnutls_privkey_import_x509_raw(key, &$0, GNUTLS_X509_FMT_PEM, nil, 0)
        }
        guard status == GNUTLS_E_SUCCESS else { throw Self.fault(status) }
        var signature = gnutls_datum_t()
        let digest = isBySHA1 ? algorithm.brokenSignature : algorithm.signature
        status = Self.lending(bytes) { gnutls_privkey_sign_data2(key, digest, 0, &$0, &signature) }
        guard status == GNUTLS_E_SUCCESS else { throw Self.fault(status) }
        // gnutls_free(3) is free(3), and a C variable, which Swift does not like to read.
        defer { free(signature.data) }
        return Array(UnsafeBufferPointer(start: signature.data, count: Int(signature.size)))
    }

    private static func lending(_ bytes: [UInt8], _ body: (inout gnutls_datum_t) -> CInt) -> CInt {
        bytes.withUnsafeBufferPointer { buffer in
            var datum = gnutls_datum_t(
                data: UnsafeMutablePointer(mutating: buffer.baseAddress), size: UInt32(buffer.count))
            return body(&datum)
        }
    }

    private static func fault(_ status: CInt) -> WorldError {
        WorldError("GnuTLS does not sign: \(String(cString: gnutls_strerror(status)))")
    }
}

extension CertificateKey.Algorithm {
    /// What a key of this kind signs with.
    fileprivate var signature: gnutls_sign_algorithm_t {
        switch self {
        case .p256: GNUTLS_SIGN_ECDSA_SHA256
        case .p384: GNUTLS_SIGN_ECDSA_SHA384
        case .ed25519: GNUTLS_SIGN_EDDSA_ED25519
        case .rsa896, .rsa1024, .rsa2048, .rsa3072, .rsa4096: GNUTLS_SIGN_RSA_SHA256
        }
    }

    /// What it signs with by SHA-1.
    fileprivate var brokenSignature: gnutls_sign_algorithm_t {
        switch self {
        case .p256, .p384: GNUTLS_SIGN_ECDSA_SHA1
        case .ed25519: GNUTLS_SIGN_EDDSA_ED25519
        case .rsa896, .rsa1024, .rsa2048, .rsa3072, .rsa4096: GNUTLS_SIGN_RSA_SHA1
        }
    }
}
