import WorldServers

/// A key pair. No two certificates of the test world share one unless a test says so: under `3 1 1`
/// they would match each other's TLSA records.
public struct CertificateKey: Hashable, Sendable {
    /// What kind of key.
    public enum Algorithm: Sendable, CaseIterable {
        /// ECDSA on P-256; signs with SHA-256.
        case p256
        /// As ``rsa2048``, with 896 bits: too few for any client that asks for 80 bits of security.
        case rsa896
        /// As ``rsa2048``, with 1024 bits.
        case rsa1024
        /// RSA with 2048 bits; signs with SHA-256, PKCS #1 v1.5. Takes a tenth of a second or more to make.
        case rsa2048
        /// As ``rsa2048``, with 3072 bits.
        case rsa3072
        /// As ``rsa2048``, with 4096 bits. Takes a second or more to make.
        case rsa4096
        /// ECDSA on P-384; signs with SHA-384.
        case p384
        /// Ed25519 (RFC 8410).
        case ed25519
    }

    /// The kind of key.
    public let algorithm: Algorithm
    /// The private key in PEM.
    public let pem: String
    /// The SubjectPublicKeyInfo in DER.
    public let publicKey: [UInt8]

    /// A key that nobody has had yet.
    public static func new(_ algorithm: Algorithm = .p256) async throws -> CertificateKey {
        try await make(algorithm, count: 1)[0]
    }

    /// Keys that nobody has had yet, on a thread of their own, since those of RSA take long.
    public static func make(_ algorithm: Algorithm, count: Int) async throws -> [CertificateKey] {
        try await onOwnThread { try (0..<count).map { _ in try generated(algorithm) } }
    }

    /// The AlgorithmIdentifier of this key's signatures.
    var signatureAlgorithm: [UInt8] {
        switch algorithm {
        case .p256: DER.sequence(DER.identifier("1.2.840.10045.4.3.2"))
        case .rsa896, .rsa1024, .rsa2048, .rsa3072, .rsa4096:
            DER.sequence(DER.identifier("1.2.840.113549.1.1.11"), DER.null)
        case .p384: DER.sequence(DER.identifier("1.2.840.10045.4.3.3"))
        case .ed25519: DER.sequence(DER.identifier("1.3.101.112"))
        }
    }

    /// The AlgorithmIdentifier of this key's signatures by SHA-1; nil if there is none.
    var brokenAlgorithm: [UInt8]? {
        switch algorithm {
        case .p256, .p384: DER.sequence(DER.identifier("1.2.840.10045.4.1"))
        case .rsa896, .rsa1024, .rsa2048, .rsa3072, .rsa4096:
            DER.sequence(DER.identifier("1.2.840.113549.1.1.5"), DER.null)
        case .ed25519: nil
        }
    }
}
