import CGnuTLS
import Glibc
import WorldServers

/// What GnuTLS does with keys, in this process: a program started for each key and certificate would be most of the
/// cost of a world.
extension CertificateKey {
    /// A key that nobody has had yet.
    ///
    /// It takes as long as the kind of key does.
    static func generated(_ algorithm: Algorithm) throws -> CertificateKey {
        try using { key in
            try check(gnutls_privkey_generate(key, algorithm.kind, algorithm.size, 0))
            var plain: gnutls_x509_privkey_t?
            try check(gnutls_privkey_export_x509(key, &plain))
            defer { gnutls_x509_privkey_deinit(plain) }
            var publicKey: gnutls_pubkey_t?
            try check(gnutls_pubkey_init(&publicKey))
            defer { gnutls_pubkey_deinit(publicKey) }
            try check(gnutls_pubkey_import_privkey(publicKey, key, 0, 0))
            let pem = try copied {
                gnutls_x509_privkey_export2_pkcs8(plain, GNUTLS_X509_FMT_PEM, nil, GNUTLS_PKCS_PLAIN.rawValue, &$0)
            }
            return CertificateKey(
                algorithm: algorithm, pem: String(decoding: pem, as: UTF8.self),
                publicKey: try copied { gnutls_pubkey_export2(publicKey, GNUTLS_X509_FMT_DER, &$0) })
        }
    }

    /// The key's signature over the bytes.
    ///
    /// - Parameter isBySHA1: Whether SHA-1 is the digest, where the key has one.
    func signature(over bytes: [UInt8], bySHA1 isBySHA1: Bool = false) throws -> [UInt8] {
        try Self.using { key in
            try Self.lending(Array(pem.utf8)) {
                gnutls_privkey_import_x509_raw(key, &$0, GNUTLS_X509_FMT_PEM, nil, 0)
            }
            let digest = isBySHA1 ? algorithm.brokenSignature : algorithm.signature
            return try Self.copied { signature in
                try Self.lending(bytes) { gnutls_privkey_sign_data2(key, digest, 0, &$0, &signature) }
                return GNUTLS_E_SUCCESS
            }
        }
    }

    private static func using<Result>(_ body: (gnutls_privkey_t) throws -> Result) throws -> Result {
        var key: gnutls_privkey_t?
        try check(gnutls_privkey_init(&key))
        guard let key else { throw WorldError("GnuTLS has no key") }
        defer { gnutls_privkey_deinit(key) }
        return try body(key)
    }

    private static func lending(_ bytes: [UInt8], _ body: (inout gnutls_datum_t) -> CInt) throws {
        try bytes.withUnsafeBufferPointer { buffer in
            var datum = gnutls_datum_t(
                data: UnsafeMutablePointer(mutating: buffer.baseAddress), size: UInt32(buffer.count))
            try check(body(&datum))
        }
    }

    /// What a function of GnuTLS has written, which is freed.
    private static func copied(_ body: (inout gnutls_datum_t) throws -> CInt) throws -> [UInt8] {
        var datum = gnutls_datum_t()
        try check(body(&datum))
        // gnutls_free(3) is free(3), and a C variable, which Swift does not like to read.
        defer { free(datum.data) }
        return Array(UnsafeBufferPointer(start: datum.data, count: Int(datum.size)))
    }

    private static func check(_ status: CInt) throws {
        guard status >= 0 else { throw WorldError("GnuTLS: \(String(cString: gnutls_strerror(status)))") }
    }
}

extension CertificateKey.Algorithm {
    fileprivate var kind: gnutls_pk_algorithm_t {
        switch self {
        case .p256, .p384: GNUTLS_PK_ECDSA
        case .ed25519: GNUTLS_PK_EDDSA_ED25519
        case .rsa896, .rsa1024, .rsa2048, .rsa3072, .rsa4096: GNUTLS_PK_RSA
        }
    }

    /// The bits of an RSA key, or a curve as GNUTLS_CURVE_TO_BITS has it.
    fileprivate var size: UInt32 {
        switch self {
        case .p256: 1 << 31 | GNUTLS_ECC_CURVE_SECP256R1.rawValue
        case .p384: 1 << 31 | GNUTLS_ECC_CURVE_SECP384R1.rawValue
        case .ed25519: 1 << 31 | GNUTLS_ECC_CURVE_ED25519.rawValue
        case .rsa896: 896
        case .rsa1024: 1024
        case .rsa2048: 2048
        case .rsa3072: 3072
        case .rsa4096: 4096
        }
    }

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
