import CGnuTLS

/// SHA-256 and SHA-512 (FIPS 180-4), for the TLSA records of the test world. `WorldCertificateTests` holds them to
/// openssl(1).
package enum SHA2 {
    /// The SHA-256 digest, 32 bytes.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, GNUTLS_DIG_SHA256, size: 32) }

    /// The SHA-512 digest, 64 bytes.
    package static func sha512(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, GNUTLS_DIG_SHA512, size: 64) }

    /// What a TLSA record of this matching type has for the content: the content itself unless it is 1 or 2.
    package static func data(_ content: [UInt8], matching: UInt8) -> [UInt8] {
        switch matching {
        case 1: sha256(content)
        case 2: sha512(content)
        default: content
        }
    }

    private static func digest(_ bytes: [UInt8], _ algorithm: gnutls_digest_algorithm_t, size: Int) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: size)
        let status = gnutls_hash_fast(algorithm, bytes, bytes.count, &digest)
        precondition(status == GNUTLS_E_SUCCESS, "GnuTLS does not digest: \(status)")
        return digest
    }
}
